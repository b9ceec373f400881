import { Buffer } from "node:buffer";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { KubeObject } from "../core/model/kube-object.ts";
import { Secret } from "../core/secret.ts";
import type { KubeLimits } from "./client.ts";
import { createKubeClient } from "./connect-client.ts";
import { KubeError } from "./errors.ts";
import type { FakeApiServerOptions } from "./fake/fake-api-server.ts";
import { startFakeApiServer } from "./fake/fake-api-server.ts";
import { contextOf } from "./fake/fake-context.ts";
import type { WireObject } from "./fake/fake-store.ts";
import type { FakeConnection } from "./testing/connect-fake.ts";
import { connectFake } from "./testing/connect-fake.ts";

const { signal } = new AbortController();
async function start(
  api: FakeApiServerOptions = {},
  limits: Partial<KubeLimits> = {},
  token?: string,
): Promise<FakeConnection> {
  return connectFake({ api, limits, user: token === undefined ? {} : { token: new Secret(token) } });
}

function configMap(name: string, data: Record<string, string> = {}): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "demo", labels: { app: name } },
    data,
  };
}

const mapKind = { apiVersion: "v1", kind: "ConfigMap" };
const map = (name: string) => ({ ...mapKind, namespace: "demo", name });

function secretsIn(object: KubeObject | undefined): readonly string[] {
  const values = Object.values((object?.["data"] ?? {}) as Record<string, unknown>);
  return values.map((value) => (value instanceof Secret ? value.expose() : "not wrapped"));
}

async function failureOf(promise: Promise<unknown>): Promise<KubeError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof KubeError)) {
    throw new Error(`expected a KubeError, got ${inspect(error)}`);
  }
  return error;
}

