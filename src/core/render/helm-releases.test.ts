import { describe, expect, it } from "vitest";
import type { Cluster, Mesh } from "../model/mesh.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { renderHelmReleases } from "./helm-releases.ts";
import { statsAnnotation, versionTimes } from "./latency-stats.ts";
import type { Platform } from "./materials.ts";

const west = twoClusters.clusters[0] as Cluster;
const nothing: Platform = { values: {} };

function meshWith(istio: Partial<Mesh["istio"]>, own: Partial<Mesh> = {}): Mesh {
  return { ...twoClusters, ...own, istio: { ...twoClusters.istio, install: "helm", ...istio } };
}

function valuesOf(name: string, mesh: Mesh, platform: Platform = nothing): Readonly<Record<string, unknown>> {
  const found = renderHelmReleases(mesh, west, platform).find((release) => release.name === name);
  if (found === undefined) {
    throw new Error(`no release ${name}`);
  }
  return found.values;
}

const identity = {
  meshID: "sandbox",
  multiCluster: { clusterName: "west" },
  network: "west-net",
  tag: "1.31.0",
};
const readinessProbe = {
  httpGet: { path: "/healthz/ready", port: 15021, scheme: "HTTP" },
  initialDelaySeconds: 1,
  periodSeconds: 2,
  failureThreshold: 30,
};

describe("the Helm releases of a cluster", () => {
  it("are Istio's own, with the values that have to agree in all that tell clusters apart", () => {
    expect(renderHelmReleases(meshWith({}), west, nothing)).toEqual([
      {
        chart: "base",
        name: "istio-base",
        namespace: "istio-system",
        values: { profile: "demo" },
      },
      { chart: "istiod", name: "istiod", namespace: "istio-system", values: { profile: "demo", global: identity } },
      {
        chart: "gateway",
        name: "istio-ingressgateway",
        namespace: "istio-system",
        values: {
          profile: "demo",
          global: identity,
          readinessProbe,
          podAnnotations: { [statsAnnotation]: versionTimes },
        },
      },
      {
        chart: "gateway",
        name: "istio-eastwestgateway",
        namespace: "istio-system",
        values: { profile: "demo", global: identity, readinessProbe, networkGateway: "west-net" },
      },
    ]);
  });

  it("have cni, and an istiod that counts on it, where pods may not change their own network", () => {
    const restricted = meshWith({}, { hardening: { podSecurity: "restricted", networkPolicies: false } });
    expect(renderHelmReleases(restricted, west, nothing).map((release) => release.name)).toEqual([
      "istio-base",
      "istio-cni",
      "istiod",
      "istio-ingressgateway",
      "istio-eastwestgateway",
    ]);
    expect(valuesOf("istiod", restricted)).toMatchObject({ pilot: { cni: { enabled: true } } });
  });

  it.each([
    ["demo", "1.31.0", "demo", true],
    ["default", "1.31.0", undefined, true],
    ["minimal", "1.31.0", undefined, false],
    ["preview", "1.22.0", "preview", true],
    ["demo", "1.20.8", undefined, true],
  ] as const)("with profile %s and Istio %s have profile %s; ingress gateway: %s", (profile, version, its, ingress) => {
    const mesh = meshWith({ profile, version });
    expect(valuesOf("istiod", mesh)["profile"]).toBe(its);
    const names = renderHelmReleases(mesh, west, nothing).map((release) => release.name);
    expect(names.includes("istio-ingressgateway")).toBe(ingress);
    expect(names).toContain("istio-eastwestgateway");
  });

  it("give no readiness probe to a gateway chart that does not know it", () => {
    expect(valuesOf("istio-eastwestgateway", meshWith({ version: "1.23.6" }))).not.toHaveProperty("readinessProbe");
    expect(valuesOf("istio-eastwestgateway", meshWith({ version: "1.24.0" }))).toHaveProperty("readinessProbe");
  });

  it("give the gateways the revision of the control plane", () => {
    const mesh = meshWith({ values: { revision: "canary" } });
    expect(valuesOf("istiod", mesh)["revision"]).toBe("canary");
    expect(valuesOf("istio-eastwestgateway", mesh)["revision"]).toBe("canary");
    expect(valuesOf("istio-eastwestgateway", meshWith({}))).not.toHaveProperty("revision");
  });

  it("take the registry from the mesh file, else from the platform, else leave it to the charts", () => {
    const platform: Platform = { hub: "platform.example/istio", values: {} };
    const hubIn = (mesh: Mesh, one: Platform): unknown =>
      (valuesOf("istiod", mesh, one)["global"] as Readonly<Record<string, unknown>>)["hub"];
    expect(hubIn(meshWith({ hub: "own.example/istio" }), platform)).toBe("own.example/istio");
    expect(hubIn(meshWith({}), platform)).toBe("platform.example/istio");
    expect(hubIn(meshWith({}), nothing)).toBeUndefined();
  });

  describe("with values of the platform and the user", () => {
    const platform: Platform = {
      values: { global: { imagePullPolicy: "IfNotPresent", logAsJson: false }, telemetry: { enabled: false } },
    };
    const mesh = meshWith({
      values: {
        global: { logAsJson: true },
        base: { excludedCRDs: ["a"] },
        pilot: { replicaCount: 2 },
        gateways: { "istio-eastwestgateway": { service: { loadBalancerIP: "192.0.2.1" } } },
      },
    });

    it("give istiod all of them, the user's last", () => {
      expect(valuesOf("istiod", mesh, platform)).toMatchObject({
        global: { ...identity, imagePullPolicy: "IfNotPresent", logAsJson: true },
        telemetry: { enabled: false },
        pilot: { replicaCount: 2 },
      });
    });

    it("give base only what is its own", () => {
      expect(valuesOf("istio-base", mesh, platform)).toEqual({
        profile: "demo",
        global: { imagePullPolicy: "IfNotPresent", logAsJson: true },
        base: { excludedCRDs: ["a"] },
      });
    });

    it("give a gateway the global ones and those under its name, at the places that its chart has", () => {
      expect(valuesOf("istio-eastwestgateway", mesh, platform)).toEqual({
        profile: "demo",
        global: { ...identity, imagePullPolicy: "IfNotPresent", logAsJson: true },
        imagePullPolicy: "IfNotPresent",
        readinessProbe,
        networkGateway: "west-net",
        service: { loadBalancerIP: "192.0.2.1" },
      });
      expect(valuesOf("istio-ingressgateway", mesh, platform)).not.toHaveProperty("service");
    });
  });
});
