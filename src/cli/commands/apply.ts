import { defineCommand } from "../command-line/command.ts";
import {
  adoptWhenGiven,
  clusterOption,
  continueOption,
  eventsToOption,
  forceConflictsOption,
  streamOption,
  yesOption,
} from "../command-line/options.ts";

/** `isthmus apply` */
export const applyCommand = defineCommand({
  name: "apply",
  summary: "Makes the clusters what the mesh file says",
  description:
    "Shows the plan and asks, then works in phases, clusters side by side, waiting until each phase is ready. It is safe to run again after any failure: what is done stays done. Exit code 4 means that some clusters are done and others are not, or that something was left as it is (--continue), is being deleted or has no pods.",
  examples: [
    { command: "isthmus apply -f mesh.yaml", does: "show the plan, ask, do it" },
    { command: "isthmus apply --yes --timeout 15m", does: "without asking, waiting up to 15 minutes per step" },
    { command: "isthmus apply prod.plan", does: "what isthmus plan --out prod.plan has shown, and nothing else" },
    { command: "isthmus apply --cluster west", does: "one cluster first, the others later" },
    { command: "isthmus apply --yes --continue", does: "also when a field of one object belongs to another tool" },
    { command: "isthmus apply --yes -o jsonl", does: "every event as a line of JSON" },
  ],
  arguments: {
    plan: {
      value: "PLAN",
      summary: "A file of isthmus plan --out: does exactly that plan, or refuses (75) when the plan is stale",
      complete: "file",
    },
  },
  options: {
    file: {
      kind: "text",
      short: "f",
      value: "FILE",
      summary: "The mesh file (default: the saved plan's, else mesh.yaml)",
      group: "Target",
      complete: "file",
    },
    cluster: clusterOption,
    output: streamOption,
    eventsTo: eventsToOption,
    yes: yesOption,
    prune: { kind: "flag", summary: "Delete what isthmus owns and the mesh file no longer asks for", group: "Safety" },
    forceConflicts: forceConflictsOption,
    adopt: adoptWhenGiven,
    continue: continueOption,
    timeout: {
      kind: "duration",
      default: "10m",
      summary: "How long to wait for each step to become ready",
      group: "Safety",
    },
  },
  run: async (args, context) => {
    const [{ applyMesh }, { applyView }] = await Promise.all([
      import("../handlers/apply.ts"),
      import("../views/apply.ts"),
    ]);
    return applyMesh(
      {
        plan: args.plan,
        file: args.file,
        clusters: args.cluster,
        yes: args.yes,
        prune: args.prune,
        forceConflicts: args.forceConflicts,
        adopt: args.adopt,
        continueOnRefusal: args.continue,
        timeoutMs: args.timeout,
      },
      applyView(args, context),
      context,
    );
  },
});