describe("objects", () => {
  it("gives undefined for an object that is not there, and for one whose kind is not", async () => {
    const { client } = await start();
    expect(await client.get(map("absent"), { signal })).toBeUndefined();
    expect(
      await client.get({ apiVersion: "foo.dev/v1", kind: "Foo", namespace: "demo", name: "x" }, { signal }),
    ).toBeUndefined();
  });

  it("applies as isthmus, strictly, without force", async () => {
    const { server, client } = await start();
    const applied = await client.apply({ ...configMap("a", { x: "1" }) }, { signal });
    expect(applied["data"]).toEqual({ x: "1" });
    const [request] = server.requests;
    expect(request?.method).toBe("PATCH");
    expect(request?.url).toBe(
      "/api/v1/namespaces/demo/configmaps/a?fieldManager=isthmus&fieldValidation=Strict&force=false",
    );
    expect(request?.headers["content-type"]).toBe("application/apply-patch+yaml");
    expect(request?.headers["user-agent"]).toMatch(/^isthmus\/\d+\.\d+\.\d+/);
  });

  it("leaves out the namespace of an object whose kind has none", async () => {
    const { server, client } = await start();
    const issuer = {
      apiVersion: "cert-manager.io/v1",
      kind: "ClusterIssuer",
      metadata: { name: "a", namespace: "demo" },
    };
    await client.apply(issuer, { signal });
    expect(server.store.find(issuer, undefined, "a")?.metadata).not.toHaveProperty("namespace");
  });

  it("stores nothing in a dry-run, but says what would come out", async () => {
    const { server, client } = await start();
    const result = await client.apply(configMap("a", { x: "1" }), { dryRun: true, signal });
    expect(result["data"]).toEqual({ x: "1" });
    expect(server.requests[0]?.url).toContain("dryRun=All");
    expect(await client.get(map("a"), { signal })).toBeUndefined();
  });

  it("names the manager and the field of a conflict, and takes the field over with force", async () => {
    const { server, client } = await start();
    server.addConflict(mapKind, "a", { manager: "kubectl-client-side-apply", field: ".data.x" });
    const error = await failureOf(client.apply(configMap("a"), { signal }));
    expect(error.kind).toBe("conflict");
    expect(error.conflicts).toEqual([{ manager: "kubectl-client-side-apply", field: ".data.x" }]);
    await expect(client.apply(configMap("a"), { force: true, signal })).resolves.toBeDefined();
  });

  it("patches what is there and rejects what is not", async () => {
    const { server, client } = await start();
    server.put(configMap("a", { keep: "1", drop: "2" }));
    const patched = await client.patchMerge(map("a"), { data: { drop: null, add: "3" } }, { signal });
    expect(patched["data"]).toEqual({ keep: "1", add: "3" });
    expect((await failureOf(client.patchMerge(map("b"), {}, { signal }))).kind).toBe("not-found");
  });

  it("deletes with a precondition, and calls a second deletion gone", async () => {
    const { server, client } = await start();
    server.put(configMap("a"));
    expect((await failureOf(client.delete(map("a"), { uid: "another", signal }))).kind).toBe("conflict");
    expect(await client.delete(map("a"), { signal })).toBe("deleting");
    expect(await client.delete(map("a"), { signal })).toBe("gone");
  });

  it("lists all pages, and gives every item its kind", async () => {
    const { server, client } = await start();
    for (let index = 0; index < 1203; index += 1) {
      server.put(configMap(`m-${index}`));
    }
    const all = await client.list({ ...mapKind, namespace: "demo" }, { signal });
    expect(all).toHaveLength(1203);
    expect(new Set(all.map((one) => one.metadata.name)).size).toBe(1203);
    expect(all.every((one) => one.kind === "ConfigMap" && one.apiVersion === "v1")).toBe(true);
    expect(server.requests).toHaveLength(3);
  });

  it("reads a list again in one piece when the API server forgets it half way", async () => {
    const { server, client } = await start();
    for (let index = 0; index < 600; index += 1) {
      server.put(configMap(`m-${index}`));
    }
    server.inject({ kind: "status", status: 410 }, { matches: (request) => request.url.includes("continue=500") });
    expect(await client.list({ ...mapKind, namespace: "demo" }, { signal })).toHaveLength(600);
    expect(server.requests.at(-1)?.url).not.toContain("limit");
  });

  it("lists by label and by field", async () => {
    const { server, client } = await start();
    server.put(configMap("a"));
    server.put(configMap("b"));
    const byLabel = await client.list({ ...mapKind, labelSelector: "app=a" }, { signal });
    const byField = await client.list({ ...mapKind, namespace: "demo", fieldSelector: "metadata.name=b" }, { signal });
    expect([...byLabel, ...byField].map((one) => one.metadata.name)).toEqual(["a", "b"]);
  });

  it("unpacks large answers", async () => {
    const { server, client } = await start();
    server.put(configMap("large", { text: "x".repeat(300_000) }));
    const large = await client.get(map("large"), { signal });
    expect(JSON.stringify(large)).toContain("x".repeat(300_000));
  });

  it("asks the API server only for kinds that are not well known", async () => {
    const { server, client } = await start({
      kinds: [{ apiVersion: "foo.dev/v1", kind: "Foo", plural: "foos", namespaced: true }],
    });
    const foo = {
      apiVersion: "foo.dev/v1",
      kind: "Foo",
      metadata: { name: "f", namespace: "demo" },
    };
    await client.apply(foo, { signal });
    await client.apply(foo, { signal });
    await client.list({ apiVersion: "networking.istio.io/v1", kind: "VirtualService" }, { signal });
    expect(server.requests.map((request) => request.url.split("?")[0])).toEqual([
      "/apis/foo.dev/v1",
      "/apis/foo.dev/v1/namespaces/demo/foos/f",
      "/apis/foo.dev/v1/namespaces/demo/foos/f",
      "/apis/networking.istio.io/v1/virtualservices",
    ]);
    expect(await client.hasKind({ apiVersion: "foo.dev/v1", kind: "Foo" }, { signal })).toBe(true);
    expect(await client.hasKind({ apiVersion: "foo.dev/v1", kind: "Bar" }, { signal })).toBe(false);
    expect((await failureOf(client.list({ apiVersion: "bar.dev/v1", kind: "Bar" }, { signal }))).kind).toBe(
      "no-such-kind",
    );
  });

  it("asks for a group once for all who want to know it at the same time, and again later", async () => {
    const { server, client } = await start();
    const look = async (): Promise<void> => {
      const kinds = ["Foo", "Bar", "Baz"].map(async (kind) =>
        failureOf(client.list({ apiVersion: "foo.dev/v1", kind }, { signal })),
      );
      expect((await Promise.all(kinds)).map((error) => [error.kind, error.object?.kind])).toEqual([
        ["no-such-kind", "Foo"],
        ["no-such-kind", "Bar"],
        ["no-such-kind", "Baz"],
      ]);
    };
    await look();
    expect(server.requests).toHaveLength(1);
    await look();
    expect(server.requests).toHaveLength(2);
  });

  it("asks for a group again where the one who asked for all was interrupted", async () => {
    const foo = { apiVersion: "foo.dev/v1", kind: "Foo" };
    const { client } = await start({ kinds: [{ ...foo, plural: "foos", namespaced: true }] });
    const stop = new AbortController();
    const interrupted = client.list(foo, { signal: stop.signal });
    const other = client.list(foo, { signal });
    stop.abort(new Error("enough"));
    await expect(interrupted).rejects.toThrow("enough");
    expect(await other).toEqual([]);
  });

  it("waits for nobody else's question when it is interrupted", async () => {
    const foo = { apiVersion: "foo.dev/v1", kind: "Foo" };
    const { server, client } = await start();
    server.inject({ kind: "hang" });
    const asking = new AbortController();
    const first = client.list(foo, { signal: asking.signal }).catch((error: unknown) => error);
    const stop = new AbortController();
    const interrupted = client.list(foo, { signal: stop.signal });
    setTimeout(() => stop.abort(new Error("enough")), 50);
    await expect(interrupted).rejects.toThrow("enough");
    const left = new Error("the first one has had enough too");
    asking.abort(left);
    expect(await first).toBe(left);
  });

  it("finds everything below a path in the server's URL", async () => {
    const { server, client } = await start({
      pathPrefix: "/k8s/clusters/c-m-abcde",
      podResponse: () => "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
    });
    server.put(configMap("a"));
    expect(await client.get(map("a"), { signal })).toBeDefined();
    expect((await client.version({ signal })).gitVersion).toBe("v1.36.3-fake");
    expect(await client.podHttpGet({ namespace: "demo", pod: "pod", port: 15000 }, "/ready", { signal })).toEqual({
      status: 200,
      body: "ok",
    });
    expect(server.requests.every((request) => request.url.startsWith("/k8s/clusters/c-m-abcde/"))).toBe(true);
  });
});

