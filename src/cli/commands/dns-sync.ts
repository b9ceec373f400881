import { defineMeshCommand } from "../command-line/command.ts";
import { eventsToOption, fileOption, streamOption, yesOption } from "../command-line/options.ts";

/** `isthmus dns sync` */
export const dnsSyncCommand = defineMeshCommand({
  name: "sync",
  summary: "Writes the records of published names as the clusters are now",
  description:
    "Shows what changes and asks. A cluster that does not answer keeps what it has in the names, and a drained one leaves them. Every write is one signed update that is done only if nobody else has changed the name since it was read, so that several may run at once. With --watch it goes on until Ctrl-C (exit code 130): clusters are asked every 15 seconds, and with spec.dns.healthChecks every address at their interval, from this machine and from a small pod in each cluster; an address that fails from two places leaves its names, and comes back when it holds. No name loses its last address by that. Exit code 4 where some names were not written or a cluster does not answer, 1 where none was.",
  examples: [
    { command: "isthmus dns sync", does: "once, after asking" },
    { command: "isthmus dns sync --watch --yes", does: "for ever, and without asking" },
    { command: "isthmus dns sync --adopt", does: "also replace addresses that nobody owns" },
  ],
  options: {
    file: fileOption,
    watch: { kind: "flag", summary: "Go on until Ctrl-C", group: "Target" },
    adopt: {
      kind: "flag",
      summary: "Take over names whose addresses no owner record explains: they are replaced",
      group: "Safety",
    },
    prune: {
      kind: "flag",
      summary: "Take away the records of names that the mesh file no longer has",
      group: "Safety",
    },
    output: streamOption,
    eventsTo: eventsToOption,
    yes: yesOption,
  },
  run: async (args, context) => {
    const [{ syncDns }, { dnsSyncView }] = await Promise.all([
      import("../handlers/dns-sync.ts"),
      import("../views/dns-sync.ts"),
    ]);
    return syncDns(args, dnsSyncView(args, context), context);
  },
});
