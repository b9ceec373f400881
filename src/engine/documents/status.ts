import type { ClusterStatus } from "../status/cluster-status.ts";

/** The state of the mesh as one JSON document, `kind: Status`. */
export function statusDocument(mesh: string, clusters: readonly ClusterStatus[]): object {
  return { apiVersion: "isthmus.dev/v1alpha1", kind: "Status", mesh, clusters };
}