describe("secrets", () => {
  const value = Buffer.from("the-private-key-of-the-mesh").toString("base64");
  const wire: WireObject = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: "cacerts",
      namespace: "demo",
      annotations: {
        "kubectl.kubernetes.io/last-applied-configuration": `{"data":{"key":"${value}"}}`,
      },
    },
    data: { key: value },
  };

  it("are wrapped when read, and exposed on the wire only", async () => {
    const { server, client } = await start();
    server.put(wire);
    const secret = { apiVersion: "v1", kind: "Secret", namespace: "demo", name: "cacerts" };
    const read = await client.get(secret, { signal });
    const [listed] = await client.list({ apiVersion: "v1", kind: "Secret" }, { signal });
    for (const object of [read, listed]) {
      expect(secretsIn(object)).toEqual([value]);
      expect(JSON.stringify(object)).not.toContain(value);
      expect(inspect(object, { depth: 9 })).not.toContain(value);
    }
    await client.apply(
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "copy", namespace: "demo" },
        data: { key: new Secret(value) },
      },
      { signal },
    );
    expect(server.requests.at(-1)?.body).toContain(value);
  });

  it("do not come back in the message of a refusal that quotes them, plain or decoded", async () => {
    const { server, client } = await start();
    const message = `data.key: Invalid value: "${value}" (the-private-key-of-the-mesh)`;
    server.inject({
      kind: "status",
      status: 422,
      body: { kind: "Status", status: "Failure", reason: "Invalid", message },
    });
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s", namespace: "demo" },
      data: { key: new Secret(value) },
    };
    const error = await failureOf(client.apply(secret, { signal }));
    expect(error.kind).toBe("invalid");
    expect(error.message).toContain("data.key: Invalid value");
    expect(inspect(error)).not.toContain(value);
    expect(inspect(error)).not.toContain("the-private-key-of-the-mesh");
  });

  it("of the user go out with every request and show up in no error", async () => {
    const { server, client } = await start(
      { authorization: "Bearer right-token-1234567890" },
      {},
      "wrong-token-1234567890",
    );
    const error = await failureOf(client.get(map("a"), { signal }));
    expect(server.requests[0]?.headers.authorization).toBe("Bearer wrong-token-1234567890");
    expect(error.kind).toBe("credentials");
    expect(`${inspect(error, { depth: 9, showHidden: true })}${JSON.stringify(error)}`).not.toContain("wrong-token");
  });
});

