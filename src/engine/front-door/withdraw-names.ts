import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { NamesPlan } from "../../core/front-door/names-plan.ts";
import { publishedNames } from "../../core/front-door/published-names.ts";
import { withdrawNames } from "../../core/front-door/want-names.ts";
import type { WantedName } from "../../core/front-door/wanted-name.ts";
import type { DnsZone } from "../../providers/dns/dns-provider.ts";
import { isInScope } from "../clusters/scope.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, RunOptions } from "../options.ts";
import { openMeshZone } from "./dns-zone.ts";
import { planNames } from "./mesh-names.ts";
import type { NamedClusters } from "./prepare-names.ts";
import { formerNames } from "./prepare-names.ts";

/** What a removal takes out of DNS. */
export interface PreparedWithdrawal {
  readonly zone: DnsZone;
  readonly plan: NamesPlan;
  readonly wanted: readonly WantedName[];
  readonly warnings: readonly Diagnostic[];
}

/**
 * What a removal of the mesh, or of the clusters in scope, takes out of DNS: by
 * the owner records of each name, those of the mesh file and those that clusters
 * still record. Nothing of other owners. Undefined where there are no names.
 * Throws as `openMeshZone` does.
 */
export async function prepareWithdrawal(
  meshFile: MeshFile,
  { connections, scope }: NamedClusters,
  options: Pick<AccessOptions, "env"> & Pick<RunOptions, "signal">,
): Promise<PreparedWithdrawal | undefined> {
  const { mesh } = meshFile;
  const names = [...publishedNames(mesh).map(({ name }) => name), ...formerNames(mesh, connections)];
  const opened = names.length === 0 ? undefined : await openMeshZone(meshFile, options);
  if (opened === undefined) {
    return undefined;
  }
  const leaving = mesh.clusters.map(({ name }) => name).filter((name) => isInScope(scope, name));
  const gone = withdrawNames(mesh, names, leaving);
  return {
    zone: opened.zone,
    plan: await planNames(opened.zone, gone, options.signal),
    wanted: gone.map(({ wanted }) => wanted),
    warnings: opened.warnings,
  };
}
