import { expect, it } from "vitest";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { InventoryItem } from "../../core/plan/inventory.ts";
import { signal, wireCluster, wireObject } from "../facts/testing/wire-cluster.ts";
import { readEvents, readOwned, readPods, withoutSchema } from "./read-objects.ts";

const namesOf = (objects: readonly KubeObject[]): readonly string[] => objects.map(({ metadata: { name } }) => name);

it("reads Events oldest first, by whichever time their sender filled in, at most 500 of a namespace", async () => {
  const many = Array.from({ length: 501 }, (_, index) =>
    wireObject(
      "Event",
      { namespace: "b", name: `e${index}` },
      { lastTimestamp: `2026-11-01T00:${String(1000 + index)}` },
    ),
  );
  const { client } = await wireCluster([
    wireObject("Event", { namespace: "a", name: "second" }, { lastTimestamp: "2026-11-02T00:00:00Z" }),
    wireObject("Event", { namespace: "a", name: "third" }, { eventTime: "2026-11-03T00:00:00Z" }),
    wireObject("Event", { namespace: "a", name: "first" }),
    wireObject("Event", { namespace: "c", name: "elsewhere" }),
    ...many,
  ]);
  expect(namesOf(await readEvents(client, ["a"], signal))).toEqual(["first", "second", "third"]);
  const found = await readEvents(client, ["a", "b"], signal);
  expect(namesOf(found).slice(0, 4)).toEqual(["first", "second", "third", "e1"]);
  expect(found).toHaveLength(503);
});

it("reads the pods of namespaces", async () => {
  const pods = ["a", "b", "c"].map((namespace) => wireObject("Pod", { namespace, name: `pod-${namespace}` }));
  const { client } = await wireCluster(pods);
  expect(namesOf(await readPods(client, ["a", "b"], signal))).toEqual(["pod-a", "pod-b"]);
});

it("reads what an inventory names, and passes over what is gone", async () => {
  const item = (apiVersion: string, kind: string, name: string, namespace?: string): InventoryItem => ({
    id: { group: "", kind, name, ...(namespace === undefined ? {} : { namespace }) },
    apiVersion,
    wave: "routes",
    created: true,
  });
  const { client } = await wireCluster([
    wireObject("ConfigMap", { namespace: "a", name: "ours" }),
    wireObject("Namespace", { name: "a" }),
    wireObject("CustomResourceDefinition", { name: "d" }, { spec: { versions: [] } }),
  ]);
  const found = await readOwned(
    client,
    [
      item("v1", "ConfigMap", "ours", "a"),
      item("v1", "ConfigMap", "gone", "a"),
      item("v1", "Namespace", "a"),
      item("apiextensions.k8s.io/v1", "CustomResourceDefinition", "d"),
    ],
    signal,
  );
  expect(namesOf(found)).toEqual(["ours", "a", "d"]);
  expect(found[2]).not.toHaveProperty("spec");
  const other = wireObject("ConfigMap", { name: "x" }, { spec: 1 }) as KubeObject;
  expect(withoutSchema(other)).toBe(other);
});