describe("trouble on the way", () => {
  it("tries again after a broken connection", async () => {
    const { server, client } = await start();
    server.put(configMap("a"));
    server.inject({ kind: "reset" }, { times: 2 });
    expect(await client.get(map("a"), { signal })).toBeDefined();
    expect(server.requests).toHaveLength(3);
  });

  it("applies again after a broken connection: the second one changes nothing", async () => {
    const { server, client } = await start();
    server.inject({ kind: "reset" });
    await client.apply(configMap("a", { x: "1" }), { signal });
    expect(server.store.list(mapKind, "demo")).toHaveLength(1);
  });

  it("waits as long as Retry-After says", async () => {
    const { server, client } = await start();
    server.inject({ kind: "status", status: 429, headers: { "retry-after": "1" } });
    const started = performance.now();
    await client.list(mapKind, { signal });
    expect(performance.now() - started).toBeGreaterThan(950);
    expect(server.requests).toHaveLength(2);
  });

  it("gives up at once when Retry-After is beyond the budget", async () => {
    const { server, client } = await start();
    server.inject({ kind: "status", status: 429, headers: { "retry-after": "3600" } }, { times: 9 });
    expect((await failureOf(client.list(mapKind, { signal }))).kind).toBe("overloaded");
    expect(server.requests).toHaveLength(1);
  });

  it("ends with the last 5xx once the budget is used up", async () => {
    const { server, client } = await start({}, { retryBudgetMs: 2000 });
    server.inject({ kind: "status", status: 503 }, { times: 99 });
    const error = await failureOf(client.list(mapKind, { signal }));
    expect(error).toMatchObject({ kind: "server", status: 503 });
    expect(server.requests.length).toBeGreaterThan(2);
  });

  it("does not repeat a refusal of unknown fields, though it comes as a 500", async () => {
    const { server, client } = await start();
    const message =
      "failed to create typed patch object (demo/a; /v1, Kind=ConfigMap): .dataa: field not declared in schema";
    server.inject({
      kind: "status",
      status: 500,
      body: { kind: "Status", status: "Failure", message, code: 500 },
    });
    expect((await failureOf(client.apply(configMap("a"), { signal }))).kind).toBe("invalid");
    expect(server.requests).toHaveLength(1);
  });

  it("does not wait for a server that was never there", async () => {
    const server = await startFakeApiServer();
    // Longer than a test may take.
    const limits = { retryBudgetMs: 600_000 };
    const client = createKubeClient({ cluster: "oslo", context: contextOf(server.url), limits });
    await server.close();
    expect((await failureOf(client.list(mapKind, { signal }))).kind).toBe("unreachable");
    await client.close();
  });

  it("gives up on a server that takes the request and stays silent", async () => {
    const { server, client } = await start({}, { requestTimeoutMs: 200 });
    server.inject({ kind: "hang" });
    expect((await failureOf(client.list(mapKind, { signal }))).kind).toBe("unreachable");
  });

  it("ends at once with the signal's reason, in flight or in line", async () => {
    const { server, client } = await start({}, { concurrency: 1 });
    server.inject({ kind: "hang" }, { times: 9 });
    const stop = new AbortController();
    const calls = [1, 2, 3].map(async () => client.list(mapKind, { signal: stop.signal }));
    await expect.poll(() => server.requests).toHaveLength(1);
    stop.abort(new Error("enough"));
    const results = await Promise.allSettled(calls);
    expect(results.map((result) => (result.status === "rejected" ? String(result.reason) : "?"))).toEqual(
      Array(3).fill("Error: enough"),
    );
    expect(server.requests).toHaveLength(1);
  });

  it("keeps to its number of requests at a time", async () => {
    const { server, client } = await start({}, { concurrency: 3 });
    server.inject({ kind: "latency", milliseconds: 30 }, { times: 12 });
    const started = performance.now();
    await Promise.all(Array.from({ length: 12 }, async () => client.list(mapKind, { signal })));
    expect(performance.now() - started).toBeGreaterThan(4 * 25);
  });

  it("sends what is urgent past all that wait for their turn", async () => {
    const { server, client } = await start({}, { concurrency: 1 });
    await client.apply(configMap("a"), { signal });
    server.inject({ kind: "hang" }, { matches: ({ method }) => method === "GET" });
    const stop = new AbortController();
    const waiting = [1, 2].map(async () => client.list(mapKind, { signal: stop.signal }));
    const patched = await client.patchMerge(map("a"), { data: { hurry: "yes" } }, { urgent: true, signal });
    expect(patched["data"]).toMatchObject({ hurry: "yes" });
    stop.abort(new Error("enough"));
    await Promise.allSettled(waiting);
  });

  it("lets dozens of calls share one signal without a warning from Node", async () => {
    const { client } = await start({
      podResponse: () => "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    });
    const shared = new AbortController();
    const warnings: string[] = [];
    const note = (warning: Error): void => void warnings.push(warning.name);
    process.on("warning", note);
    const lists = Array.from({ length: 30 }, async () => client.list(mapKind, { signal: shared.signal }));
    const tunnels = Array.from({ length: 15 }, async () =>
      client.podHttpGet({ namespace: "demo", pod: "pod", port: 15000 }, "/", { signal: shared.signal }),
    );
    await Promise.all([...lists, ...tunnels]);
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", note);
    expect(warnings).toEqual([]);
  });

  it("says that a login page is no API server", async () => {
    const { server, client } = await start();
    server.inject({ kind: "status", status: 200, body: "<html>sign in</html>" });
    expect((await failureOf(client.list(mapKind, { signal }))).kind).toBe("protocol");
  });

  it("fails calls after close", async () => {
    const { client } = await start();
    await client.close();
    await client.close();
    expect((await failureOf(client.list(mapKind, { signal }))).message).toContain("closed");
  });
});

describe("tunnels to pods", () => {
  const answer = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 6\r\n\r\n";

  it("give the answer of a pod's port", async () => {
    const { server, client } = await start(
      { podResponse: (path) => `${answer}${path === "/stats" ? "LIVE=1" : "wrong!"}` },
      {},
      "some-token",
    );
    expect(await client.podHttpGet({ namespace: "demo", pod: "pod-1", port: 15000 }, "/stats", { signal })).toEqual({
      status: 200,
      body: "LIVE=1",
    });
    expect(server.requests[0]?.url).toBe("/api/v1/namespaces/demo/pods/pod-1/portforward?ports=15000");
    expect(server.requests[0]?.headers.authorization).toBe("Bearer some-token");
  });

  it("serve one request to a port after the other, and end with the client", async () => {
    const { server, client } = await start({ podResponse: (path) => `${answer}page ${path.slice(1)}` });
    const pages = await Promise.all(
      ["1", "2", "3", "4"].map(async (page) =>
        client.podHttpGet({ namespace: "demo", pod: "pod-1", port: 15000 }, `/${page}`, { signal }),
      ),
    );
    expect(pages.map(({ body }) => body)).toEqual(["page 1", "page 2", "page 3", "page 4"]);
    await client.podHttpGet({ namespace: "demo", pod: "pod-1", port: 15020 }, "/5", { signal });
    expect(server.requests.filter(({ url }) => url.includes("/portforward"))).toHaveLength(2);
    await client.close();
  });

  it("are opened once more when they break", async () => {
    let calls = 0;
    const { client } = await start({
      podResponse: () => ((calls += 1) === 1 ? "error:lost connection to pod" : `${answer}LIVE=1`),
    });
    expect((await client.podHttpGet({ namespace: "demo", pod: "pod-1", port: 15000 }, "/", { signal })).body).toBe(
      "LIVE=1",
    );
  });

  it("are opened once more when the pod has closed a kept one", async () => {
    let calls = 0;
    const { server, client } = await start({
      podResponse: () => ((calls += 1) === 2 ? "error:lost connection to pod" : `${answer}LIVE=1`),
    });
    const target = { namespace: "demo", pod: "pod-1", port: 15000 };
    await client.podHttpGet(target, "/", { signal });
    expect((await client.podHttpGet(target, "/", { signal })).body).toBe("LIVE=1");
    expect(server.requests.filter(({ url }) => url.includes("/portforward"))).toHaveLength(2);
  });

  it("say in the node's words why they broke twice", async () => {
    const { server, client } = await start({
      podResponse: () => "error:dial tcp4 127.0.0.1:15000: connect: connection refused",
    });
    const error = await failureOf(client.podHttpGet({ namespace: "demo", pod: "pod-1", port: 15000 }, "/", { signal }));
    expect(error.kind).toBe("tunnel");
    expect(error.message).toContain("connection refused");
    expect(server.requests.filter(({ url }) => url.includes("/portforward"))).toHaveLength(2);
  });

  it("say why they were refused, which a WebSocket hides", async () => {
    const { server, client } = await start();
    server.inject({ kind: "reset" }, { times: 2, matches: (request) => request.headers.upgrade !== undefined });
    const error = await failureOf(
      client.podHttpGet({ namespace: "demo", pod: "absent", port: 15000 }, "/", { signal }),
    );
    expect(error).toMatchObject({ kind: "not-found", status: 404 });
  });

  it("end after their timeout", async () => {
    const { client } = await start({ podResponse: () => "" });
    const error = await failureOf(
      client.podHttpGet({ namespace: "demo", pod: "pod-1", port: 15000 }, "/", { signal, timeoutMs: 150 }),
    );
    expect(error.message).toContain("no answer within 0.15 s");
  });
});

it("says what kind of failure it is that a node's configuration is refused", async () => {
  const { server, client } = await connectFake();
  server.inject({ kind: "status", status: 403 }, { matches: ({ url }) => url.includes("/proxy/configz") });
  await expect(client.kubeletConfig("a-node", { signal: new AbortController().signal })).rejects.toMatchObject({
    kind: "forbidden",
    object: { kind: "Node", name: "a-node" },
  });
});

it("gives what a node's program answers as it is, asked once, and says when there is no answer", async () => {
  const { server, client } = await connectFake();
  const ask = async () =>
    client.nodeHttpGet({ node: "a-node", port: 10256 }, "/healthz", {
      timeoutMs: 200,
      signal: new AbortController().signal,
    });
  server.inject({ kind: "status", status: 503, body: { lastUpdated: "x" } }, { times: 9 });
  expect(await ask()).toMatchObject({ status: 503, body: expect.stringContaining("lastUpdated") });
  expect(server.requests.map(({ url }) => url)).toEqual(["/api/v1/nodes/a-node%3A10256/proxy/healthz"]);
  server.mend();
  server.inject({ kind: "hang" });
  await expect(ask()).rejects.toMatchObject({ kind: "unreachable" });
});
