import { endpointSeenFrom } from "../../../core/routing/seen-endpoint.ts";
import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../../core/diagnostics/coded.ts";
import type { Cluster, Mesh } from "../../../core/model/mesh.ts";
import { RancherError } from "../../../providers/rancher/rancher-error.ts";
import type { RancherLink } from "../../clusters/rancher-link.ts";
import type { RunOptions } from "../../options.ts";
import type { PreflightRule } from "./preflight-rule.ts";

/** Clusters behind a Rancher that does not pass service accounts on, in a mesh that is to use them (ISM216). */
export const rancherServiceAccounts: PreflightRule = {
  name: "rancher-service-accounts",
  find: ({ meshFile, open: { rancher } }, options) =>
    rancher.kind === "linked" ? findRefusedServiceAccounts(meshFile.mesh, rancher.link, options) : [],
};

/**
 * Clusters whose own service accounts Rancher's proxy does not let through,
 * although the mesh asks for them as remote credentials: istiod would get
 * nothing but 401. A cluster with an `endpoint` is read past Rancher.
 */
async function findRefusedServiceAccounts(
  mesh: Mesh,
  link: RancherLink,
  options: Pick<RunOptions, "signal">,
): Promise<readonly Diagnostic[]> {
  const behind = mesh.clusters.flatMap((cluster, index) =>
    cluster.access.kind === "rancher" && isReadThroughRancher(mesh, cluster)
      ? [{ name: cluster.name, id: cluster.access.rancherId, index }]
      : [],
  );
  if (mesh.access.credentials !== "serviceAccount" || mesh.clusters.length < 2) {
    return [];
  }
  const accepted = await Promise.all(behind.map(async ({ id }) => askRancher(link, id, options.signal)));
  return behind
    .filter((_one, index) => accepted[index] === false)
    .map(({ name, id }) => ({
      ...errorOf("ISM216"),
      detail: `The other clusters are to read ${name} with a service account's token at ${link.access.url}/k8s/clusters/${id}, and Rancher refuses such tokens unless it is told to pass them on. istiod would see no endpoints there. Nothing was changed.`,
      fix: `Turn on JWT authentication for the cluster in Rancher (Cluster Management, Advanced; a ClusterProxyConfig with enabled: true in namespace ${id}, Rancher 2.9 or newer); or write credentials: rancherToken under access, or an endpoint for the cluster that does not lead through Rancher.`,
      cluster: name,
    }));
}

/** Whether some other cluster has no address for it but Rancher's. */
function isReadThroughRancher({ clusters }: Mesh, cluster: Cluster): boolean {
  return clusters.some(({ name }) => name !== cluster.name && endpointSeenFrom(cluster, name) === undefined);
}

/** Undefined where the token's user may not read it: whether it works shows when istiod signs in. */
async function askRancher(link: RancherLink, clusterId: string, signal: AbortSignal): Promise<boolean | undefined> {
  try {
    return await link.client.acceptsServiceAccounts(clusterId, signal);
  } catch (error) {
    if (error instanceof RancherError && (error.kind === "forbidden" || error.kind === "not-found")) {
      return undefined;
    }
    throw error;
  }
}
