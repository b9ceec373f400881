import { expect, it } from "vitest";
import { clusterNamed } from "../model/mesh.ts";
import { gatewayApiMesh } from "../testing/gateway-api-mesh.ts";
import { drainOf, shopOf } from "../testing/three-clusters.ts";
import { decideDrain, decideUndrain } from "./decide-drain.ts";

const mesh = gatewayApiMesh("hosts: [shop.example], weights: { v1: 100 }");
const pods = { podsOf: { v1: ["10.0.1.1:80"], v2: [] }, anyPods: ["10.0.1.1:80"], gateways: [] };
const facts = [{ service: shopOf(mesh), actual: { west: pods, east: pods }, selector: { app: "shop" } }];
const question = {
  mesh,
  cluster: clusterNamed(mesh, "east"),
  before: [],
  force: false,
  now: "2026-11-25T10:00:00.000Z",
};

it("refuses to drain a service whose routes lead to no subsets, and leaves it its traffic with force", () => {
  const refused = decideDrain(question, facts);
  expect(refused.refusals.map(({ code }) => code)).toEqual(["ISM601"]);
  const forced = decideDrain({ ...question, force: true }, facts);
  expect([forced.services, forced.refusals, forced.warnings.map(({ code }) => code)]).toEqual([[], [], ["ISM601"]]);
});

it("refuses to put back one that was drained by other routes, also with force, and says the way", () => {
  const before = [drainOf("east", "all")];
  for (const force of [false, true]) {
    const { refusals } = decideUndrain({ ...question, before, force }, facts);
    expect(refusals.map(({ code }) => code)).toEqual(["ISM601"]);
    expect(refusals[0]?.fix).toContain("isthmus undrain east --service sample/shop");
  }
  expect(decideUndrain({ ...question, before: [drainOf("west", "all")] }, facts).refusals).toEqual([]);
});
