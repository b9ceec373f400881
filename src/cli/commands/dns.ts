import { defineGroup } from "../command-line/command.ts";
import { dnsStatusCommand } from "./dns-status.ts";
import { dnsSyncCommand } from "./dns-sync.ts";

/** `isthmus dns` */
export const dnsCommand = defineGroup({
  name: "dns",
  summary: "Shows and writes the DNS records of published names",
  description:
    "Names of routes with dns: { via: isthmus } have the addresses of all clusters' ingress gateways, each owned by its cluster (docs/guides/published-names.md). isthmus apply writes them; these commands show them, and write them without an apply.",
  examples: [
    { command: "isthmus dns status", does: "names, addresses, owners, and which addresses answer" },
    { command: "isthmus dns sync --watch", does: "keep names as the clusters are, and take dead addresses out" },
  ],
  commands: [dnsStatusCommand, dnsSyncCommand],
});
