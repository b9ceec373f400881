import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { defineCommand } from "../command.ts";
import { fileOption, outputOption } from "../options.ts";

/** `isthmus status` */
export const statusCommand = defineCommand({
  name: "status",
  summary: "Shows clusters, components, gateways, joins and weights in one table",
  examples: [{ command: "isthmus status -f mesh.yaml", does: "the mesh at a glance" }],
  options: { file: fileOption, output: outputOption },
  run: async (args, context) => {
    const [{ readMeshFile }, { readStatus }, { engineOptions }, { viewStatus }, { statusDocument }] = await Promise.all(
      [
        import("../../engine/mesh-file.ts"),
        import("../../engine/operations/status.ts"),
        import("../engine-options.ts"),
        import("../views/human/status.ts"),
        import("../views/json/status.ts"),
      ],
    );
    const meshFile = await readMeshFile(args.file, context.cwd);
    const clusters = await readStatus(meshFile, await engineOptions(context));
    if (args.output === "json") {
      context.printJson(statusDocument(meshFile.mesh.name, clusters));
    } else {
      context.print(viewStatus(meshFile.mesh.name, clusters, context.palette));
    }
    const away = clusters.flatMap((cluster) => (cluster.kind === "unreachable" ? [cluster.diagnostic] : []));
    context.report(away);
    return away.length > 0 ? exitCodes.unreachable : exitCodes.ok;
  },
});
