import { adviseMesh } from "../../core/advice/advise-mesh.ts";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { renderOffline } from "../../engine/operations/render.ts";
import type { MeshContext } from "../terminal/context.ts";
import type { RenderView } from "../views/render.ts";

export interface RenderArgs {
  readonly cluster: string | undefined;
}

/** Prints every object that isthmus would own, cluster by cluster as they are rendered. */
export async function renderFile(args: RenderArgs, view: RenderView, context: MeshContext): Promise<ExitCode> {
  const { meshFile } = await context.readMesh();
  context.report([...meshFile.warnings, ...adviseMesh(meshFile.mesh, meshFile.locate)]);
  await context.operate({}, async (options) => {
    const all = await renderOffline(meshFile, options, args.cluster);
    context.report(all.warnings);
    await view.rendered(all);
  });
  return exitCodes.ok;
}
