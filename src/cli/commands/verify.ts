import { defineCommand } from "../command.ts";
import { fileOption } from "../options.ts";

/** `isthmus verify` */
export const verifyCommand = defineCommand({
  name: "verify",
  summary: "Proves the mesh by real requests to every ingress",
  description:
    "For every route and every cluster: the endpoints that the ingress gateway has against what the clusters really run, then requests to the ingress, counted per version by the gateway itself. The split is tested against the asked weights with an exact binomial test at level 0.001. Exit code 3 when anything is not as asked.",
  examples: [
    { command: "isthmus verify -f mesh.yaml", does: "all routes at all ingresses" },
    { command: "isthmus verify --requests 2000", does: "a narrower interval" },
    { command: "isthmus verify -o junit > report.xml", does: "a report for CI" },
  ],
  options: {
    file: fileOption,
    requests: {
      kind: "integer",
      value: "N",
      minimum: 1,
      maximum: 100_000,
      default: 400,
      summary: "Requests to each ingress per route",
      group: "Target",
    },
    output: {
      kind: "choice",
      short: "o",
      choices: ["table", "json", "junit"],
      default: "table",
      summary: "How to print the result",
      group: "Output",
    },
  },
  run: async (args, context) => {
    const { runVerification } = await import("../verify-mesh.ts");
    return runVerification({ file: args.file, requests: args.requests, output: args.output }, context);
  },
});
