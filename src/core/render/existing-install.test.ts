import { expect, it } from "vitest";
import type { InstalledIstio } from "../model/installed-istio.ts";
import type { KubeObject } from "../model/kube-object.ts";
import { controlPlane, installation } from "../testing/installations.ts";
import { materials, twoClusters } from "../testing/two-clusters.ts";
import { renderMesh } from "./render-mesh.ts";

const mesh = { ...twoClusters, istio: { ...twoClusters.istio, install: "existing" as const } };

/** What isthmus owns in west, beside what somebody has installed there. */
function objectsIn(west: InstalledIstio): readonly KubeObject[] {
  const installed = { west, east: installation("east") };
  const { clusters } = renderMesh(mesh, { ...materials, istioManifests: {}, installed });
  return clusters[0]?.objects.map(({ object }) => object) ?? [];
}

function keysIn(west: InstalledIstio): readonly string[] {
  return objectsIn(west).map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`);
}

function labelsOfSample(west: InstalledIstio): Readonly<Record<string, string>> | undefined {
  return objectsIn(west).find(({ kind, metadata }) => kind === "Namespace" && metadata.name === "sample")?.metadata
    .labels;
}

it("owns what joins and routes, and nothing of Istio itself", () => {
  expect(keysIn(installation("west"))).toEqual([
    "Namespace /istio-system",
    "Namespace /sample",
    "Secret istio-system/istio-reader-service-account-istio-remote-secret-token",
    "Gateway istio-system/cross-network-gateway",
    "Secret istio-system/istio-remote-secret-east",
    "Service sample/helloworld",
    "Deployment sample/helloworld-v1",
    "DestinationRule sample/helloworld",
    "Gateway sample/helloworld-gateway",
    "VirtualService sample/helloworld",
  ]);
});

it("makes an east-west gateway where there is none, injected by the control plane that is there", () => {
  const controlPlanes = [controlPlane("west", { name: "istiod-canary", revision: "canary" })];
  const [ingress] = installation("west").gateways;
  const west = installation("west", { controlPlanes, gateways: ingress === undefined ? [] : [ingress] });
  const own = objectsIn(west).filter(({ metadata }) => metadata.name === "istio-eastwestgateway");
  expect(own.map(({ kind }) => kind)).toEqual(["ServiceAccount", "Service", "Deployment"]);
  const [, service, deployment] = own;
  expect(service?.metadata.labels).toMatchObject({ "topology.istio.io/network": "west-net" });
  expect(deployment).toMatchObject({
    spec: { template: { metadata: { labels: { "istio.io/rev": "canary", "sidecar.istio.io/inject": "true" } } } },
  });
});

it("labels namespaces for a revision that isthmus itself installs", () => {
  const own = { ...twoClusters, istio: { ...twoClusters.istio, values: { revision: "1-31" } } };
  const [west] = renderMesh(own, materials).clusters;
  const sample = west?.objects.find(({ object }) => object.metadata.name === "sample");
  expect(sample?.object.metadata.labels).toEqual({ "istio.io/rev": "1-31", "isthmus.dev/mesh": "sandbox" });
});

it("writes its configuration in the version that every release serves", () => {
  const versions = objectsIn(installation("west")).map(({ apiVersion }) => apiVersion);
  expect(new Set(versions.filter((one) => one.startsWith("networking.istio.io/")))).toEqual(
    new Set(["networking.istio.io/v1beta1"]),
  );
});

it.each<readonly [string, Partial<InstalledIstio>, Readonly<Record<string, string>>]>([
  ["no revision", {}, { "istio-injection": "enabled" }],
  ["a revision", { controlPlanes: [controlPlane("west", { revision: "1-31" })] }, { "istio.io/rev": "1-31" }],
  [
    "a tag",
    { controlPlanes: [controlPlane("west", { revision: "1-31", tags: ["prod"] })] },
    { "istio.io/rev": "prod" },
  ],
  [
    "two tags, of which the namespace has one",
    {
      controlPlanes: [controlPlane("west", { revision: "1-31", tags: ["prod", "test"] })],
      injection: { sample: { revision: "test" } },
    },
    { "istio.io/rev": "test" },
  ],
  [
    "two tags, and a namespace of a revision that is gone",
    {
      controlPlanes: [controlPlane("west", { revision: "1-31", tags: ["prod", "test"] })],
      injection: { sample: { revision: "1-30" } },
    },
    { "istio.io/rev": "1-31" },
  ],
])("labels namespaces for a control plane with %s", (_what, changed, expected) => {
  expect(labelsOfSample(installation("west", changed))).toEqual({ ...expected, "isthmus.dev/mesh": "sandbox" });
});
