import { defineMeshCommand } from "../command-line/command.ts";
import { fileOption } from "../command-line/options.ts";

/** `isthmus check` */
export const checkCommand = defineMeshCommand({
  name: "check",
  summary: "Finds what is wrong with the mesh, and why",
  description:
    "Asks all clusters side by side and judges what they have: access, trust, control planes, networks, gateways, credentials, joins, services, routes, policies, certificates and DNS. What follows from something else is folded under its cause. Nothing is changed. Exit code 3 when something is wrong, 69 when no cluster answers; warnings alone are 0.",
  examples: [
    { command: "isthmus check -f mesh.yaml", does: "what is wrong, causes first" },
    { command: "isthmus check --pre", does: "only what must hold before an apply" },
    { command: "isthmus check --strict", does: "also what is open that no connection needs" },
    { command: "isthmus check --wait 5m -o short", does: "until nothing is wrong, for scripts" },
    { command: "isthmus check --facts-to facts.json", does: "also keep what the clusters had" },
  ],
  options: {
    file: fileOption,
    cluster: {
      kind: "text",
      value: "NAME",
      summary: "Only what concerns this cluster, alone or with another",
      group: "Target",
    },
    factsFrom: {
      kind: "text",
      value: "FILE",
      summary: "Judge facts that were written earlier, without any cluster or mesh file",
      group: "Target",
      complete: "file",
    },
    pre: { kind: "flag", summary: "Only what must hold before an apply", group: "Target" },
    strict: {
      kind: "flag",
      summary: "Also what network policies leave open that nothing needs, or close that services may need",
      group: "Target",
    },
    wait: { kind: "duration", summary: "Go on until nothing is wrong, for at most this long", group: "Target" },
    output: {
      kind: "choice",
      short: "o",
      choices: ["table", "short", "json", "junit"],
      default: "table",
      summary: "How to print the result",
      group: "Output",
    },
    factsTo: {
      kind: "text",
      value: "FILE",
      summary: "Write what the clusters had to this file; no secret is in it",
      group: "Output",
      complete: "file",
    },
  },
  run: async (args, context) => {
    const [{ runCheck }, { checkView }] = await Promise.all([
      import("../handlers/check.ts"),
      import("../views/check.ts"),
    ]);
    return runCheck(args, checkView(args.output, context), context);
  },
});
