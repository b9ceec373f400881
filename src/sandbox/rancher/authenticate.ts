import type { IncomingMessage } from "node:http";
import type { CallOptions } from "../../kube/client.ts";
import { unauthorized } from "./answer.ts";
import type { Rancher } from "./rancher.ts";
import { clusterIdOfPath, judgeToken, readAuthorization, serviceAccountOf } from "./token.ts";

/** Who asks: a user with one of Rancher's tokens, or a service account of the cluster that the path is about. */
export type Caller =
  | { readonly kind: "user"; readonly token: string }
  | { readonly kind: "service-account"; readonly name: string };

/**
 * Finds out who asks. Throws Rancher's 401, which is the same for every reason
 * (none, unknown, expired, scoped to another cluster); the log says which.
 */
export async function authenticate(
  rancher: Rancher,
  request: IncomingMessage,
  path: string,
  { signal }: CallOptions,
): Promise<Caller> {
  const shown = readAuthorization(request.headers.authorization);
  const clusterId = clusterIdOfPath(path);
  if (shown === undefined) {
    throw unauthorized();
  }
  if ("name" in shown) {
    const problem = judgeToken(rancher.tokens.find(shown.name), shown, clusterId, rancher.now());
    if (problem !== undefined) {
      rancher.log(`401: ${problem}`);
      throw unauthorized();
    }
    return { kind: "user", token: shown.name };
  }
  const account = serviceAccountOf(shown.jwt, rancher.now());
  const proxied = path.startsWith("/k8s/clusters/") || path.startsWith("/k8s/proxy/");
  if (account === undefined || !proxied || !(await passesServiceAccounts(rancher, clusterId, signal))) {
    rancher.log(`401: ${account ?? "a bearer that is no token"} at cluster ${JSON.stringify(clusterId)}`);
    throw unauthorized();
  }
  return { kind: "service-account", name: account };
}

/** True when exactly one ClusterProxyConfig of the cluster is there and says so (RANCHER requests/service_account.go). */
async function passesServiceAccounts(rancher: Rancher, clusterId: string, signal: AbortSignal): Promise<boolean> {
  const configs = await rancher.local.client.list(
    { apiVersion: "management.cattle.io/v3", kind: "ClusterProxyConfig", namespace: clusterId },
    { signal },
  );
  return configs.length === 1 && configs[0]?.["enabled"] === true;
}
