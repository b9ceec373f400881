import { describe, expect, it } from "vitest";
import { gatewayApiMesh, shopService } from "../testing/gateway-api-mesh.ts";
import { shopOf, threeClusters } from "../testing/three-clusters.ts";
import { checkVersionServices } from "./check-version-services.ts";

const service = shopOf(gatewayApiMesh("hosts: [shop.example], weights: { v1: 100 }"));

describe("the Service from which those of versions are made", () => {
  it("is among the manifests, with a selector", () => {
    expect(checkVersionServices({ service, manifests: [shopService] })).toEqual([]);
    const bare = { ...shopService, spec: { ports: [{ port: 8080 }] } };
    const found = [[], [bare]].flatMap((manifests) => checkVersionServices({ service, manifests }));
    expect(found.map(({ code, severity, object }) => [code, severity, object])).toEqual([
      ["ISM229", "error", undefined],
      ["ISM229", "error", bare],
    ]);
  });

  it("is no matter of VirtualServices, which lead to subsets", () => {
    expect(checkVersionServices({ service: shopOf(threeClusters()), manifests: [] })).toEqual([]);
  });
});
