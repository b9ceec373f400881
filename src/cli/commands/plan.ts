import { defineMeshCommand } from "../command-line/command.ts";
import {
  adoptOption,
  clusterOption,
  continueOption,
  fileOption,
  forceConflictsOption,
  outputOption,
} from "../command-line/options.ts";

/** `isthmus plan` */
export const planCommand = defineMeshCommand({
  name: "plan",
  summary: "Shows what an apply would change on the clusters",
  description:
    "Every object goes to its API server as a dry-run, so that only real changes show. Nothing is changed. A cluster that does not answer is named (exit code 69) and the others are planned all the same; as text they are shown two seconds after the last of them has answered, whoever is still awaited.",
  examples: [
    { command: "isthmus plan -f mesh.yaml", does: "what would change, by cluster and phase" },
    { command: "isthmus plan --out prod.plan", does: "keep it, to be read and applied as it is" },
    { command: "isthmus plan --cluster west", does: "one cluster's share of it" },
    { command: "isthmus plan --detailed-exitcode", does: "exit code 2 when there are changes" },
  ],
  options: {
    file: fileOption,
    cluster: clusterOption,
    output: outputOption,
    prune: { kind: "flag", summary: "Count what the mesh file no longer asks for as deletions", group: "Safety" },
    forceConflicts: forceConflictsOption,
    adopt: adoptOption,
    continue: continueOption,
    out: {
      kind: "text",
      value: "FILE",
      summary: "Save the plan; isthmus apply FILE does exactly that or refuses",
      group: "Output",
      complete: "file",
    },
    detailedExitcode: { kind: "flag", summary: "Exit with 2 when there are changes", group: "Output" },
  },
  run: async (args, context) => {
    const [{ planMesh }, { planView }] = await Promise.all([import("../handlers/plan.ts"), import("../views/plan.ts")]);
    return planMesh(args, planView(args.output, context), context);
  },
});
