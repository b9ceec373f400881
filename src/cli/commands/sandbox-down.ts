import { defineCommand } from "../command-line/command.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { instanceOption } from "../command-line/options.ts";

/** `isthmus sandbox down` */
export const sandboxDownCommand = defineCommand({
  name: "down",
  summary: "Ends the clusters and leaves nothing of them behind",
  description:
    "Takes away processes, mounts, network namespaces, the bridge, routes, cgroups, merged contexts and files, also after anything was killed and after a reboot. The engine stays in the cache.",
  examples: [{ command: "isthmus sandbox down", does: "ends the default sandbox" }],
  options: { instance: instanceOption },
  run: async (args, context) => {
    const { sandboxDown } = await import("../../sandbox/operations/down.ts");
    const view = context.progress();
    const { removed } = await sandboxDown({
      instance: args.instance,
      env: context.env,
      signal: context.signal,
      onProgress: view.onProgress,
    }).finally(() => view.stop());
    context.print(removed ? `Sandbox ${args.instance} is gone.` : `There is no sandbox ${args.instance}.`);
    return exitCodes.ok;
  },
});
