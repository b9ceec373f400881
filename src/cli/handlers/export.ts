import path from "node:path";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import type { ExportFormat } from "../../core/export/export-file.ts";
import { exportMesh } from "../../engine/operations/export.ts";
import type { MeshContext } from "../terminal/context.ts";
import { viewExport } from "../views/human/export.ts";

export interface ExportArgs {
  /** The folder to write. */
  readonly folder: string;
  readonly cluster: string | undefined;
  readonly format: ExportFormat;
  readonly force: boolean;
}

/** Writes every object that isthmus would own into files, and says how many. */
export async function exportFile(args: ExportArgs, context: MeshContext): Promise<ExitCode> {
  const { meshFile } = await context.readMesh();
  context.report(meshFile.warnings);
  const outcome = await context.operate({}, async (options) =>
    exportMesh(
      meshFile,
      {
        format: args.format,
        folder: path.resolve(context.cwd, args.folder),
        name: args.folder,
        ...(args.cluster === undefined ? {} : { cluster: args.cluster }),
        force: args.force,
      },
      options,
    ),
  );
  context.report(outcome.warnings);
  context.print(viewExport(args.folder, outcome, context.palette));
  return exitCodes.ok;
}
