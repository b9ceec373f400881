import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Cluster, EastWestReach } from "../model/mesh.ts";
import { clusterNamed } from "../model/mesh.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { renderHelmReleases } from "./helm-releases.ts";
import { eastWestComponent, renderIstioOperators } from "./istio-operator.ts";
import { meshNetworksValues, withoutNetworkLabel } from "./mesh-networks.ts";
import { renderRancherApp } from "./rancher-app.ts";

const behindNat: EastWestReach = {
  everywhere: { addresses: ["203.0.113.7", "gw.example"], port: 8443 },
  seenFrom: { south: { addresses: ["10.0.0.4"], port: 15443 } },
};
const [west, east] = twoClusters.clusters as readonly [Cluster, Cluster];
const south: Cluster = { ...west, name: "south", network: "south-net" };
const mesh = { ...twoClusters, clusters: [west, { ...east, eastWest: behindNat }, south] };
const gatewaysIn = (reader: string): unknown => meshNetworksValues(mesh, clusterNamed(mesh, reader))["global"];

describe("where istiods are told that a gateway is", () => {
  it("is what the mesh file says, for each reader its own", () => {
    expect(gatewaysIn("west")).toEqual({
      meshNetworks: {
        "east-net": {
          gateways: [
            { address: "203.0.113.7", port: 8443 },
            { address: "gw.example", port: 8443 },
          ],
        },
      },
    });
    expect(gatewaysIn("south")).toEqual({
      meshNetworks: { "east-net": { gateways: [{ address: "10.0.0.4", port: 15443 }] } },
    });
  });

  it("is nothing in the cluster itself, in one of its network, and where no cluster says anything", () => {
    expect(gatewaysIn("east")).toBeUndefined();
    const shared = { ...mesh, clusters: [west, { ...east, network: west.network, eastWest: behindNat }] };
    expect(meshNetworksValues(shared, west)).toEqual({});
    expect(meshNetworksValues(twoClusters, west)).toEqual({});
  });

  it("stands in the values of the control plane, by istioctl and by Helm", () => {
    const platform = { values: {} };
    const operator = renderIstioOperators(mesh, west, platform).controlPlane["spec"] as {
      readonly values: { readonly global: object };
    };
    const release = renderHelmReleases(mesh, west, platform).find(({ chart }) => chart === "istiod");
    expect(operator.values.global).toMatchObject(gatewaysIn("west") as object);
    expect(release?.values["global"]).toMatchObject(gatewaysIn("west") as object);
  });
});

describe("the Service of such a gateway", () => {
  const labels = { app: "istio-eastwestgateway", "topology.istio.io/network": "east-net" };
  const metadata = { namespace: "istio-system", name: "istio-eastwestgateway", labels };

  it("announces nothing itself, while its pods keep their network", () => {
    const service = { apiVersion: "v1", kind: "Service", metadata };
    expect(withoutNetworkLabel(service, { eastWest: behindNat }).metadata.labels).toEqual({
      app: "istio-eastwestgateway",
    });
    const deployment = { apiVersion: "apps/v1", kind: "Deployment", metadata };
    expect(withoutNetworkLabel(deployment, { eastWest: behindNat })).toBe(deployment);
  });

  it("is made so of the IstioOperators and of the App that carries them", () => {
    const platform = { values: {} };
    const [patched] = [{ path: String.raw`metadata.labels.topology\.istio\.io/network` }];
    const overlays = [{ apiVersion: "v1", kind: "Service", name: "istio-eastwestgateway", patches: [patched] }];
    const component = (of: Cluster): unknown => (eastWestComponent(mesh, of) as { readonly k8s: object }).k8s;
    expect(component(clusterNamed(mesh, "east"))).toMatchObject({ overlays });
    expect(component(west)).not.toHaveProperty("overlays");
    const app = renderRancherApp(
      { ...mesh, istio: { ...mesh.istio, version: "1.22.1", install: "rancher" } },
      clusterNamed(mesh, "east"),
      platform,
    )[1]?.[1] as { readonly spec?: { readonly values: { readonly overlayFile: string } } } | undefined;
    const operator = parse(app?.spec?.values.overlayFile ?? "") as {
      spec: { components: { ingressGateways: object[] } };
    };
    expect(operator.spec.components.ingressGateways[1]).toMatchObject({ k8s: { overlays } });
  });

  it("keeps its label where the mesh file says nothing", () => {
    const service = { apiVersion: "v1", kind: "Service", metadata };
    expect(withoutNetworkLabel(service, {})).toBe(service);
  });
});
