import path from "node:path";
import { defineCommand } from "../command-line/command.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { yesOption } from "../command-line/options.ts";

/** `isthmus demo` */
export const demoCommand = defineCommand({
  name: "demo",
  summary: "Tells the whole story: sandbox, apply, verify, shift, verify",
  description:
    "Brings up the default sandbox (two real clusters on this machine, in network namespaces of their own), applies examples/sandbox.yaml to it, proves the split of 10 to 90, shifts to 50 to 50 and proves that. Can be run again at any time. The first run builds the sandbox's engine.",
  examples: [{ command: "isthmus demo", does: "everything, with the commands to go on with at the end" }],
  options: { yes: yesOption },
  run: async (args, context) => {
    const [
      { runDemo },
      { bringUpSandbox },
      { viewSandboxUp },
      { defaultInstance, sandboxesFolder },
      { examplesFolder },
    ] = await Promise.all([
      import("../handlers/demo.ts"),
      import("../handlers/sandbox-up.ts"),
      import("../views/human/sandbox-up.ts"),
      import("../../sandbox/operations/state-folder.ts"),
      import("../handlers/examples-folder.ts"),
    ]);
    const question =
      "Make or use the sandbox `default` on this machine (namespaces, a bridge, routes in 172.30.0.0/16) and install what is missing?";
    // It touches nothing but the sandbox, so where nobody can be asked, calling it is the answer.
    if (context.interactive() && !(await context.confirm(question, args))) {
      context.log("Nothing was changed.");
      return exitCodes.failed;
    }
    return runDemo(
      {
        examples: examplesFolder(),
        folder: path.join(path.dirname(sandboxesFolder(context.env)), "demo"),
        bringUp: async () => {
          const up = await bringUpSandbox(
            {
              instance: defaultInstance,
              clusters: undefined,
              rancher: false,
              frontDoor: false,
              istioCni: false,
              merge: false,
              timeoutMs: 180_000,
            },
            context,
          );
          context.print(viewSandboxUp(up, context.palette));
          return exitCodes.ok;
        },
      },
      context,
    );
  },
});
