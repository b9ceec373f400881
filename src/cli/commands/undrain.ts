import { defineMeshCommand } from "../command-line/command.ts";
import { drainOptions } from "../command-line/drain-options.ts";

/** `isthmus undrain` */
export const undrainCommand = defineMeshCommand({
  name: "undrain",
  summary: "Puts a drained cluster back into traffic",
  description:
    "The way back of drain: the cluster's own callers first, then those of the other clusters, then the weights of versions that run there only. Every ingress gateway is looked at before the next step.",
  examples: [
    { command: "isthmus undrain east", does: "everything that is drained there" },
    { command: "isthmus undrain east --service sample/helloworld", does: "one service" },
  ],
  arguments: { cluster: { value: "CLUSTER", summary: "The cluster's name in the mesh file", required: true } },
  options: drainOptions,
  run: async (args, context) => {
    const [{ drainCluster }, { drainView }] = await Promise.all([
      import("../handlers/drain.ts"),
      import("../views/drain.ts"),
    ]);
    return drainCluster("undrain", args, drainView(args, context), context);
  },
});
