import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { defineCommand } from "../command.ts";
import { fileOption, yesOption } from "../options.ts";

/** `isthmus remove` */
export const removeCommand = defineCommand({
  name: "remove",
  summary: "Takes everything that isthmus owns away from the clusters, and nothing else",
  description:
    "Goes by the inventory that every apply keeps in each cluster, not by the mesh file. Objects that were there before isthmus stay. The mesh's root key stays in the data folder.",
  examples: [{ command: "isthmus remove -f mesh.yaml", does: "show what would go, ask, do it" }],
  options: {
    file: fileOption,
    yes: yesOption,
    timeout: { kind: "duration", default: "5m", summary: "How long to wait for each step to be gone", group: "Safety" },
  },
  run: async (args, context) => {
    const [{ readMeshFile }, { prepareRemoval, carryOutRemoval }, { engineOptions }, view, { isProgress }] =
      await Promise.all([
        import("../../engine/mesh-file.ts"),
        import("../../engine/operations/remove.ts"),
        import("../engine-options.ts"),
        import("../views/human/remove.ts"),
        import("../is-progress.ts"),
      ]);
    const meshFile = await readMeshFile(args.file, context.cwd);
    const prepared = await prepareRemoval(meshFile, await engineOptions(context));
    try {
      context.print(view.viewRemovalPlan(prepared, context.palette));
      const owned = [...prepared.clusters, ...(prepared.management === undefined ? [] : [prepared.management])];
      const total = owned.reduce((sum, one) => sum + one.items.length, 0);
      if (total > 0 && !(await context.confirm(`Take these ${total} objects away?`, args))) {
        context.log("Nothing was removed.");
        return exitCodes.failed;
      }
      const progress = context.progress();
      const options = await engineOptions(context, {
        timeoutMs: args.timeout,
        onEvent: (event) => {
          if (isProgress(event)) {
            progress.onProgress(event);
          }
        },
      });
      const outcomes = await carryOutRemoval(prepared, options).finally(() => progress.stop());
      context.print(view.viewRemoval(outcomes, context.palette));
      context.report(outcomes.flatMap((outcome) => outcome.diagnostics));
      return view.removalExitCode(outcomes);
    } finally {
      await prepared.close();
    }
  },
});
