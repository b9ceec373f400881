import type { NamesFacts } from "../../core/checks/facts.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { Connection } from "../clusters/connect-clusters.ts";
import { prepareNames } from "../front-door/prepare-names.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, RunOptions } from "../options.ts";

/** What the zone has of the names that isthmus publishes; undefined for a mesh without any. A key that cannot be read is a fact too. */
export async function readNames(
  meshFile: MeshFile,
  connections: readonly Connection[],
  options: Pick<AccessOptions, "env"> & Pick<RunOptions, "signal">,
): Promise<NamesFacts | undefined> {
  try {
    return (await prepareNames(meshFile, { connections, scope: [] }, options))?.plan;
  } catch (error) {
    options.signal.throwIfAborted();
    const [problem] = error instanceof UserError ? error.diagnostics : [];
    if (problem === undefined) {
      throw error;
    }
    return { zone: meshFile.mesh.dns?.zone ?? "", where: "", names: [], problem };
  }
}
