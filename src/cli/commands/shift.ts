import { defineMeshCommand } from "../command-line/command.ts";
import {
  eventsToOption,
  fileOption,
  forceConflictsOption,
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
    "Every cluster first agrees in a dry-run, and every version that is to get more requests has endpoints at every ingress; then the mesh file is edited (comments and everything else stay) and all clusters are written at the same moment. The new split is proven at every ingress, that of a route for callers inside the mesh by a probe pod in every cluster, after each step; --no-verify leaves that out. A proof that fails stops the shift with exit code 3 and names the command that goes back; --rollback goes back.",
  examples: [
    { command: "isthmus shift helloworld v1=50 v2=50", does: "half and half, at once" },
    { command: "isthmus shift helloworld v1=0 v2=100 --step 10 --every 30s", does: "in steps of at most 10 percent" },
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
    every: { kind: "duration", default: "30s", summary: "How long to wait between steps", group: "Safety" },
    forceConflicts: forceConflictsOption,
    force: {
      kind: "flag",
      summary: "Give requests also to a version that cannot answer them now",
      group: "Safety",
    },
    noVerify: { kind: "flag", summary: "Do not measure the new split", group: "Safety" },
    rollback: { kind: "flag", summary: "Go back to the old weights when the proof fails", group: "Safety" },
    ...proofOptions,
    output: streamOption,
    eventsTo: eventsToOption,
    yes: yesOption,
  },
  run: async (args, context) => {
    const [{ parseWeights }, { shiftWeights }, { shiftView }] = await Promise.all([
      import("../command-line/parse-weights.ts"),
      import("../handlers/shift.ts"),
      import("../views/shift.ts"),
    ]);
    if (args.noVerify && (args.rollback || args.allowUnproven)) {
      const { usageError } = await import("../command-line/usage-error.ts");
      const flag = args.rollback ? "--rollback" : "--allow-unproven";
      throw usageError(
        "ISM005",
        `${flag} goes by the proof, and --no-verify leaves it out.`,
        "Leave out one of the two.",
      );
    }
    return shiftWeights(
      {
        service: args.service,
        namespace: args.namespace,
        route: args.route,
        weights: parseWeights(args.weights),
        step: args.step,
        everyMs: args.every,
        forceConflicts: args.forceConflicts,
        force: args.force,
        proof: args.noVerify
          ? undefined
          : { requests: args.requests, allowUnproven: args.allowUnproven, probePod: !args.noProbePod },
        rollback: args.rollback,
        yes: args.yes,
      },
      shiftView(args, context),
      context,
    );
  },
});
