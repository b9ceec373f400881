import { defineGroup } from "../command-line/command.ts";
import { routeExplainCommand } from "./route-explain.ts";

/** `isthmus route` */
export const routeCommand = defineGroup({
  name: "route",
  summary: "Says which rule, version and cluster a request would reach",
  description:
    "By what proxies really hold, not by what the API servers store or the mesh file asks. Nothing is sent and nothing is changed.",
  examples: [
    { command: "isthmus route explain web", does: "a request of each route, at all ingresses" },
    { command: "isthmus route explain web --from mesh", does: "what callers inside the mesh reach" },
  ],
  commands: [routeExplainCommand],
});
