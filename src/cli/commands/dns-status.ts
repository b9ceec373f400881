import { defineMeshCommand } from "../command-line/command.ts";
import { fileOption, outputOption } from "../command-line/options.ts";

/** `isthmus dns status` */
export const dnsStatusCommand = defineMeshCommand({
  name: "status",
  summary: "Shows the records, owners and health of published names",
  description:
    "Asks the DNS server of the zone itself, the clusters, and every address once for its name from this machine. Changes nothing. Exit code 0, 3 where a name belongs to somebody else or its server does not answer, 69 when a cluster does not answer.",
  examples: [
    { command: "isthmus dns status", does: "one line for each name and cluster" },
    { command: "isthmus dns status -o json", does: "the same for programs" },
  ],
  options: { file: fileOption, output: outputOption },
  run: async (args, context) => {
    const [{ showDnsStatus }, { dnsStatusView }] = await Promise.all([
      import("../handlers/dns-status.ts"),
      import("../views/dns-status.ts"),
    ]);
    return showDnsStatus(dnsStatusView(args.output, context), context);
  },
});
