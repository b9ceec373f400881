import { expect, it } from "vitest";
import { isGatewayProxy } from "./gateway-proxies.ts";

it("knows the proxies of gateways where isthmus makes them, and where the mesh file says", () => {
  const usual = isGatewayProxy({});
  expect(usual("istio-ingressgateway-5d8-x2.istio-system")).toBe(true);
  expect(usual("istio-eastwestgateway-5d8-x2.istio-system")).toBe(true);
  expect(usual("ew-5d8-x2.gw")).toBe(false);
  expect(usual("istio-ingressgateway-5d8-x2.sample")).toBe(false);
  const named = isGatewayProxy({ eastWest: { seenFrom: {}, service: { namespace: "gw", name: "ew" } } });
  expect(named("ew-5d8-x2.gw")).toBe(true);
  expect(named("istio-eastwestgateway-5d8-x2.istio-system")).toBe(false);
});
