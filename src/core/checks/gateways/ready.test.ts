import { expect, it } from "vitest";
import { ingressGateway } from "../../render/names.ts";
import { foundBy } from "../../testing/found-by.ts";
import { withCluster } from "../../testing/healthy-facts.ts";
import type { MeshFacts } from "../facts.ts";

/** East has no ingress gateway, and the routes are opened at these. */
function withoutIngress(gateways: readonly string[], install?: "existing"): MeshFacts {
  const facts = withCluster("east", (one) => ({
    gateways: one.gateways.map((gateway) => {
      const { desired: _desired, ...rest } = gateway;
      return gateway.name === ingressGateway ? rest : gateway;
    }),
  }));
  const services = facts.mesh.services.map((service) => ({
    ...service,
    routes: service.routes.map((route) => ({ ...route, gateways })),
  }));
  return { ...facts, mesh: { ...facts.mesh, services, ...(install === undefined ? {} : { install }) } };
}

it("misses an ingress gateway that routes are opened at, whoever installs Istio", () => {
  expect(foundBy("gateways/ready", withoutIngress(["hello"]))).toEqual(["error ISM424 east"]);
  expect(foundBy("gateways/ready", withoutIngress(["hello"], "existing"))).toEqual(["error ISM424 east"]);
});

it("does not miss somebody's where every route is for callers inside the mesh", () => {
  expect(foundBy("gateways/ready", withoutIngress(["mesh"], "existing"))).toEqual([]);
  expect(foundBy("gateways/ready", withoutIngress(["mesh"]))).toEqual(["error ISM424 east"]);
});
