import path from "node:path";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { classOfReading } from "../../engine/operations/exit-class.ts";
import { gatherBundle, readEventsFile, refuseExisting, writeArchive } from "../../engine/operations/support-bundle.ts";
import type { MeshContext } from "../terminal/context.ts";
import { programVersion } from "../terminal/program-version.ts";
import { viewBundle } from "../views/human/support-bundle.ts";

export interface SupportBundleArgs {
  readonly events: string | undefined;
  readonly out: string | undefined;
}

/** Gathers and writes a support bundle; prints the archive's name and what it lacks. */
export async function packSupportBundle(args: SupportBundleArgs, context: MeshContext): Promise<ExitCode> {
  const { meshFile } = await context.readMesh();
  const mesh = meshFile.mesh.name;
  const now = context.now();
  const folder = `isthmus-support-${mesh}-${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
  const name = args.out ?? `${folder}.tar.gz`;
  const file = path.resolve(context.cwd, name);
  const events =
    args.events === undefined ? undefined : await readEventsFile(path.resolve(context.cwd, args.events), args.events);
  await refuseExisting(file, name);
  const bundle = await context.operate({}, async (options) =>
    gatherBundle(meshFile, {
      ...options,
      version: programVersion,
      ...(events === undefined ? {} : { events }),
    }),
  );
  await writeArchive(file, name, { folder, files: bundle.files, now });
  context.print(viewBundle(name, bundle, context.palette));
  context.report(bundle.unreachable.map((one) => one.diagnostic));
  return exitCodes[classOfReading(bundle.unreachable)];
}
