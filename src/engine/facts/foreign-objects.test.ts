import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { idOf, keyOf } from "../../core/model/kube-object.ts";
import { findForeignObjects, findForeignResources } from "./foreign-objects.ts";
import { signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const namespace = "sample";
const managedBy = (...managers: readonly string[]): object => ({
  managedFields: managers.map((manager) => ({ manager })),
});

describe("what people have in a namespace", () => {
  it.each([
    ["Deployment", "apps/v1"],
    ["StatefulSet", "apps/v1"],
    ["DaemonSet", "apps/v1"],
    ["Job", "batch/v1"],
    ["CronJob", "batch/v1"],
    ["Pod", "v1"],
    ["Service", "v1"],
    ["PersistentVolumeClaim", "v1"],
    ["ConfigMap", "v1"],
    ["Secret", "v1"],
  ])("is found as a %s", async (kind, apiVersion) => {
    const { client } = await wireCluster([{ ...wireObject(kind, { namespace, name: "theirs" }), apiVersion }]);
    const group = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
    expect(await findForeignObjects(client, namespace, new Set(), signal)).toEqual([
      { group, kind, namespace, name: "theirs" },
    ]);
  });

  it.each([
    ["is owned by another object", { ownerReferences: [{ name: "its-owner" }] }, {}],
    ["is being deleted", { deletionTimestamp: "2026-11-01T00:00:00Z" }, {}],
    ["was written by controllers alone", managedBy("kube-controller-manager", "pilot-discovery"), {}],
    ["is a service account's token", {}, { type: "kubernetes.io/service-account-token" }],
  ])("is not an object that %s", async (_, metadata, rest) => {
    const { client } = await wireCluster([wireObject("Secret", { namespace, name: "s", ...metadata }, rest)]);
    expect(await findForeignObjects(client, namespace, new Set(), signal)).toEqual([]);
  });

  it("is an object that somebody wrote beside a controller", async () => {
    const object = wireObject("ConfigMap", {
      namespace,
      name: "edited",
      ...managedBy("kube-scheduler", "kubectl-edit"),
    });
    const { client } = await wireCluster([object]);
    expect(await findForeignObjects(client, namespace, new Set(), signal)).toHaveLength(1);
  });

  it("is not what is listed as owned, nor what is in another namespace", async () => {
    const ours = wireObject("ConfigMap", { namespace, name: "ours" });
    const { client } = await wireCluster([ours, wireObject("ConfigMap", { namespace: "other", name: "elsewhere" })]);
    const owned = new Set([keyOf(idOf(ours as KubeObject))]);
    expect(await findForeignObjects(client, namespace, owned, signal)).toEqual([]);
  });
});

describe("the objects of a CustomResourceDefinition", () => {
  const definition = (versions: readonly object[]): KubeObject =>
    wireObject(
      "CustomResourceDefinition",
      { name: "widgets.example.com" },
      { spec: { group: "example.com", names: { kind: "Widget" }, versions } },
    ) as KubeObject;
  const stored = definition([
    { name: "v1alpha1", served: true, storage: false },
    { name: "v1", served: true, storage: true },
  ]);
  const kinds = [{ apiVersion: "example.com/v1", kind: "Widget", plural: "widgets", namespaced: true }];
  const widget = (name: string, metadata: object = {}) => ({
    ...wireObject("Widget", { namespace, name, ...metadata }),
    apiVersion: "example.com/v1",
  });

  it("are read in the version that is stored, without those that are owned", async () => {
    const ours = widget("ours");
    const { client } = await wireCluster([ours, widget("theirs"), widget("made", managedBy("istiod"))], { kinds });
    const owned = new Set([keyOf(idOf(ours as KubeObject))]);
    expect(await findForeignResources(client, stored, owned, signal)).toEqual([
      { group: "example.com", kind: "Widget", namespace, name: "theirs" },
    ]);
  });

  it("are read in a version that is served, where the stored one is not", async () => {
    const served = definition([
      { name: "v2", served: false, storage: true },
      { name: "v1", served: true, storage: false },
    ]);
    const { client } = await wireCluster([widget("theirs")], { kinds });
    expect(await findForeignResources(client, served, new Set(), signal)).toHaveLength(1);
  });

  it("are none where no version is served, or the API server does not serve the kind yet", async () => {
    const { client } = await wireCluster([]);
    const unserved = definition([{ name: "v1", served: false, storage: true }]);
    expect(await findForeignResources(client, unserved, new Set(), signal)).toEqual([]);
    expect(await findForeignResources(client, stored, new Set(), signal)).toEqual([]);
  });
});
