import { defineMeshCommand } from "../command-line/command.ts";
import { fileOption, portOption, protocolOption } from "../command-line/options.ts";

/** `isthmus netpol matrix` */
export const netpolMatrixCommand = defineMeshCommand({
  name: "matrix",
  summary: "Shows who may reach whom by NetworkPolicies",
  description:
    "For every cluster that answers, all pods of the mesh's namespaces against each other, at the ports that they declare or that Services lead to; alike pods are one row. Columns beside them are the east-west gateways of other networks. Exit code 69 when a cluster does not answer.",
  examples: [
    { command: "isthmus netpol matrix", does: "istio-system and the namespaces of the mesh's services" },
    { command: "isthmus netpol matrix --namespace shop --port 8080", does: "one namespace at one port" },
    { command: "isthmus netpol matrix -o html > matrix.html", does: "a page that names what decides each cell" },
  ],
  options: {
    file: fileOption,
    namespace: {
      kind: "list",
      short: "n",
      value: "NAME",
      summary: "Only pods of this namespace, or these",
      group: "Target",
    },
    cluster: { kind: "list", value: "NAME", summary: "Only this cluster, or these", group: "Target" },
    port: portOption,
    protocol: protocolOption,
    output: {
      kind: "choice",
      short: "o",
      choices: ["table", "json", "html"],
      default: "table",
      summary: "How to print the result",
      group: "Output",
    },
  },
  run: async (args, context) => {
    const [{ runNetpolMatrix }, { netpolMatrixView }] = await Promise.all([
      import("../handlers/netpol-matrix.ts"),
      import("../views/netpol-matrix.ts"),
    ]);
    return runNetpolMatrix(args, netpolMatrixView(args.output, context), context);
  },
});
