import { expect, it } from "vitest";
import { listEverywhere, listKnown, listWithin } from "./list-known.ts";
import { signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const kind = { apiVersion: "v1", kind: "ConfigMap" };
const objects = ["a", "b", "c"].map((namespace) => wireObject("ConfigMap", { namespace, name: `of-${namespace}` }));
const namesOf = (found: readonly { readonly metadata: { readonly name: string } }[]): readonly string[] =>
  found.map(({ metadata: { name } }) => name);

it("lists the objects of the given namespaces, or of all", async () => {
  const { client } = await wireCluster(objects);
  expect(namesOf(await listKnown(client, kind, ["a", "c"], signal))).toEqual(["of-a", "of-c"]);
  expect(namesOf(await listEverywhere(client, kind, signal))).toEqual(["of-a", "of-b", "of-c"]);
});

it("lists nothing of a kind that the API server does not serve", async () => {
  const { client } = await wireCluster([]);
  const unknown = { apiVersion: "example.com/v1", kind: "Widget" };
  expect(await listKnown(client, unknown, ["a"], signal)).toEqual([]);
  expect(await listEverywhere(client, unknown, signal)).toEqual([]);
});

it("asks for the namespaces one by one where all at once are forbidden", async () => {
  const { server, client } = await wireCluster(objects);
  expect(namesOf(await listWithin(client, kind, ["a", "c"], signal))).toEqual(["of-a", "of-c"]);
  server.inject({ kind: "status", status: 403 }, { times: 1 });
  expect(namesOf(await listWithin(client, kind, ["a", "c"], signal))).toEqual(["of-a", "of-c"]);
  server.inject({ kind: "status", status: 403 }, { times: 2 });
  await expect(listWithin(client, kind, ["a"], signal)).rejects.toMatchObject({ kind: "forbidden" });
});

it("does not take a refusal for an empty list", async () => {
  const { server, client } = await wireCluster(objects);
  server.inject({ kind: "status", status: 403 }, { times: 2 });
  await expect(listKnown(client, kind, ["a"], signal)).rejects.toMatchObject({ kind: "forbidden" });
  await expect(listEverywhere(client, kind, signal)).rejects.toMatchObject({ kind: "forbidden" });
});
