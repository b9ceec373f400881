import { describe, expect, it } from "vitest";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { hasSidecar, podsWithoutSidecar } from "./sidecars.ts";
import { runningStatus, signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const service = twoClusters.services[0];
const version = { name: "v1", clusters: ["west"], labels: { app: "helloworld", version: "v1" } };

const pod = (name: string, metadata: object = {}, containers = ["app"], status: object = runningStatus()) =>
  wireObject(
    "Pod",
    { namespace: "sample", name, labels: version.labels, ...metadata },
    { spec: { containers: containers.map((one) => ({ name: one })) }, status },
  );

describe("the pods of a version without a sidecar", () => {
  it("are those that run, and are not being deleted", async () => {
    const { client } = await wireCluster([
      pod("bare"),
      pod("with-proxy", {}, ["app", "istio-proxy"]),
      pod("deleted", { deletionTimestamp: "2026-11-01T00:00:00Z" }),
      pod("pending", {}, ["app"], { phase: "Pending" }),
      pod("of-v2", { labels: { app: "helloworld", version: "v2" } }),
      pod("elsewhere", { namespace: "other" }),
    ]);
    expect(service).toBeDefined();
    expect(service && (await podsWithoutSidecar(client, service, version, signal))).toEqual([
      { name: "bare", refuses: false },
    ]);
  });

  it.each([
    ["label", { labels: { ...version.labels, "sidecar.istio.io/inject": "false" } }],
    ["annotation", { annotations: { "sidecar.istio.io/inject": "false" } }],
  ])("refuse one by their %s", async (_, metadata) => {
    const { client } = await wireCluster([pod("bare", metadata)]);
    expect(service && (await podsWithoutSidecar(client, service, version, signal))).toEqual([
      { name: "bare", refuses: true },
    ]);
  });
});

it("knows a native sidecar, which is an init container", () => {
  const spec = { containers: [{ name: "app" }], initContainers: [{ name: "istio-proxy" }] };
  expect(hasSidecar(wireObject("Pod", { name: "p" }, { spec }) as KubeObject)).toBe(true);
  expect(hasSidecar(wireObject("Pod", { name: "p" }) as KubeObject)).toBe(false);
});
