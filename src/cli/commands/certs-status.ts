import { defineMeshCommand } from "../command-line/command.ts";
import { fileOption, outputOption } from "../command-line/options.ts";

/** `isthmus certs status` */
export const certsStatusCommand = defineMeshCommand({
  name: "status",
  summary: "Shows the certificates of the mesh: who issued them, their serials, when they end and are renewed",
  description:
    "Reads what the clusters hold: the intermediate that each istiod signs with, and the certificate that each ingress gateway shows. ACME servers of issuers with isthmus are asked when they want a certificate renewed; nothing is ordered and nothing is changed. Exit code 0, or 69 when a cluster does not answer.",
  examples: [
    { command: "isthmus certs status", does: "all certificates, by cluster" },
    { command: "isthmus certs status -o json", does: "the same for scripts, with whole serial numbers" },
  ],
  options: { file: fileOption, output: outputOption },
  run: async (args, context) => {
    const [{ showCertsStatus }, { certsStatusView }] = await Promise.all([
      import("../handlers/certs-status.ts"),
      import("../views/certs-status.ts"),
    ]);
    return showCertsStatus(certsStatusView(args.output, context), context);
  },
});
