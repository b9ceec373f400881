import { warningOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Mesh } from "../model/mesh.ts";
import type { Locate } from "./route-order.ts";

/**
 * Warns of one `endpoint` for two clusters (ISM728), as an entry that was copied
 * has it. It is no error: a proxy before API servers may tell them apart by the
 * name that the kubeconfig asks it for (tls-server-name).
 */
export function adviseSharedEndpoints(mesh: Mesh, locate?: Locate): readonly Diagnostic[] {
  return mesh.clusters.flatMap(({ name, endpoint }, index) => {
    const first = mesh.clusters
      .slice(0, index)
      .find(
        (other) => endpoint !== undefined && other.endpoint !== undefined && plain(other.endpoint) === plain(endpoint),
      );
    return first === undefined || endpoint === undefined
      ? []
      : [
          {
            ...warningOf("ISM728"),
            detail: `${first.name} and ${name} have the same endpoint, ${plain(endpoint)}: the remote secrets of both would lead istiods to one API server, which refuses the token of the other cluster.`,
            fix: `Write the address of ${name}'s own API server, unless a proxy at that address tells the two apart.`,
            ...(locate === undefined ? {} : { range: locate(["spec", "clusters", index, "endpoint"]) }),
          },
        ];
  });
}

/** One spelling: without the port that https has anyway, and without a slash at the end. */
function plain(url: string): string {
  return URL.canParse(url) ? new URL(url).href.replace(/\/+$/, "") : url;
}
