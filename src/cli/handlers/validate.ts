import path from "node:path";
import { addAbortSignal } from "node:stream";
import { text } from "node:stream/consumers";
import { adviseMesh } from "../../core/advice/advise-mesh.ts";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { parseMesh } from "../../core/mesh-file/parse.ts";
import { findUnsupported } from "../../core/mesh-file/unsupported.ts";
import { inspectManifests } from "../../engine/operations/validate.ts";
import { readMeshText } from "../../engine/mesh-file.ts";
import type { CliContext } from "../terminal/context.ts";
import type { ValidateView } from "../views/validate.ts";

export interface ValidateArgs {
  /** `-` is stdin. */
  readonly file: string;
}

/**
 * Reads a mesh file and the manifests of its services, reports all of their
 * problems, and says what the mesh has when there are none. Relative paths in a mesh from stdin start at the working folder.
 */
export async function validateFile(args: ValidateArgs, view: ValidateView, context: CliContext): Promise<ExitCode> {
  const fromStdin = args.file === "-";
  const name = fromStdin ? "<stdin>" : args.file;
  const content = fromStdin
    ? await text(addAbortSignal(context.signal, context.stdin))
    : await readMeshText(path.resolve(context.cwd, args.file), name);
  const { mesh, diagnostics, locate } = parseMesh(content, name);
  // The file is right; it is this version that does not do all of it. Commands that would have to do it refuse.
  const unsupported = mesh === undefined ? [] : findUnsupported(mesh, locate);
  const advice = mesh === undefined ? [] : adviseMesh(mesh, locate);
  const manifests =
    mesh === undefined
      ? []
      : await inspectManifests(
          { name, folder: fromStdin ? context.cwd : path.dirname(path.resolve(context.cwd, args.file)), mesh, locate },
          await context.engineOptions(),
        );
  const all = [
    ...diagnostics,
    ...unsupported.map((one) => ({ ...one, severity: "warning" as const })),
    ...advice,
    ...manifests,
  ];
  const sound = manifests.some((one) => one.severity === "error") ? undefined : mesh;
  view.validation({ name, mesh: sound, diagnostics: all });
  return sound === undefined ? exitCodes.invalidMeshFile : exitCodes.ok;
}
