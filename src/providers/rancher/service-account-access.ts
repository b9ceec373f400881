import type { RancherServer } from "./rancher-server.ts";
import { isRancherAtLeast } from "./rancher-version.ts";

/**
 * Whether tokens of the cluster's own service accounts work through Rancher:
 * Rancher 2.9 or newer, and exactly one ClusterProxyConfig, which is enabled
 * (https://github.com/rancher/rancher, pkg/auth/requests/service_account.go).
 */
export async function acceptsServiceAccounts(
  { requests, version }: RancherServer,
  clusterId: string,
  signal: AbortSignal,
): Promise<boolean> {
  // ClusterProxyConfig came with 2.9.
  if (!isRancherAtLeast(await version(signal), "2.9")) {
    return false;
  }
  const { body } = await requests.send({
    method: "GET",
    path: `/k8s/clusters/local/apis/management.cattle.io/v3/namespaces/${encodeURIComponent(clusterId)}/clusterproxyconfigs`,
    subject: "read whether service accounts are let through",
    clusterId,
    signal,
  });
  const items: readonly unknown[] = Array.isArray(body["items"]) ? body["items"] : [];
  const [only] = items as readonly { readonly enabled?: unknown }[];
  return items.length === 1 && only?.enabled === true;
}
