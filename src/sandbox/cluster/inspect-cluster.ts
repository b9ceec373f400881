import type { ApiClient } from "./api-client.ts";
import { ApiError } from "./api-client.ts";

/** What a cluster still lacks, in the order in which it comes to life. `component` is whose log tells why. */
export interface Lack {
  readonly what: "api" | "node" | "dns" | "account";
  readonly component: string;
  /** "the API server does not answer (connect ECONNREFUSED …)". */
  readonly text: string;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
  readonly lastHeartbeatTime?: string;
}

interface Node {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

interface Pod {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly { readonly state?: { readonly running?: { readonly startedAt?: string } } }[];
  };
}

interface PodList {
  readonly items: readonly Pod[];
}

export interface InspectOptions {
  /** The node's name. */
  readonly node: string;
  /** When the node was started: what its kubelet reported before is over. */
  readonly since: Date;
  readonly signal: AbortSignal;
}

/** Asks a cluster whether it can be used. No lacks: it can. Rejects only with the signal's reason. */
export async function inspectCluster(
  api: ApiClient,
  { node, since, signal }: InspectOptions,
): Promise<readonly Lack[]> {
  const readiness = await ask(api, "/readyz", signal);
  if (readiness.problem !== undefined) {
    return [{ what: "api", component: "kube-apiserver", text: `the API server is not ready (${readiness.problem})` }];
  }
  const [nodeAnswer, dnsAnswer, accountAnswer] = await Promise.all([
    ask(api, `/api/v1/nodes/${node}`, signal),
    ask(api, "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns", signal),
    ask(api, "/api/v1/namespaces/default/serviceaccounts/default", signal),
  ]);
  const lacks: Lack[] = [];
  const nodeProblem = nodeAnswer.problem ?? judgeNode(nodeAnswer.body as Node, since);
  if (nodeProblem !== undefined) {
    lacks.push({ what: "node", component: "kubelet", text: `the node ${node} is not Ready (${nodeProblem})` });
  }
  const dnsProblem = dnsAnswer.problem ?? judgeDns(dnsAnswer.body as PodList, since);
  if (dnsProblem !== undefined) {
    lacks.push({ what: "dns", component: "kubelet", text: `cluster DNS is not available (${dnsProblem})` });
  }
  if (accountAnswer.problem !== undefined) {
    lacks.push({
      what: "account",
      component: "kube-controller-manager",
      text: `the default service account is not there (${accountAnswer.problem})`,
    });
  }
  return lacks;
}

async function ask(
  api: ApiClient,
  path: string,
  signal: AbortSignal,
): Promise<{ readonly body?: unknown; readonly problem?: string }> {
  try {
    return { body: await api.send(path, { signal, timeoutMs: 3000 }) };
  } catch (error) {
    signal.throwIfAborted();
    return { problem: describeProblem(error as Error) };
  }
}

function judgeNode(node: Node, since: Date): string | undefined {
  const ready = node.status?.conditions?.find((one) => one.type === "Ready");
  if (ready?.status !== "True") {
    return ready?.message ?? "its kubelet has reported nothing yet";
  }
  return isAfter(ready.lastHeartbeatTime, since)
    ? undefined
    : "its kubelet has not reported since the node was started";
}

function judgeDns(pods: PodList, since: Date): string | undefined {
  const judged = pods.items.map((pod) => {
    const ready = pod.status?.conditions?.find((one) => one.type === "Ready");
    if (ready?.status !== "True") {
      return `pod ${pod.metadata.name} is not ready: ${ready?.message ?? pod.status?.phase ?? "nothing is known yet"}`;
    }
    return isAfter(pod.status?.containerStatuses?.[0]?.state?.running?.startedAt, since)
      ? undefined
      : `pod ${pod.metadata.name} has not been started since the node was`;
  });
  return judged.includes(undefined) ? undefined : (judged[0] ?? "there is no pod yet");
}

/** Kubernetes writes times without fractions of a second. */
function isAfter(time: string | undefined, since: Date): boolean {
  return time !== undefined && Date.parse(time) >= Math.floor(since.getTime() / 1000) * 1000;
}

function describeProblem(error: Error): string {
  if (error instanceof ApiError && error.status === 404) {
    return "not there yet";
  }
  // /readyz lists its checks, one a line; those that fail begin with [-].
  const failing = [...error.message.matchAll(/^\[-\](\S+)/gm)].map((match) => match[1]);
  const more = failing.length > 3 ? ` and ${failing.length - 3} more` : "";
  return failing.length > 0
    ? `not done: ${failing.slice(0, 3).join(", ")}${more}`
    : (error.message.split("\n", 1)[0] ?? error.message);
}
