import { routeNamespace } from "../../render/front-gateway.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { applyFix, meshClusters, servicesAt } from "../reached.ts";
import { objectOf } from "../subjects.ts";

/** istiods do not share configuration: a route that is in one cluster only is obeyed at one ingress only (docs/guides/check.md, complaint 16). */
export const weights: Check = {
  id: "routes/weights",
  sentence: "every cluster's VirtualServices have the mesh file's weights",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) =>
      servicesAt(facts, one).flatMap((service) =>
        service.routes.flatMap((route) => {
          const namespace = routeNamespace(service, route);
          const object = one.routing.virtualServices.find(
            (other) => other.namespace === namespace && other.name === route.name,
          );
          const asked = Object.entries(route.weights);
          if (object !== undefined && asked.every(([name, weight]) => (object.weights[name] ?? 0) === weight)) {
            return [];
          }
          return [
            problem("ISM445", {
              detail:
                object === undefined
                  ? `${one.cluster} has no VirtualService ${namespace}/${route.name}; its ingress does not know the route.`
                  : `VirtualService ${namespace}/${route.name} of ${one.cluster} has ${show(Object.entries(object.weights))}, and the mesh file asks for ${route.redirect === undefined ? show(asked) : "a redirect"}.`,
              fix: `${applyFix} To keep what the cluster has, move the weights with isthmus shift.`,
              cluster: one.cluster,
              object: { group: "networking.istio.io", kind: "VirtualService", namespace, name: route.name },
              breaks: [
                objectOf(one.cluster, {
                  group: "networking.istio.io",
                  kind: "VirtualService",
                  namespace,
                  name: route.name,
                }),
              ],
            }),
          ];
        }),
      ),
    ),
};

function show(weights: readonly (readonly [string, number])[]): string {
  return weights.map(([name, weight]) => `${name || "(no subset)"}=${weight}`).join(" ") || "no weights";
}
