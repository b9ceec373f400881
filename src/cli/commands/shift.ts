import { defineCommand } from "../command.ts";
import { fileOption, forceConflictsOption, yesOption } from "../options.ts";

/** `isthmus shift` */
export const shiftCommand = defineCommand({
  name: "shift",
  summary: "Changes the weights of a service's versions, in the file and on every cluster",
  description:
    "Every cluster first agrees in a dry-run; then the mesh file is edited (comments and everything else stay) and all clusters are written at the same moment. At the end the new split is proven at every ingress; --no-verify leaves that out.",
  examples: [
    { command: "isthmus shift helloworld v1=50 v2=50", does: "half and half, at once" },
    { command: "isthmus shift helloworld v1=0 v2=100 --step 10 --every 30s", does: "in steps of at most 10 percent" },
  ],
  arguments: {
    service: { value: "SERVICE", summary: "The service's name in the mesh file", required: true },
    weights: { value: "VERSION=PERCENT", summary: "The new weights; their sum is 100", required: true, rest: true },
  },
  options: {
    file: fileOption,
    namespace: {
      kind: "text",
      short: "n",
      value: "NAME",
      summary: "The service's namespace, where several have its name",
      group: "Target",
    },
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
    noVerify: { kind: "flag", summary: "Do not measure the new split", group: "Safety" },
    requests: {
      kind: "integer",
      value: "N",
      minimum: 1,
      maximum: 100_000,
      default: 400,
      summary: "Requests to each ingress for the proof",
      group: "Target",
    },
    yes: yesOption,
  },
  run: async (args, context) => {
    const [{ parseWeights }, { shiftWeights }] = await Promise.all([
      import("../parse-weights.ts"),
      import("../shift-weights.ts"),
    ]);
    const end = await shiftWeights(
      {
        file: args.file,
        service: args.service,
        namespace: args.namespace,
        route: args.route,
        weights: parseWeights(args.weights),
        step: args.step,
        everyMs: args.every,
        forceConflicts: args.forceConflicts,
        yes: args.yes,
      },
      context,
    );
    if (end.shifted === undefined || args.noVerify) {
      return end.exitCode;
    }
    const { runVerification } = await import("../verify-mesh.ts");
    return runVerification({ file: args.file, requests: args.requests, output: "table", only: end.shifted }, context);
  },
});
