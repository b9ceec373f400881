import { defineMeshCommand } from "../command-line/command.ts";
import { fileOption, methodOption, namespaceOption, proofOptions, routeOption } from "../command-line/options.ts";

/** `isthmus verify` */
export const verifyCommand = defineMeshCommand({
  name: "verify",
  summary: "Proves the mesh by real requests, to every ingress and from inside",
  description:
    "For every service and every cluster: the endpoints that its proxies have against what the clusters really run; for every route then requests, one counted for each, and the split tested against the asked weights with an exact binomial test at level 0.001. Requests go to the ingress gateways. What only callers inside the mesh reach (routes of gateway: mesh, services without routes) is asked by a short-lived pod with a sidecar, isthmus-probe-…, one in each cluster and namespace; it is the only thing that verify writes, it is deleted afterwards, and --no-probe-pod leaves it out. With --from an ephemeral container in a pod of yours asks instead, through the pod's own sidecar; it ends, and its entry stays in the pod. Whatever an application answers is an answer; failures are what the mesh answers in its place, and requests without an answer. What could not be asked is named as not proven. Exit code 3 when anything failed or was not proven.",
  examples: [
    { command: "isthmus verify -f mesh.yaml", does: "everything at all ingresses" },
    { command: "isthmus verify web --path /healthz --expect 200", does: "one service, asked at a path of its own" },
    { command: "isthmus verify web --header 'authorization: Bearer …'", does: "with what the application wants" },
    { command: "isthmus verify --requests 2000", does: "a narrower interval" },
    { command: "isthmus verify --from shop/client-1", does: "what that pod gets of the mesh's services" },
    { command: "isthmus verify --no-probe-pod", does: "nothing written to the clusters" },
    { command: "isthmus verify -o junit > report.xml", does: "a report for CI" },
  ],
  arguments: {
    service: { value: "SERVICE", summary: "Only this service of the mesh file" },
  },
  options: {
    file: fileOption,
    namespace: namespaceOption,
    route: routeOption,
    path: {
      kind: "text",
      value: "PATH",
      summary: "The path to ask for, of one route; the mesh file's is verify.path",
      group: "Target",
    },
    method: methodOption,
    header: {
      kind: "list",
      whole: true,
      value: "NAME: VALUE",
      summary: "A header to ask with; may come again",
      group: "Target",
    },
    expect: {
      kind: "list",
      value: "STATUS",
      summary: "Statuses that count as good (200, 2xx); others fail",
      group: "Target",
    },
    from: {
      kind: "text",
      value: "NAMESPACE/POD",
      summary: "Ask from this pod, only what callers inside the mesh reach; a container is added to it",
      group: "Target",
    },
    ...proofOptions,
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
    const [{ readRequestFlags }, { runVerification }, { verifyView }] = await Promise.all([
      import("../command-line/request-flags.ts"),
      import("../handlers/verify.ts"),
      import("../views/verify.ts"),
    ]);
    return runVerification({ ...args, ask: readRequestFlags(args) }, verifyView(args.output, context), context);
  },
});
