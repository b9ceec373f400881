import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { NamesPlan } from "../../core/front-door/names-plan.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import type { DnsZone } from "../../providers/dns/dns-provider.ts";
import { withDrainsOf } from "../clusters/drained-mesh.ts";
import { withOpenMesh } from "../clusters/open-mesh.ts";
import type { Brought } from "../front-door/prepare-names.ts";
import { prepareNames } from "../front-door/prepare-names.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { EngineOptions } from "../options.ts";

/** What a look at the clusters has told of the mesh's names. */
export interface MeshView {
  readonly meshFile: MeshFile;
  /** With its drains. */
  readonly mesh: Mesh;
  readonly zone: DnsZone;
  readonly names: NamesPlan;
  readonly brought: Brought;
  /** Who is left out of a name, and what could not be looked at. */
  readonly warnings: readonly Diagnostic[];
}

/** Asks the clusters once. Throws a UserError for what is wrong with the mesh file or its secrets; clusters and DNS servers that are away are values. */
export async function lookAtMesh(meshFile: MeshFile, options: EngineOptions): Promise<MeshView> {
  return withOpenMesh(meshFile, options, async (open) => {
    const names = await prepareNames(meshFile, { connections: open.connections, scope: [] }, options);
    if (names === undefined) {
      throw new Error("a mesh that publishes names has a zone");
    }
    const { mesh } = withDrainsOf(meshFile, open.connections);
    const { zone, plan, brought, warnings } = names;
    return { meshFile, mesh, zone, names: plan, brought, warnings };
  });
}
