import type { Route, Service } from "../../model/mesh.ts";
import { usesGatewayApi, versionOfBackend } from "../../routing/version-service.ts";
import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import type { ReachedCluster } from "../facts.ts";
import { applyFix, meshClusters, servicesAt } from "../reached.ts";
import { routeObject } from "../route-object.ts";
import { objectOf } from "../subjects.ts";

/** istiods do not share configuration: a route that is in one cluster only is obeyed at one ingress only (docs/guides/check.md, complaint 16). */
export const weights: Check = {
  id: "routes/weights",
  sentence: "every cluster's VirtualServices and HTTPRoutes have the mesh file's weights",
  pre: false,
  unseen: (facts) =>
    meshClusters(facts).flatMap((one) =>
      servicesAt(facts, one).flatMap((service) => service.routes.flatMap((route) => unseenOf(one, service, route))),
    ),
  run: (facts) =>
    meshClusters(facts).flatMap((one) =>
      servicesAt(facts, one).flatMap((service) => service.routes.flatMap((route) => judge(one, service, route))),
    ),
};

/** Only the drift of objects tells one that is gone from one that this account may not list. */
function unseenOf(one: ReachedCluster, service: Service, route: Route): readonly string[] {
  const { kind, namespace } = routeObject(service, route);
  return heldWeights(one, service, route) === "unread"
    ? [
        `the weights of ${kind} ${namespace ?? ""}/${route.name} of ${one.cluster}: it is not among the ${kind}s that could be listed`,
      ]
    : [];
}

function judge(one: ReachedCluster, service: Service, route: Route): readonly Finding[] {
  const object = routeObject(service, route);
  const held = heldWeights(one, service, route);
  const asked = Object.entries(route.weights);
  if (held === "unread" || (held !== undefined && asked.every(([name, weight]) => (held[name] ?? 0) === weight))) {
    return [];
  }
  const what = `${object.kind} ${object.namespace ?? ""}/${route.name}`;
  return [
    problem("ISM445", {
      detail:
        held === undefined
          ? `${one.cluster} has no ${what}; its ingress does not know the route.`
          : `${what} of ${one.cluster} has ${show(Object.entries(held))}, and the mesh file asks for ${route.redirect === undefined ? show(asked) : "a redirect"}.`,
      fix: `${applyFix} To keep what the cluster has, move the weights with isthmus shift.`,
      cluster: one.cluster,
      object,
      breaks: [objectOf(one.cluster, object)],
    }),
  ];
}

/** Version → weight; undefined where the object is not there. HTTPRoutes are read where an account may: one that is not among the facts is said by the drift of objects. */
function heldWeights(
  { routing: { virtualServices, beside } }: ReachedCluster,
  service: Service,
  route: Route,
): Readonly<Record<string, number>> | "unread" | undefined {
  const { namespace, name } = routeObject(service, route);
  if (!usesGatewayApi(service)) {
    return virtualServices.find((one) => one.namespace === namespace && one.name === name)?.weights;
  }
  const found = (beside?.gatewayRoutes ?? []).find(
    (one) => one.kind === "HTTPRoute" && one.namespace === namespace && one.name === name,
  );
  return found === undefined
    ? "unread"
    : Object.fromEntries(
        Object.entries(found.weights ?? {}).map(([backend, weight]) => [versionOfBackend(service, backend), weight]),
      );
}

function show(weights: readonly (readonly [string, number])[]): string {
  return weights.map(([name, weight]) => `${name || "(no subset)"}=${weight}`).join(" ") || "no weights";
}
