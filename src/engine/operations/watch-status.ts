import { setTimeout as pause } from "node:timers/promises";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { NamesPlan } from "../../core/front-door/names-plan.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { EngineOptions } from "../options.ts";
import type { ClusterStatus } from "./status.ts";
import { readStatus } from "./status.ts";

/** One look at the mesh. `problem`: the mesh file was wrong at that moment. */
export type StatusLook =
  | {
      readonly kind: "status";
      readonly mesh: string;
      /** The mesh file as the command line named it. */
      readonly file: string;
      readonly clusters: readonly ClusterStatus[];
      readonly names?: NamesPlan;
      /** Of the clusters that do not answer. */
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly kind: "problem"; readonly diagnostics: readonly Diagnostic[] };

/**
 * Looks at the mesh again and again, for ever; the mesh file is read anew each
 * time. A cluster that does not answer, and after the first look also a mesh
 * file that is wrong for a moment, are values and end nothing: the UserError of
 * the first look is thrown. Rejects with the signal's reason when it is aborted.
 */
export async function* watchStatus(
  readMesh: () => Promise<MeshFile>,
  { intervalMs, ...options }: EngineOptions & { readonly intervalMs: number },
): AsyncGenerator<StatusLook, never, undefined> {
  for (let first = true; ; first = false) {
    yield await lookOnce(readMesh, options, first);
    await pause(intervalMs, undefined, { signal: options.signal });
  }
}

async function lookOnce(
  readMesh: () => Promise<MeshFile>,
  options: EngineOptions,
  first: boolean,
): Promise<StatusLook> {
  try {
    const meshFile = await readMesh();
    const { clusters, ...names } = await readStatus(meshFile, options);
    const diagnostics = clusters.flatMap((one) => (one.kind === "unreachable" ? [one.diagnostic] : []));
    return { kind: "status", mesh: meshFile.mesh.name, file: meshFile.name, clusters, ...names, diagnostics };
  } catch (error) {
    if (first || !(error instanceof UserError)) {
      throw error;
    }
    return { kind: "problem", diagnostics: error.diagnostics };
  }
}
