import { expect, it } from "vitest";
import { findLabelled } from "./labelled-objects.ts";
import { signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const labels = { "isthmus.dev/mesh": "demo" };

it("finds the objects of every kind that carry the mesh's label, each once", async () => {
  const { client } = await wireCluster([
    wireObject("ConfigMap", { namespace: "a", name: "ours", labels }),
    wireObject("Namespace", { name: "a", labels }),
    wireObject("ConfigMap", { namespace: "a", name: "of-another", labels: { "isthmus.dev/mesh": "other" } }),
    wireObject("Event", { namespace: "a", name: "shown-twice", labels, uid: "e" }),
    {
      ...wireObject("Event", { namespace: "a", name: "shown-twice", labels, uid: "e" }),
      apiVersion: "events.k8s.io/v1",
    },
  ]);
  const { objects, unseen } = await findLabelled(client, "demo", signal);
  expect(objects.map(({ metadata: { name } }) => name).toSorted()).toEqual(["a", "ours", "shown-twice"]);
  expect(unseen).toEqual([]);
});

it("looks at the given kinds only, and passes over one that is not served", async () => {
  const { client } = await wireCluster([
    wireObject("ConfigMap", { namespace: "a", name: "ours", labels }),
    wireObject("Namespace", { name: "a", labels }),
  ]);
  const kinds = [
    { apiVersion: "v1", kind: "Namespace" },
    { apiVersion: "example.com/v1", kind: "Widget" },
  ];
  const { objects, unseen } = await findLabelled(client, "demo", signal, kinds);
  expect(objects.map(({ metadata: { name } }) => name)).toEqual(["a"]);
  expect(unseen).toEqual([]);
});

it("names the kinds and groups that this user may not list, sorted", async () => {
  const { server, client } = await wireCluster([]);
  server.inject({ kind: "status", status: 403 }, { times: 2, matches: ({ url }) => /\/(secrets|nodes)\?/.test(url) });
  server.inject(
    { kind: "status", status: 503 },
    { times: Infinity, matches: ({ url }) => url.endsWith("/apis/batch/v1") },
  );
  const { unseen } = await findLabelled(client, "demo", signal);
  expect(unseen).toEqual(["Node (v1)", "Secret (v1)", expect.stringContaining("batch")]);
});

it("rejects when the credentials are refused: then nothing was looked at", async () => {
  const { server, client } = await wireCluster([]);
  server.authorize("Bearer another");
  const kinds = [{ apiVersion: "v1", kind: "ConfigMap" }];
  await expect(findLabelled(client, "demo", signal, kinds)).rejects.toMatchObject({ kind: "credentials" });
});
