import { expect, it } from "vitest";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { readWorkloads } from "./read-workloads.ts";
import { signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const versions = ["v1", "v2"].map((name) => ({ name, clusters: ["west"], labels: { version: name } }));
const service = { namespace: "shop", versions };
const selector = { app: "web" };

function pod(name: string, version: string, owner?: { readonly kind: string; readonly name: string }): KubeObject {
  const hash = "5f59cf76";
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      namespace: "shop",
      name,
      labels: { app: "web", version, ...(owner?.kind === "ReplicaSet" ? { "pod-template-hash": hash } : {}) },
      ...(owner === undefined
        ? {}
        : {
            ownerReferences: [
              {
                apiVersion: "apps/v1",
                kind: owner.kind,
                name: owner.kind === "ReplicaSet" ? `${owner.name}-${hash}` : owner.name,
              },
            ],
          }),
    },
    status: { phase: "Running" },
  };
}

function deployment(name: string, labels: object, by: string) {
  const managedFields = [{ manager: by, time: "2026-11-01T00:00:00Z" }];
  return wireObject("Deployment", { namespace: "shop", name, labels, managedFields });
}

const ours = pod("web-v1-a", "v1", { kind: "ReplicaSet", name: "web-v1" });
const theirs = pod("stray-b", "v1", { kind: "ReplicaSet", name: "stray" });

it("reads whose the pods of a version are, where they are of several workloads", async () => {
  const { client } = await wireCluster([
    deployment("web-v1", { "isthmus.dev/mesh": "demo" }, "isthmus"),
    deployment("stray", {}, "kubectl-create"),
  ]);
  const at = "2026-11-01T00:00:00Z";
  const second = pod("stray-a", "v1", { kind: "ReplicaSet", name: "stray" });
  const other = pod("web-v2-a", "v2", { kind: "ReplicaSet", name: "web-v2" });
  expect(await readWorkloads(client, service, { pods: [ours, theirs, second, other], selector }, signal)).toEqual([
    {
      version: "v1",
      kind: "Deployment",
      name: "stray",
      pods: ["stray-a", "stray-b"],
      own: false,
      written: { by: "kubectl-create", at },
    },
    {
      version: "v1",
      kind: "Deployment",
      name: "web-v1",
      pods: ["web-v1-a"],
      own: true,
      written: { by: "isthmus", at },
    },
  ]);
});

it("reads whose the pods of no version are, also of what owns itself", async () => {
  const { client } = await wireCluster([]);
  expect(await readWorkloads(client, service, { pods: [ours, pod("alone", "v9")], selector }, signal)).toEqual([
    { version: "", kind: "Pod", name: "alone", pods: ["alone"], own: false, written: { by: "", at: "" } },
  ]);
  expect(
    await readWorkloads(client, { ...service, versions: [] }, { pods: [pod("alone", "v9")], selector }, signal),
  ).toEqual([]);
});

it("asks for nothing where each version has one workload, and leaves out what it may not see or is going", async () => {
  const { client, server } = await wireCluster([]);
  const going = { ...theirs, metadata: { ...theirs.metadata, deletionTimestamp: "2026-11-01T00:00:00Z" } };
  expect(await readWorkloads(client, service, { pods: [ours, going], selector }, signal)).toEqual([]);
  expect(await readWorkloads(client, service, { pods: [ours, theirs], selector: {} }, signal)).toEqual([]);
  expect(server.requests.map(({ url }) => url)).toEqual([]);
  expect(await readWorkloads(client, service, { pods: [ours, theirs], selector }, signal)).toEqual([]);
});
