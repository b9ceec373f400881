import { expect, it } from "vitest";
import { clusterNamed } from "../model/mesh.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { renderCrossNetworkGateway } from "./cross-network-gateway.ts";

const west = clusterNamed(twoClusters, "west");
const found = { namespace: "gw", name: "ew", network: "west-net", selector: { istio: "ew", app: "ew" } };

function selectorOf(cluster: typeof west, materials: Parameters<typeof renderCrossNetworkGateway>[2]): object {
  const { spec } = renderCrossNetworkGateway(twoClusters, cluster, materials) as unknown as {
    readonly spec: { readonly selector: object };
  };
  return spec.selector;
}

const eastWest = { seenFrom: {}, service: { namespace: "gw", name: "ew" } };

it("opens the gateway that Istio's own settings make", () => {
  expect(selectorOf(west, {})).toEqual({ istio: "eastwestgateway" });
  expect(selectorOf(west, { namedGateways: { west: found } })).toEqual({ istio: "eastwestgateway" });
});

it("opens the pods of the Service that the mesh file names", () => {
  expect(selectorOf({ ...west, eastWest }, { namedGateways: { west: found } })).toEqual({ istio: "ew", app: "ew" });
});

it("never opens every gateway, which is what no selector means", () => {
  for (const materials of [{ namedGateways: { west: { ...found, selector: {} } } }, {}]) {
    expect(selectorOf({ ...west, eastWest }, materials)).toEqual({ istio: "eastwestgateway" });
  }
});
