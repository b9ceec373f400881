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
  const first = new Map<string, string>();
  return mesh.clusters.flatMap(({ name, endpoint }, index) => {
    const address = endpoint === undefined ? undefined : plain(endpoint);
    const other = address === undefined ? undefined : first.get(address);
    if (address === undefined || other === undefined) {
      first.set(address ?? "", name);
      return [];
    }
    return [
      {
        ...warningOf("ISM728"),
        detail: `${other} and ${name} have the same endpoint, ${address}: the remote secrets of both would lead istiods to one API server, which refuses the token of the other cluster.`,
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
