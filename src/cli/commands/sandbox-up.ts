import { defineCommand } from "../command-line/command.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { instanceOption, outputOption } from "../command-line/options.ts";

/** `isthmus sandbox up` */
export const sandboxUpCommand = defineCommand({
  name: "up",
  summary: "Starts the clusters, or repairs what of them does not run",
  examples: [
    { command: "isthmus sandbox up", does: "two clusters, west and east" },
    { command: "isthmus sandbox up --names north,south,west", does: "three clusters of these names" },
    { command: "isthmus sandbox up --instance ci --clusters 3", does: "another sandbox beside the first" },
    {
      command: "isthmus sandbox up --front-door",
      does: "with DNS and ACME servers, cert-manager and external-dns (compiled the first time)",
    },
    {
      command: "isthmus sandbox up --names west,east,north --flat=west,east",
      does: "pods of west and east reach each other, as in one network (`sharedNetworks`)",
    },
    { command: "isthmus sandbox up --rancher", does: "with a Rancher double, also beside clusters that run already" },
  ],
  options: {
    instance: instanceOption,
    clusters: {
      kind: "integer",
      value: "N",
      minimum: 1,
      maximum: 15,
      summary: "How many clusters (west, east, north, south, then c5, c6, …)",
      group: "Target",
    },
    names: {
      kind: "list",
      value: "NAMES",
      summary: "The clusters' names, which are their regions too",
      group: "Target",
    },
    flat: {
      kind: "flag-or-list",
      value: "NAMES",
      summary: "Route the pods of all clusters, or of these, to each other",
      group: "Target",
    },
    rancher: {
      kind: "flag",
      summary: "Add a Rancher double that manages the clusters (its local cluster is a real API server)",
      group: "Target",
    },
    "front-door": {
      kind: "flag",
      summary: "Add DNS and ACME servers, and cert-manager and external-dns in every cluster",
      group: "Target",
    },
    "istio-cni": {
      kind: "flag",
      summary: "Put the image of istio-cni on the nodes, which pod security baseline and restricted need",
      group: "Target",
    },
    merge: { kind: "flag", summary: "Add the contexts to your own kubeconfig as well", group: "Safety" },
    timeout: { kind: "duration", default: "3m", summary: "How long to wait for the clusters", group: "Safety" },
    output: outputOption,
  },
  run: async (args, context) => {
    const [{ bringUpSandbox }, { chooseClusters }, { sandboxUpView }] = await Promise.all([
      import("../handlers/sandbox-up.ts"),
      import("../command-line/choose-clusters.ts"),
      import("../views/sandbox-up.ts"),
    ]);
    const clusters = chooseClusters(args.clusters, args.names, args.flat);
    const up = await bringUpSandbox(
      {
        instance: args.instance,
        clusters,
        rancher: args.rancher,
        frontDoor: args["front-door"],
        istioCni: args["istio-cni"],
        merge: args.merge,
        timeoutMs: args.timeout,
      },
      context,
    );
    sandboxUpView(args.output, context).up(up);
    return exitCodes.ok;
  },
});
