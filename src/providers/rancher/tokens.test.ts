import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { RancherClient } from "./client.ts";
import { diagnoseCutToken } from "./token-facts.ts";
import { joinDescription, splitDescription } from "./token-labels.ts";
import type { RancherStub } from "./testing/rancher-stub.ts";
import { startRancherStub } from "./testing/rancher-stub.ts";
import { clientOf, collection } from "./testing/stub-client.ts";

const { signal } = new AbortController();
const closing: (() => Promise<void>)[] = [];
const ext = "/k8s/clusters/local/apis/ext.cattle.io/v1/tokens";
const labels = { "isthmus.dev/mesh": "prod", "isthmus.dev/cluster": "east" };
const wish = { clusterId: "c-abcde", ttlSeconds: 31_536_000, description: "read by west", labels };
const secret = "z9y8x7w6v5u4t3s2r1q0";

afterEach(async () => {
  await Promise.all(closing.splice(0).map(async (close) => close()));
});

async function start(version: string): Promise<{ stub: RancherStub; client: RancherClient }> {
  const stub = await startRancherStub(version);
  const client = clientOf(stub);
  closing.push(
    async () => client.close(),
    async () => stub.close(),
  );
  return { stub, client };
}

/** As `POST /v3/tokens` answers where the maximum is 90 days. */
function v3Answer(body: string): { status: number; body: object } {
  const asked = JSON.parse(body) as { readonly description: string; readonly clusterId: string; readonly ttl?: number };
  return {
    status: 201,
    body: {
      type: "token",
      id: "token-fghij",
      name: "token-fghij",
      token: `token-fghij:${secret}`,
      description: asked.description,
      clusterId: asked.clusterId,
      created: "2026-01-01T00:00:00Z",
      ttl: Math.min(asked.ttl ?? 7_776_000_000, 7_776_000_000),
      expired: false,
      expiresAt: "",
    },
  };
}

describe("a token of /v3", () => {
  it("is limited to the cluster, carries its labels, and says that it was cut", async () => {
    const { stub, client } = await start("v2.8.5");
    stub.on("POST /v3/tokens", ({ body }) => v3Answer(body));
    const token = await client.createToken(wish, signal);
    expect(token).toMatchObject({
      name: "token-fghij",
      clusterId: "c-abcde",
      description: "read by west",
      labels,
      ttlSeconds: 7_776_000,
      cut: true,
      expired: false,
      expiresAt: new Date("2026-04-01T00:00:00Z"),
    });
    expect(token.value.expose()).toBe(`token-fghij:${secret}`);
    expect(JSON.stringify(token)).not.toContain(secret);
    const told = diagnoseCutToken(token, wish, stub.url);
    expect(told).toMatchObject({ code: "ISM293", severity: "warning" });
    expect(told?.detail).toContain("asked for 365 days");
    expect(told?.detail).toContain("made it for 90 days: it ends at 2026-04-01T00:00:00.000Z");
  });

  it("is not called cut when it is as long as asked, or nothing was asked", async () => {
    const { stub, client } = await start("v2.8.5");
    stub.on("POST /v3/tokens", ({ body }) => v3Answer(body));
    const month = { ...wish, ttlSeconds: 2_592_000 };
    const [asked, left] = await Promise.all([
      client.createToken(month, signal),
      client.createToken({ clusterId: "c-abcde", description: "x" }, signal),
    ]);
    expect([asked.cut, asked.ttlSeconds, left.cut, left.ttlSeconds]).toEqual([false, 2_592_000, false, 7_776_000]);
    expect(diagnoseCutToken(asked, month, stub.url)).toBeUndefined();
  });

  it("is not asked for twice when the answer is lost", async () => {
    const { stub, client } = await start("v2.8.5");
    stub.on("POST /v3/tokens", () => "reset");
    await expect(client.createToken(wish, signal)).rejects.toMatchObject({ kind: "unreachable" });
    expect(stub.requests.filter((one) => one.method === "POST")).toHaveLength(1);
  });
});

