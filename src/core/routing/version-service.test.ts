import { expect, it } from "vitest";
import { gatewayApiMesh } from "../testing/gateway-api-mesh.ts";
import { shopOf } from "../testing/three-clusters.ts";
import { versionOfBackend, versionServiceName, weightOfBackend } from "./version-service.ts";

const shop = shopOf(gatewayApiMesh("hosts: [a.example], weights: { v1: 100 }"));

it("finds the version of a Service by the name that it gave it, and leaves other names as they are", () => {
  expect(shop.versions.map(({ name }) => versionOfBackend(shop, versionServiceName(shop, name)))).toEqual(["v1", "v2"]);
  expect(versionOfBackend(shop, "shop")).toBe("shop");
});

it("has a weight of 1 for a Service that says none, and 0 for one that says so", () => {
  expect([{}, { weight: 0 }, { weight: 30 }].map(weightOfBackend)).toEqual([1, 0, 30]);
});
