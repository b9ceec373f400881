import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { defineMeshCommand } from "../command-line/command.ts";
import { fileOption } from "../command-line/options.ts";

/** `isthmus status` */
export const statusCommand = defineMeshCommand({
  name: "status",
  summary: "Shows clusters, components, gateways, joins and weights in one table",
  description:
    "Asks all clusters side by side and changes nothing. IN SYNC compares each cluster with the mesh file as isthmus plan does: +N objects to create, ~N to change, -N that the file no longer asks for. Where a plan is refused the reason is told. Neither is a failure: the exit code is 0, or 69 when a cluster does not answer. With --watch it looks again and again until Ctrl-C (exit code 130): a terminal is drawn anew, elsewhere a block or with -o json a line of JSON is printed whenever something changed, and a cluster that goes away ends nothing.",
  examples: [
    { command: "isthmus status -f mesh.yaml", does: "the mesh at a glance" },
    { command: "isthmus status --watch --interval 10s", does: "again every ten seconds, until Ctrl-C" },
    {
      command: "isthmus status -o wide",
      does: "also contexts, replicas, the proxies of every istiod, and when credentials end",
    },
    { command: "isthmus status --watch -o json", does: "one JSON document per line and change" },
  ],
  options: {
    file: fileOption,
    output: {
      kind: "choice",
      short: "o",
      choices: ["table", "wide", "json"],
      default: "table",
      summary: "How to print the result",
      group: "Output",
    },
    watch: { kind: "flag", summary: "Look again and again, until Ctrl-C", group: "Output" },
    interval: {
      kind: "duration",
      summary: "Watch, with this long between two looks; --watch alone takes 5s",
      group: "Output",
    },
  },
  run: async (args, context) => {
    if (args.watch || args.interval !== undefined) {
      const [{ showWatch }, { watchView }] = await Promise.all([
        import("../handlers/watch-status.ts"),
        import("../views/watch-status.ts"),
      ]);
      await showWatch(args.interval ?? 5000, watchView(args.output, context), context);
      return exitCodes.ok;
    }
    const [{ showStatus }, { statusView }] = await Promise.all([
      import("../handlers/status.ts"),
      import("../views/status.ts"),
    ]);
    return showStatus(statusView(args.output, context), context);
  },
});
