import { describe, expect, it } from "vitest";
import { idOf, keyOf } from "../model/kube-object.ts";
import type { KubeObject } from "../model/kube-object.ts";
import { materials, twoClusters } from "../testing/two-clusters.ts";
import { isIstioConfig, renderIstioConfig } from "./istio-config.ts";

const filter: KubeObject = {
  apiVersion: "networking.istio.io/v1alpha3",
  kind: "EnvoyFilter",
  metadata: { name: "own" },
  spec: {},
};

describe("what Istio judges of a mesh", () => {
  it("is what isthmus renders and what manifests hold, each with its place in the mesh file", () => {
    const serviceManifests = { "sample/helloworld": [filter] };
    const found = renderIstioConfig(twoClusters, { ...materials, serviceManifests });
    expect(Object.fromEntries(found.map(({ object, path }) => [keyOf(idOf(object)), path.join(".")]))).toEqual({
      "Gateway.networking.istio.io/istio-system/cross-network-gateway": "spec.services",
      "Gateway.networking.istio.io/sample/helloworld-gateway": "spec.services.0.routes.0",
      "DestinationRule.networking.istio.io/sample/helloworld": "spec.services.0",
      "VirtualService.networking.istio.io/sample/helloworld": "spec.services.0.routes.0",
      "EnvoyFilter.networking.istio.io/sample/own": "spec.services.0.manifests",
    });
  });

  it("is nothing of Kubernetes' own or of Istio's installation", () => {
    expect(isIstioConfig({ apiVersion: "v1" })).toBe(false);
    expect(isIstioConfig({ apiVersion: "gateway.networking.k8s.io/v1" })).toBe(false);
    expect(isIstioConfig({ apiVersion: "install.istio.io/v1alpha1" })).toBe(false);
  });
});
