import { describe, expect, it } from "vitest";
import { connectFake } from "../testing/connect-fake.ts";

const { signal } = new AbortController();
const secrets = { apiVersion: "v1", kind: "Secret" };

describe("a list of metadata", () => {
  it("gives every object its own kind and its metadata, page by page, and nothing of its content", async () => {
    const { server, client } = await connectFake();
    for (let index = 0; index < 501; index += 1) {
      const name = `one-${index}`;
      server.put({ ...secrets, metadata: { name, namespace: "a", labels: { app: "one" } }, data: { key: "dmFsdWU=" } });
    }
    const listed = await client.listMetadata({ ...secrets, namespace: "a", labelSelector: "app=one" }, { signal });
    expect(listed).toHaveLength(501);
    expect(Object.keys(listed[0] ?? {}).toSorted()).toEqual(["apiVersion", "kind", "metadata"]);
    expect(listed[0]).toMatchObject({ ...secrets, metadata: { name: "one-0", labels: { app: "one" } } });
    expect(listed[0]?.metadata["resourceVersion"]).toMatch(/^\d+$/);
    expect(server.requests.map(({ headers }) => headers.accept)).toEqual([
      "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=1,application/json",
      "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=1,application/json",
    ]);
  });

  it("takes whole objects from a server that knows nothing of it, with their secrets wrapped", async () => {
    const { server, client } = await connectFake();
    const body = {
      kind: "SecretList",
      metadata: {},
      items: [{ metadata: { name: "one" }, data: { key: "dmFsdWU=" } }],
    };
    server.inject({ kind: "status", status: 200, body });
    const [listed] = await client.listMetadata({ ...secrets, namespace: "a" }, { signal });
    expect(listed).toMatchObject({ ...secrets, metadata: { name: "one" } });
    expect(JSON.stringify(listed)).not.toContain("dmFsdWU=");
  });
});
