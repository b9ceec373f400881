import { defineCommand } from "../command-line/command.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";

/** `isthmus sandbox node`: what a sandbox node runs as its supervisor, inside its own namespaces. */
export const sandboxNodeCommand = defineCommand({
  name: "node",
  summary: "Supervises one node, inside its namespaces",
  examples: [],
  hidden: true,
  arguments: { folder: { value: "FOLDER", summary: "The cluster's folder", required: true } },
  run: async (args, context) => {
    const { superviseNode } = await import("../../sandbox/operations/supervise-node.ts");
    await superviseNode(args.folder, context.signal);
    return exitCodes.ok;
  },
});
