import { expect, it } from "vitest";
import type { Service } from "../../model/mesh.ts";
import { healthyFacts } from "../../testing/healthy-facts.ts";
import type { MeshFacts } from "../facts.ts";
import { runChecks } from "../run-checks.ts";

/** The healthy mesh, whose service has a route more, as every cluster's API server has it too. */
function withMeshRoute(): MeshFacts {
  const facts = healthyFacts();
  const change = (service: Service): Service => ({
    ...service,
    routes: service.routes.flatMap((route) => [
      route,
      {
        ...route,
        name: "inside",
        gateways: ["mesh"],
        hosts: [`${service.name}.${service.namespace}.svc.cluster.local`],
      },
    ]),
  });
  return {
    ...facts,
    mesh: { ...facts.mesh, services: facts.mesh.services.map(change) },
    clusters: facts.clusters.map((one) =>
      one.kind === "reached"
        ? {
            ...one,
            routing: {
              ...one.routing,
              virtualServices: one.routing.virtualServices.flatMap((route) => [route, { ...route, name: "inside" }]),
            },
          }
        : one,
    ),
  };
}

it("does not look for routes of callers inside the mesh at the ingress", () => {
  const facts = withMeshRoute();
  expect(facts.mesh.services.some(({ routes }) => routes.length > 1)).toBe(true);
  expect(runChecks(facts, { pre: false }).causes).toEqual([]);
});