describe("a token of ext.cattle.io", () => {
  const answer = (body: string): { status: number; body: object } => {
    const asked = JSON.parse(body) as { readonly metadata: object; readonly spec: object };
    return {
      status: 201,
      body: {
        apiVersion: "ext.cattle.io/v1",
        kind: "Token",
        metadata: { ...asked.metadata, name: "token-klmno", creationTimestamp: "2026-01-01T00:00:00Z" },
        spec: { ...asked.spec, ttl: 7_776_000_000 },
        status: {
          value: secret,
          bearerToken: `ext/token-klmno:${secret}`,
          expired: false,
          expiresAt: "2026-04-01T00:00:00Z",
        },
      },
    };
  };

  it("is made from Rancher 2.13 on", async () => {
    const { stub, client } = await start("v2.13.0");
    stub.on(`POST ${ext}`, ({ body }) => answer(body));
    const token = await client.createToken(wish, signal);
    expect(token).toMatchObject({ name: "ext/token-klmno", clusterId: "c-abcde", labels, cut: true });
    expect(token.value.expose()).toBe(`ext/token-klmno:${secret}`);
    expect(JSON.parse(stub.requests.at(-1)?.body ?? "")).toEqual({
      apiVersion: "ext.cattle.io/v1",
      kind: "Token",
      metadata: { labels },
      spec: { description: "read by west", clusterName: "c-abcde", ttl: 31_536_000_000 },
    });
  });

  it.each([
    ["turned off", 404],
    ["closed to the user", 403],
  ])("gives way to one of /v3 where its API is %s", async (_, status) => {
    const { stub, client } = await start("v2.14.1");
    stub.on(`POST ${ext}`, () => ({ status, body: { kind: "Status", status: "Failure", message: "no" } }));
    stub.on("POST /v3/tokens", ({ body }) => v3Answer(body));
    expect((await client.createToken(wish, signal)).name).toBe("token-fghij");
  });
});

describe("tokens that are there", () => {
  const old = {
    id: "token-fghij",
    name: "token-fghij",
    description: joinDescription("read by west", labels),
    clusterId: "c-abcde",
    expired: true,
    expiresAt: "2026-01-02T00:00:00Z",
  };
  const fresh = {
    metadata: { name: "token-klmno", labels },
    spec: { clusterName: "c-abcde", description: "read by west", ttl: -1 },
    status: { expired: false, expiresAt: "" },
  };

  it("of both kinds are found by their labels, and others are not", async () => {
    const { stub, client } = await start("v2.13.0");
    stub.on("GET /v3/tokens", () =>
      collection([old, { id: "token-zzzzz", name: "token-zzzzz", description: "somebody else's [x=y]" }]),
    );
    stub.on(`GET ${ext}`, () => ({ body: { kind: "TokenList", items: [fresh] } }));
    expect(await client.listTokens({ "isthmus.dev/mesh": "prod" }, signal)).toMatchObject([
      { name: "ext/token-klmno", expired: false, clusterId: "c-abcde" },
      { name: "token-fghij", expired: true, expiresAt: new Date("2026-01-02T00:00:00Z") },
    ]);
    expect(stub.requests.map((one) => one.url)).toContain(`${ext}?labelSelector=isthmus.dev%2Fmesh%3Dprod`);
  });

  it("are read and ended by name, each by its own API; one that is not there is none", async () => {
    const { stub, client } = await start("v2.13.0");
    stub.on("GET /v3/tokens/token-fghij", () => ({ body: old }));
    stub.on(`GET ${ext}/token-klmno`, () => ({ body: fresh }));
    stub.on("DELETE /v3/tokens/token-fghij", () => ({ status: 204, body: "" }));
    expect(await client.readToken("token-fghij", signal)).toMatchObject({ expired: true, clusterId: "c-abcde" });
    expect((await client.readToken("ext/token-klmno", signal))?.expiresAt).toBeUndefined();
    expect(await client.readToken("token-nope", signal)).toBeUndefined();
    await client.deleteToken("token-fghij", signal);
    await client.deleteToken("ext/token-nope", signal);
    expect(stub.requests.filter((one) => one.method === "DELETE").map((one) => one.url)).toEqual([
      "/v3/tokens/token-fghij",
      `${ext}/token-nope`,
    ]);
  });
});

describe("labels in a description", () => {
  it("come back as they were put in, whatever the description is", () => {
    const key = fc.stringMatching(/^[a-z][a-z./-]{0,20}[a-z]$/);
    const value = fc.stringMatching(/^[a-z0-9.-]{0,20}$/);
    fc.assert(
      fc.property(fc.string(), fc.dictionary(key, value, { minKeys: 1, noNullPrototype: true }), (text, all) => {
        expect(splitDescription(joinDescription(text, all))).toEqual({ description: text, labels: all });
      }),
    );
  });

  it.each(["plain", "with [brackets]", "half [a=b", "[a=b", "two [a=b=c]", ""])("are not seen in: %s", (text) => {
    expect(splitDescription(text)).toEqual({ description: text, labels: {} });
  });
});
