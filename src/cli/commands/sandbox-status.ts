import { defineCommand } from "../command-line/command.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { instanceOption, outputOption } from "../command-line/options.ts";

/** `isthmus sandbox status` */
export const sandboxStatusCommand = defineCommand({
  name: "status",
  summary: "Shows clusters, components and how to reach them",
  examples: [
    { command: "isthmus sandbox status", does: "the default sandbox" },
    { command: "isthmus sandbox status -o json", does: "for scripts: kubeconfig, clusters, contexts, addresses" },
  ],
  options: { instance: instanceOption, output: outputOption },
  run: async (args, context) => {
    const [{ sandboxStatus }, { sandboxStatusView }] = await Promise.all([
      import("../../sandbox/operations/status.ts"),
      import("../views/sandbox-status.ts"),
    ]);
    const status = await sandboxStatus({ instance: args.instance, env: context.env, signal: context.signal });
    sandboxStatusView(args.output, context).status(status);
    return exitCodes.ok;
  },
});
