import { isRecord, parseRecord, textOf } from "./kubeconfig/read-fields.ts";

/** `reason` of a KubeError where Rancher has no connection to the cluster. */
export const unavailableReason = "ClusterUnavailable";
/** `reason` of a KubeError where the token is limited to another cluster. */
export const otherClusterReason = "OtherCluster";
/** `reason` of a KubeError where Rancher knows no such cluster, or hides it from the user. */
export const noClusterReason = "ClusterNotFound";

/** What an answer that Rancher itself gave, instead of the cluster behind it, says. */
export interface ProxyAnswer {
  /** Rancher's words, whichever of its shapes they came in. */
  readonly message?: string;
  /** The answer has one of Rancher's own shapes; a cluster's API server has others. */
  readonly own: boolean;
  /** Rancher has no connection to the cluster. */
  readonly unavailable: boolean;
  /** The token is limited to another cluster. */
  readonly otherCluster: boolean;
}

/**
 * Reads the body of a refusal. Rancher has several shapes: its API's
 * `{"type":"error","status":…,"code":…,"message":…}` (status as text where the
 * token is refused), its router's `{"Code":{"Code":…,"Status":…},"Message":…}`,
 * and plain text where the tunnel to a cluster broke
 * (https://github.com/rancher/rancher, pkg/auth/util/common_util.go,
 * pkg/clusterrouter/router.go, pkg/clusterrouter/proxy/proxy_server.go,
 * pkg/dialer/factory.go).
 */
export function parseProxyAnswer(text: string): ProxyAnswer {
  // Plain text is read as such.
  const body = parseRecord(text) ?? {};
  const nested = isRecord(body["Code"]) ? textOf(body["Code"]["Code"]) : undefined;
  const code = textOf(body["code"]) ?? nested ?? textOf(body["reason"]);
  const message = textOf(body["message"]) ?? textOf(body["Message"]) ?? plainText(text);
  const words = message ?? "";
  const unavailable =
    code === "ClusterUnavailable" ||
    /ClusterUnavailable 503|failed to find Session for client|cluster agent disconnected/.test(words);
  return {
    ...(message === undefined ? {} : { message }),
    own: unavailable || body["type"] === "error" || nested !== undefined,
    unavailable,
    otherCluster: words.includes("clusterID does not match"),
  };
}

/** True where an API server's address is one of Rancher's proxy. */
export function isRancherProxy(server: string): boolean {
  return /\/k8s\/(clusters|proxy)\/[^/]+$/.test(server);
}

/** One line of text; pages and documents are no message. */
function plainText(text: string): string | undefined {
  const line = text.trim();
  return line === "" || line.length > 300 || /^[<{[]|\n/.test(line) ? undefined : line;
}
