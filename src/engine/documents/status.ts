import type { NamesPlan } from "../../core/front-door/names-plan.ts";
import type { ClusterStatus } from "../status/cluster-status.ts";
import { namesFields } from "./names.ts";

/** The state of the mesh as one JSON document, `kind: Status`; with `dns` where isthmus publishes names. */
export function statusDocument(mesh: string, clusters: readonly ClusterStatus[], names?: NamesPlan): object {
  const dns = names === undefined ? {} : { dns: namesFields(names) };
  return { apiVersion: "isthmus.dev/v1alpha1", kind: "Status", mesh, clusters, ...dns };
}
