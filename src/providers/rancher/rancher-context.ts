import { contextOfServer } from "../../kube/kubeconfig/context-of-server.ts";
import type { ResolvedContext } from "../../kube/kubeconfig/resolve-context.ts";
import type { RancherAccess } from "./read-access.ts";

/** The context by which Rancher itself is reached. */
export function contextOfRancher(access: RancherAccess): ResolvedContext {
  return contextFor(access, "rancher", access.url);
}

/** The way to a cluster's API server through Rancher, with the same token. */
export function contextOfCluster(access: RancherAccess, clusterId: string): ResolvedContext {
  return contextFor(access, clusterId, `${access.url}/k8s/clusters/${clusterId}`);
}

function contextFor({ url, caData, proxyUrl, token }: RancherAccess, name: string, server: string): ResolvedContext {
  return contextOfServer(server, {
    caData,
    proxyUrl,
    user: { name: "rancher", token },
    name,
    file: `Rancher at ${url}`,
  });
}
