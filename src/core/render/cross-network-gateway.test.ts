import { expect, it } from "vitest";
import { clusterNamed } from "../model/mesh.ts";
import { installation } from "../testing/installations.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { renderCrossNetworkGateway } from "./cross-network-gateway.ts";

const west = clusterNamed(twoClusters, "west");
const gateways = [{ namespace: "gw", name: "ew", network: "west-net", selector: { istio: "ew", app: "ew" } }];

function selectorOf(...[cluster, installed]: readonly [typeof west, Parameters<typeof renderCrossNetworkGateway>[2]]) {
  const { spec } = renderCrossNetworkGateway(twoClusters, cluster, installed) as unknown as {
    readonly spec: { readonly selector: object };
  };
  return spec.selector;
}

it("opens the gateway that Istio's own settings make", () => {
  expect(selectorOf(west, {})).toEqual({ istio: "eastwestgateway" });
  expect(selectorOf(west, { installed: { west: installation("west") } })).toEqual({ istio: "eastwestgateway" });
});

it("opens the pods of the Service that the mesh file names", () => {
  const named = { ...west, eastWest: { seenFrom: {}, service: { namespace: "gw", name: "ew" } } };
  expect(selectorOf(named, { installed: { west: installation("west", { gateways }) } })).toEqual({
    istio: "ew",
    app: "ew",
  });
});

it("never opens every gateway, which is what no selector means", () => {
  const named = { ...west, eastWest: { seenFrom: {}, service: { namespace: "gw", name: "ew" } } };
  const without = gateways.map((one) => ({ ...one, selector: {} }));
  for (const found of [installation("west", { gateways: without }), installation("west")]) {
    expect(selectorOf(named, { installed: { west: found } })).toEqual({ istio: "eastwestgateway" });
  }
});
