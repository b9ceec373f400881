import { defineCommand } from "../command-line/command.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";

/** `isthmus sandbox rancher`: what the node of a sandbox's Rancher double runs beside its API server. */
export const sandboxRancherCommand = defineCommand({
  name: "rancher",
  summary: "Runs the Rancher double, inside its node",
  examples: [],
  hidden: true,
  arguments: { folder: { value: "FOLDER", summary: "The folder of Rancher's own cluster", required: true } },
  run: async (args, context) => {
    const { runRancher } = await import("../../sandbox/rancher/run-rancher.ts");
    await runRancher(args.folder, { signal: context.signal, onLog: (line) => context.print(line) });
    return exitCodes.ok;
  },
});
