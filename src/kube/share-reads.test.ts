import { describe, expect, it } from "vitest";
import type { KubeObject } from "../core/model/kube-object.ts";
import { shareReads } from "./share-reads.ts";
import type { FakeConnection } from "./testing/connect-fake.ts";
import { connectFake } from "./testing/connect-fake.ts";

const { signal } = new AbortController();
const service = { apiVersion: "v1", kind: "Service" };

async function connect(): Promise<FakeConnection & { readonly asked: () => readonly string[] }> {
  const connection = await connectFake();
  const { server, client } = connection;
  for (const [namespace, name] of [
    ["a", "one"],
    ["a", "two"],
    ["b", "one"],
  ] as const) {
    server.put({ ...service, metadata: { namespace, name, labels: { app: name } } });
  }
  return {
    server,
    client: shareReads(client),
    asked: () => server.requests.map(({ url }) => url.replace(/[?&]limit=\d+/, "")),
  };
}

function namesOf(objects: readonly (KubeObject | undefined)[]): readonly string[] {
  return objects.map((one) => (one === undefined ? "none" : `${one.metadata.namespace}/${one.metadata.name}`));
}

describe("reads that are shared", () => {
  it("are asked for once", async () => {
    const { client, asked } = await connect();
    const read = async () => client.get({ ...service, namespace: "a", name: "one" }, { signal });
    expect(namesOf(await Promise.all([read(), read()]))).toEqual(["a/one", "a/one"]);
    expect(namesOf([await read()])).toEqual(["a/one"]);
    expect(asked()).toEqual(["/api/v1/namespaces/a/services/one"]);
  });

  it("have one list answer for its objects, for those of a label and for what is not there", async () => {
    const { client, asked } = await connect();
    const list = client.list({ ...service, namespace: "a" }, { signal });
    const one = client.get({ ...service, namespace: "a", name: "one" }, { signal });
    const none = client.get({ ...service, namespace: "a", name: "three" }, { signal });
    const two = client.list({ ...service, namespace: "a", labelSelector: "app=two" }, { signal });
    expect(namesOf(await list)).toEqual(["a/one", "a/two"]);
    expect(namesOf([await one, await none, ...(await two)])).toEqual(["a/one", "none", "a/two"]);
    expect(asked()).toEqual(["/api/v1/namespaces/a/services"]);
  });

  it("have a whole list answer for metadata, which is asked for once where there is none", async () => {
    const { client, server, asked } = await connect();
    const query = { ...service, namespace: "a", labelSelector: "app=one" };
    const metadata = async () => client.listMetadata(query, { signal });
    expect(namesOf((await Promise.all([metadata(), metadata()])).flat())).toEqual(["a/one", "a/one"]);
    expect(asked()).toEqual(["/api/v1/namespaces/a/services?labelSelector=app%3Done"]);
    expect(server.requests[0]?.headers.accept).toContain("PartialObjectMetadataList");
    await client.list({ ...service, namespace: "b" }, { signal });
    expect(
      namesOf(await client.listMetadata({ ...service, namespace: "b", labelSelector: "app=one" }, { signal })),
    ).toEqual(["b/one"]);
    expect(asked()).toHaveLength(2);
  });

  it("have a list of all namespaces answer for each of them", async () => {
    const { client, asked } = await connect();
    await client.list(service, { signal });
    expect(namesOf(await client.list({ ...service, namespace: "b" }, { signal }))).toEqual(["b/one"]);
    expect(namesOf([await client.get({ ...service, namespace: "b", name: "one" }, { signal })])).toEqual(["b/one"]);
    expect(namesOf(await client.list({ ...service, namespace: "a", labelSelector: "app=one" }, { signal }))).toEqual([
      "a/one",
    ]);
    expect(asked()).toEqual(["/api/v1/services"]);
  });

  it("have no list answer for another namespace, for part of a list, or for a selector that says more", async () => {
    const { client, asked } = await connect();
    await client.list({ ...service, namespace: "a" }, { signal });
    await client.list({ ...service, namespace: "b", labelSelector: "app=one" }, { signal });
    await client.get({ ...service, namespace: "b", name: "one" }, { signal });
    await client.list({ ...service, namespace: "a", labelSelector: "app!=one" }, { signal });
    await client.list({ ...service, namespace: "a", labelSelector: "app in (one)" }, { signal });
    await client.list({ ...service, namespace: "a", fieldSelector: "metadata.name=one" }, { signal });
    await client.list(service, { signal });
    expect(asked()).toHaveLength(7);
  });

  it("are asked for one by one where the list may not be read, and fail as the list does where nothing answers", async () => {
    const { client, server, asked } = await connect();
    server.inject({ kind: "status", status: 403 }, { times: 1 });
    const list = client.list({ ...service, namespace: "a" }, { signal });
    const one = client.get({ ...service, namespace: "a", name: "one" }, { signal });
    await expect(list).rejects.toMatchObject({ kind: "forbidden" });
    expect(namesOf([await one])).toEqual(["a/one"]);
    expect(asked()).toHaveLength(2);
    server.inject({ kind: "status", status: 422 }, { times: 1 });
    const other = client.list({ ...service, namespace: "b" }, { signal });
    const both = await Promise.allSettled([other, client.get({ ...service, namespace: "b", name: "one" }, { signal })]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });
});
