import type { Cluster, SeenEndpoint } from "../model/mesh.ts";

/** Where the istiod of `reader` reaches the API server of another cluster by the mesh file; undefined where the kubeconfig says it. */
export function endpointSeenFrom(
  { endpoint, endpointSeenFrom: seen = {} }: Pick<Cluster, "endpoint" | "endpointSeenFrom">,
  reader: string,
): SeenEndpoint | undefined {
  return seen[reader] ?? (endpoint === undefined ? undefined : { server: endpoint });
}
