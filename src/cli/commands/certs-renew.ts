import { defineMeshCommand } from "../command-line/command.ts";
import { eventsToOption, fileOption, streamOption, yesOption } from "../command-line/options.ts";

/** `isthmus certs renew` */
export const certsRenewCommand = defineMeshCommand({
  name: "renew",
  summary: "Orders certificates that are due, one for all clusters, and writes them",
  description:
    "For certificates of issuers with isthmus; cert-manager renews its own. The ACME server is asked when it wants each one renewed, else its life decides. A valid certificate of one cluster is put into those that lack it, without an order. An order that fails leaves the certificates that are there. Safe to run every day by a timer with --yes: where nothing is due, nothing is ordered. Exit code 4 where a certificate was not renewed or a cluster did not get it.",
  examples: [
    { command: "isthmus certs renew --yes", does: "what is due; for a timer" },
    { command: "isthmus certs renew shop-tls --force", does: "a new one now, whatever is left of the old one" },
  ],
  arguments: {
    name: { value: "NAME", summary: "Only this certificate: tls.certificate of its routes, else the Secret's name" },
  },
  options: {
    file: fileOption,
    force: { kind: "flag", summary: "Order also what is not due; authorities limit how often", group: "Target" },
    output: streamOption,
    eventsTo: eventsToOption,
    timeout: { kind: "duration", default: "10m", summary: "How long to wait for an order", group: "Safety" },
    yes: yesOption,
  },
  run: async (args, context) => {
    const [{ renewCerts }, { certsRenewView }] = await Promise.all([
      import("../handlers/certs-renew.ts"),
      import("../views/certs-renew.ts"),
    ]);
    return renewCerts(args, certsRenewView(args, context), context);
  },
});
