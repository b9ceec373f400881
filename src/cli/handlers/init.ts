import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { meshFileWords } from "../../core/mesh-file-words.ts";
import { quoteCommand } from "../../core/quote-command.ts";
import { initMesh } from "../../engine/operations/init.ts";
import type { InitFlags } from "../command-line/init-flags.ts";
import { readInitFlags } from "../command-line/init-flags.ts";
import type { CliContext } from "../terminal/context.ts";

export interface InitArgs extends InitFlags {
  /** `-` is stdout. */
  readonly file: string | undefined;
  readonly existing: boolean;
  readonly force: boolean;
}

/** Writes or prints a new mesh file and says what comes next. Throws a UserError (64) for values that cannot be. */
export async function writeMeshFile(args: InitArgs, context: CliContext): Promise<ExitCode> {
  const source = readInitFlags(args);
  const file = args.file ?? "mesh.yaml";
  const toStdout = file === "-";
  // Contexts are read at once; only Rancher and clusters take their time.
  const view = args.rancher === undefined && !args.existing ? undefined : context.progress();
  const { text, mesh, warnings } = await initMesh(
    {
      ...(args.name === undefined ? {} : { name: args.name }),
      existing: args.existing,
      source,
      ...(toStdout ? {} : { file }),
      cwd: context.cwd,
      force: args.force,
    },
    { ...(await context.engineOptions()), onProgress: view?.onProgress ?? (() => {}) },
  ).finally(() => view?.stop());
  context.report(warnings);
  if (toStdout) {
    // The text ends its last line itself.
    context.print(text.replace(/\n$/, ""));
    return exitCodes.ok;
  }
  const names = mesh.clusters.map((one) => one.name).join(", ");
  const named = meshFileWords(file);
  context.print(
    [
      `Wrote ${file}: mesh ${mesh.name}, ${mesh.clusters.length === 1 ? "1 cluster" : `${mesh.clusters.length} clusters`} (${names}).`,
      "Read it, then see what an apply would do:",
      `    ${quoteCommand(["isthmus", "plan", ...named])}`,
    ].join("\n"),
  );
  return exitCodes.ok;
}
