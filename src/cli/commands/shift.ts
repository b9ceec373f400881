import { defineMeshCommand } from "../command-line/command.ts";
import {
  eventsToOption,
  fileOption,
  forceConflictsOption,
  hookOptions,
  namespaceOption,
  proofOptions,
  streamOption,
  yesOption,
} from "../command-line/options.ts";

/** `isthmus shift` */
export const shiftCommand = defineMeshCommand({
  name: "shift",
  summary: "Changes the weights of a service's versions, in the file and on every cluster",
  description:
    "Every cluster first agrees in a dry-run, and every version that is to get more requests has endpoints at every ingress; then the mesh file is edited (comments and everything else stay) and all clusters are written at the same moment. Where one of them is away, nothing is written; where one does not take the weights, the others go back, and so does the file; --partial shifts those that answer. The new split is proven at every ingress, that of a route for callers inside the mesh by a probe pod in every cluster, after each step; --no-verify leaves that out. A proof that fails stops the shift with exit code 3 and names the command that goes back; --rollback goes back. With --max-error-rate each step is held for --every while ingress gateways count how the requests of all clients end, and the shift stops as soon as a version that gets more of them fails more often than that; with --max-p99 as soon as its answers take longer, by what the gateways write down of each version.",
  examples: [
    { command: "isthmus shift helloworld v1=50 v2=50", does: "half and half, at once" },
    { command: "isthmus shift helloworld v1=0 v2=100 --step 10 --every 30s", does: "in steps of at most 10 percent" },
    {
      command: "isthmus shift helloworld v1=0 v2=100 --steps 1,5,25,100 --every 5m --max-error-rate 1% --rollback",
      does: "as long as real requests of v2 do not fail",
    },
    {
      command: "isthmus shift helloworld v1=0 v2=100 --step 10 --every 2m --max-p99 300ms --rollback",
      does: "as long as 99 of 100 answers of v2 take less than that",
    },
    { command: "isthmus shift helloworld v1=0 v2=100 --rollback", does: "and back again if the proof fails" },
    { command: "isthmus shift helloworld v1=50 v2=50 --yes -o jsonl", does: "every event as a line of JSON" },
  ],
  arguments: {
    service: { value: "SERVICE", summary: "The service's name in the mesh file", required: true },
    weights: { value: "VERSION=PERCENT", summary: "The new weights; their sum is 100", required: true, rest: true },
  },
  options: {
    file: fileOption,
    namespace: namespaceOption,
    route: { kind: "text", value: "NAME", summary: "The route, where the service has several", group: "Target" },
    step: {
      kind: "integer",
      value: "PERCENT",
      minimum: 1,
      maximum: 100,
      summary: "Move by at most this much at a time",
      group: "Safety",
    },
    steps: {
      kind: "list",
      value: "PERCENT,…",
      summary: "Stop at these parts of the way, in percent; the end is the last one",
      group: "Safety",
    },
    every: {
      kind: "duration",
      default: "30s",
      summary: "How long to wait between steps, or to hold each one",
      group: "Safety",
    },
    maxErrorRate: {
      kind: "text",
      value: "PERCENT",
      summary: "Hold each step for --every, and stop when more tries fail of a version that gets more requests",
      group: "Safety",
    },
    maxP99: {
      kind: "duration",
      value: "DURATION",
      summary: "Hold each step, and stop when more than 1 % of the answers of a version that gets more take so long",
      group: "Safety",
    },
    forceConflicts: forceConflictsOption,
    force: {
      kind: "flag",
      summary: "Give requests also to a version that cannot answer them now",
      group: "Safety",
    },
    noVerify: { kind: "flag", summary: "Do not measure the new split", group: "Safety" },
    rollback: {
      kind: "flag",
      summary: "Go back to the old weights when the proof fails, too many requests do, or nothing can be seen",
      group: "Safety",
    },
    partial: {
      kind: "flag",
      summary: "Shift the clusters that answer, and leave it so where one does not take the weights",
      group: "Safety",
    },
    ...proofOptions,
    output: streamOption,
    eventsTo: eventsToOption,
    ...hookOptions,
    yes: yesOption,
  },
  run: async (args, context) => {
    const [{ parseWeights }, { parseShiftGate, parseSteps }, { shiftWeights }, { shiftView }] = await Promise.all([
      import("../command-line/parse-weights.ts"),
      import("../command-line/parse-shift-gate.ts"),
      import("../handlers/shift.ts"),
      import("../views/shift.ts"),
    ]);
    const { usageError } = await import("../command-line/usage-error.ts");
    if (args.step !== undefined && args.steps.length > 0) {
      throw usageError("ISM005", "--step and --steps both say how the way is divided.", "Leave out one of the two.");
    }
    const gate = parseShiftGate(args);
    if (args.noVerify && gate === undefined && (args.rollback || args.allowUnproven)) {
      const flag = args.rollback ? "--rollback" : "--allow-unproven";
      throw usageError(
        "ISM005",
        `${flag} goes by the proof, and --no-verify leaves it out.`,
        "Leave out one of the two.",
      );
    }
    const { onEvent, onEventSecret: secretFile } = args;
    const hook =
      onEvent === undefined && secretFile === undefined
        ? undefined
        : await (await import("../../engine/operations/event-hook.ts")).openEventHook({ onEvent, secretFile }, context);
    return shiftWeights(
      {
        service: args.service,
        namespace: args.namespace,
        route: args.route,
        weights: parseWeights(args.weights),
        step: args.steps.length > 0 ? parseSteps(args.steps) : args.step,
        everyMs: args.every,
        forceConflicts: args.forceConflicts,
        force: args.force,
        proof: args.noVerify
          ? undefined
          : { requests: args.requests, allowUnproven: args.allowUnproven, probePod: !args.noProbePod },
        gate,
        rollback: args.rollback,
        partial: args.partial,
        yes: args.yes,
      },
      shiftView({ ...args, hook }, context),
      context,
    );
  },
});
