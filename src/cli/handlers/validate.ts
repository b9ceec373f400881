import path from "node:path";
import { addAbortSignal } from "node:stream";
import { text } from "node:stream/consumers";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { readMeshText } from "../../engine/mesh-file.ts";
import { validateMesh } from "../../engine/operations/validate.ts";
import type { CliContext } from "../terminal/context.ts";
import type { ValidateView } from "../views/validate.ts";

export interface ValidateArgs {
  /** `-` is stdin. */
  readonly file: string;
}

/** Reads a mesh file, or one from stdin, whose relative paths start at the working folder, and shows all of its problems. */
export async function validateFile(args: ValidateArgs, view: ValidateView, context: CliContext): Promise<ExitCode> {
  const file = path.resolve(context.cwd, args.file);
  const given =
    args.file === "-"
      ? { name: "<stdin>", folder: context.cwd, text: await text(addAbortSignal(context.signal, context.stdin())) }
      : { name: args.file, folder: path.dirname(file), text: await readMeshText(file, args.file) };
  const validation = await validateMesh(given, await context.engineOptions());
  view.validation(validation);
  return validation.mesh === undefined ? exitCodes.invalidMeshFile : exitCodes.ok;
}
