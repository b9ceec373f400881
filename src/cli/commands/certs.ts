import { defineGroup } from "../command-line/command.ts";
import { certsRenewCommand } from "./certs-renew.ts";
import { certsStatusCommand } from "./certs-status.ts";

/** `isthmus certs` */
export const certsCommand = defineGroup({
  name: "certs",
  summary: "Shows the certificates of the mesh and of its front doors, and renews those that isthmus orders",
  description:
    "The mesh's own authorities, and the certificates that ingress gateways show. isthmus orders those of issuers with isthmus itself, one for all clusters (docs/guides/certificates.md).",
  examples: [
    { command: "isthmus certs status", does: "all certificates, by cluster" },
    { command: "isthmus certs renew --yes", does: "order what is due; for a timer" },
  ],
  commands: [certsStatusCommand, certsRenewCommand],
});
