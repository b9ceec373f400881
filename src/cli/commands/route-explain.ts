import { defineMeshCommand } from "../command-line/command.ts";
import { fileOption, methodOption, namespaceOption, outputOption, routeOption } from "../command-line/options.ts";

/** `isthmus route explain` */
export const routeExplainCommand = defineMeshCommand({
  name: "explain",
  summary: "Says which rule, version and cluster a request would reach",
  description:
    "Asks the proxies for their listeners, routes and endpoints, and follows the request as Envoy does: the virtual host with the closest name, the first rule that takes it, the weights, then the endpoints by priority, health and weight. Shares are those of the configuration; least-request load balancing shifts them a little towards endpoints that are quick. Where an earlier rule asks for what nobody can judge from outside, that is the answer. Exit code 0 where every request is served, 3 where one is not or is not known, 69 when a cluster does not answer.",
  examples: [
    { command: "isthmus route explain web", does: "a request of each route, at all ingresses" },
    {
      command: "isthmus route explain web --cluster west --path /cart?beta=1 --header team=red",
      does: "one request at one ingress",
    },
    { command: "isthmus route explain web --from mesh", does: "what callers inside the mesh reach" },
    { command: "isthmus route explain web --from shop/cart -o json", does: "what the sidecar of one caller holds" },
  ],
  arguments: {
    service: { value: "SERVICE", summary: "The service of the mesh file" },
  },
  options: {
    file: fileOption,
    namespace: namespaceOption,
    route: routeOption,
    cluster: { kind: "list", value: "NAME", summary: "Only proxies of this cluster, or these", group: "Target" },
    from: {
      kind: "text",
      value: "gateway|mesh|NS/POD",
      summary:
        "Who asks: clients outside, callers inside, or one of these pods, of which the beginning of its name is enough (default: clients outside where the service has routes for them)",
      group: "Target",
    },
    host: {
      kind: "text",
      value: "NAME",
      summary: "The name to ask for (default: each host of the routes)",
      group: "Target",
    },
    path: {
      kind: "text",
      value: "PATH",
      summary: "The path to ask for, with its query (default: one that proves each route)",
      group: "Target",
    },
    method: methodOption,
    header: {
      kind: "list",
      whole: true,
      value: "NAME: VALUE",
      summary: "A header to ask with, also as NAME=VALUE; may come again",
      group: "Target",
    },
    output: outputOption,
  },
  run: async (args, context) => {
    const [{ readRequestFlags }, { runRouteExplain }, { routeExplainView }] = await Promise.all([
      import("../command-line/request-flags.ts"),
      import("../handlers/route-explain.ts"),
      import("../views/route-explain.ts"),
    ]);
    return runRouteExplain({ ...args, ask: readRequestFlags(args) }, routeExplainView(args.output, context), context);
  },
});
