import { defineMeshCommand } from "../command-line/command.ts";
import { drainOptions } from "../command-line/drain-options.ts";

/** `isthmus drain` */
export const drainCommand = defineMeshCommand({
  name: "drain",
  summary: "Takes a cluster out of traffic everywhere, without lost requests",
  description:
    "Callers of the other clusters leave first, all clusters together, then those of the cluster itself, and every ingress gateway is looked at before the next step; then the pods there answer what was begun before, within --timeout, or within --grace where long streams may stay open. New pods stay out, and every apply and shift keeps it, until undrain. What comes in by the cluster's own ingress is answered elsewhere; its addresses stay in your DNS until you take them out. Kubernetes' own load balancing goes on for callers without a sidecar. Refuses what would lose requests: a service that runs nowhere else, a version whose weight nothing else takes.",
  examples: [
    { command: "isthmus drain east", does: "every service of the mesh file that runs there" },
    { command: "isthmus drain east --service sample/helloworld", does: "one service" },
    { command: "isthmus drain east --grace 30s", does: "streams that last longer are named and not waited for" },
    { command: "isthmus drain east --force", does: "what can leave, and versions that run nowhere else" },
    { command: "isthmus drain east --yes -o jsonl", does: "every event as a line of JSON" },
  ],
  arguments: { cluster: { value: "CLUSTER", summary: "The cluster's name in the mesh file", required: true } },
  options: {
    ...drainOptions,
    grace: {
      kind: "duration",
      summary: "How long requests begun before may take; what is open then is named, and the drain ends well",
      group: "Safety",
    },
  },
  run: async (args, context) => {
    const [{ drainCluster }, { drainView }] = await Promise.all([
      import("../handlers/drain.ts"),
      import("../views/drain.ts"),
    ]);
    return drainCluster("drain", args, drainView(args, context), context);
  },
});
