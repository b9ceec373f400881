import { withOpenMesh } from "../clusters/open-mesh.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, RunOptions } from "../options.ts";
import type { CertsStatus } from "../status/certs-status.ts";
import { certsStatusOf } from "../status/certs-status.ts";

export type { AuthorityStatus, CertsStatus, FrontDoorStatus } from "../status/certs-status.ts";

/**
 * The certificates of a mesh as its clusters hold them: what each istiod signs
 * with, and what ingress gateways show. ACME servers are asked when they want
 * theirs renewed; nothing is ordered or changed. A cluster that does not answer is a value.
 */
export async function readCertsStatus(meshFile: MeshFile, options: RunOptions & AccessOptions): Promise<CertsStatus> {
  return withOpenMesh(meshFile, options, async (open) => certsStatusOf(meshFile, open, options));
}
