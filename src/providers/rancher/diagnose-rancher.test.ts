import { Buffer } from "node:buffer";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { Secret } from "../../core/secret.ts";
import { createFakeAuthority } from "../../kube/fake/issue-certificates.ts";
import { diagnoseClusterState } from "./clusters.ts";
import { diagnoseRancherError, exitCodeOfRancherError } from "./diagnose-rancher.ts";
import { RancherError } from "./rancher-error.ts";
import type { RancherAccess } from "./read-access.ts";
import type { RancherStub, StubRoute } from "./testing/rancher-stub.ts";
import { startRancherStub, stubToken } from "./testing/rancher-stub.ts";
import { clientOf } from "./testing/stub-client.ts";

const { signal } = new AbortController();
const closing: (() => Promise<void>)[] = [];
const secret = stubToken.slice(stubToken.indexOf(":") + 1);

afterEach(async () => {
  await Promise.all(closing.splice(0).map(async (close) => close()));
});

async function start(): Promise<RancherStub> {
  const stub = await startRancherStub();
  closing.push(async () => stub.close());
  return stub;
}

const silence = "no answer came in time";

/** What a person is told when the clusters cannot be listed. No part of it may hold the token. */
async function failure(
  stub: RancherStub,
  changes: Partial<RancherAccess> = {},
  options: { readonly now?: () => number; readonly limits?: { readonly requestTimeoutMs: number } } = {},
): Promise<Diagnostic & { readonly exitCode: number }> {
  const client = clientOf(stub, changes, options);
  closing.push(async () => client.close());
  const error: unknown = await client.listClusters(signal).catch((caught: unknown) => caught);
  if (!(error instanceof RancherError)) {
    throw new TypeError(`a RancherError was expected, not ${String(error)}`);
  }
  const told = diagnoseRancherError(error);
  const shown = [JSON.stringify(told), error.message, String(error.stack), inspect(error.fields, { depth: 9 })].join(
    "\n",
  );
  for (const token of [secret, (changes.token?.expose() ?? stubToken).split(":")[1] ?? secret]) {
    expect(shown).not.toContain(token);
  }
  return { ...told, exitCode: exitCodeOfRancherError(error) };
}

const norman = (status: number, code: string, message: string): StubRoute => {
  return () => ({ status, body: { type: "error", status, code, message, baseType: "error" } });
};

describe("answers that are refusals", () => {
  it.each<{ name: string; route: StubRoute; code: string; exitCode: number; says: string }>([
    {
      name: "401",
      route: () => ({
        status: 401,
        body: { type: "error", status: "401", message: "Unauthorized 401: must authenticate" },
      }),
      code: "ISM286",
      exitCode: 69,
      says: "list clusters: Unauthorized 401: must authenticate",
    },
    {
      name: "401 in plain text",
      route: () => ({ status: 401, body: "Unauthorized 401: must authenticate" }),
      code: "ISM286",
      exitCode: 69,
      says: "HTTP status 401",
    },
    {
      name: "401 of another cluster's token",
      route: norman(401, "Unauthorized", "clusterID does not match: must authenticate"),
      code: "ISM287",
      exitCode: 69,
      says: "limited to one cluster",
    },
    {
      name: "403",
      route: norman(403, "PermissionDenied", "can not list clusters"),
      code: "ISM288",
      exitCode: 1,
      says: "can not list clusters",
    },
    { name: "422", route: norman(422, "InvalidOption", "bad ttl"), code: "ISM298", exitCode: 1, says: "bad ttl" },
    { name: "404", route: norman(404, "NotFound", "not found"), code: "ISM298", exitCode: 1, says: "list clusters" },
    {
      name: "503 of a cluster",
      route: norman(503, "ClusterUnavailable", "cluster not found"),
      code: "ISM291",
      exitCode: 69,
      says: "cluster not found",
    },
    {
      name: "503 of a load balancer",
      route: () => ({ status: 503, headers: { "content-type": "text/html" }, body: "<html>503</html>" }),
      code: "ISM296",
      exitCode: 75,
      says: "HTTP status 503",
    },
    {
      name: "429 to the end",
      route: () => ({ status: 429, headers: { "retry-after": "60" }, body: "slow down" }),
      code: "ISM296",
      exitCode: 75,
      says: "slow down",
    },
    {
      name: "a login page",
      route: () => ({ headers: { "content-type": "text/html" }, body: "<!doctype html><title>Sign in</title>" }),
      code: "ISM285",
      exitCode: 69,
      says: "a web page",
    },
    {
      name: "a redirect to one",
      route: () => ({ status: 302, headers: { location: "https://login.example.org/" }, body: "" }),
      code: "ISM285",
      exitCode: 69,
      says: "a redirect (HTTP status 302)",
    },
    { name: "garbage", route: () => ({ body: "}{" }), code: "ISM285", exitCode: 69, says: "no JSON" },
    { name: "no answer", route: () => "hang", code: "ISM283", exitCode: 69, says: silence },
    { name: "a cut connection", route: () => "reset", code: "ISM283", exitCode: 69, says: "broke" },
    { name: "a cut answer", route: () => "half", code: "ISM283", exitCode: 69, says: "broke" },
    {
      name: "an answer that repeats the token",
      route: ({ authorization }) =>
        norman(400, "Bad", `bad header ${authorization}`)({ method: "", url: "", authorization, body: "" }),
      code: "ISM298",
      exitCode: 1,
      says: "bad header",
    },
  ])("$name is told as $code", async ({ route, code, exitCode, says }) => {
    const stub = await start();
    stub.on("GET /v3/clusters", route);
    const told = await failure(stub, {}, says === silence ? { limits: { requestTimeoutMs: 300 } } : {});
    expect(told).toMatchObject({ code, exitCode, severity: "error" });
    expect(told.detail).toContain(says);
    expect(told.fix).not.toBe("");
  });

  it("names the proxy, and not Rancher, where the proxy does not answer", async () => {
    const told = await failure(await start(), {
      url: "https://rancher.invalid",
      proxyUrl: new Secret("http://me:hidden@127.0.0.1:9"),
      proxyFrom: "HTTPS_PROXY",
    });
    expect(told.code).toBe("ISM283");
    expect(told.detail).toContain(
      "goes through the proxy http://127.0.0.1:9, which HTTPS_PROXY names, and nothing listens",
    );
    expect(JSON.stringify(told)).not.toContain("hidden");
  });

  it("never sends the token to where a redirect leads", async () => {
    const [stub, other] = await Promise.all([start(), start()]);
    stub.on("GET /v3/clusters", () => ({ status: 307, headers: { location: `${other.url}/v3/clusters` } }));
    await failure(stub);
    expect(other.requests).toEqual([]);
  });

  it("says which cluster a kubeconfig's token is limited to", async () => {
    const told = await failure(await start(), { token: new Secret("kubeconfig-u-abcde.c-fghij:q1w2e3r4t5y6u7i8") });
    expect(told).toMatchObject({ code: "ISM287", detail: expect.stringContaining("limited to the cluster c-fghij") });
  });

  it("holds the clocks against each other when the token is refused", async () => {
    const stub = await start();
    const wrong = { token: new Secret("token-zzzzz:q1w2e3r4t5y6u7i8") };
    const told = await failure(stub, wrong, { now: () => Date.now() - 3_600_000 });
    expect(told).toMatchObject({ code: "ISM292", exitCode: 69 });
    expect(told.detail).toMatch(/its clock says \d{4}-.*Z where this machine's says \d{4}-.*Z/);
    expect((await failure(stub, wrong, { now: () => Date.now() - 60_000 })).code).toBe("ISM286");
  });
});

describe("answers that become others", () => {
  it("are waited for: 503, 429 and a broken connection", async () => {
    const stub = await start();
    const answers: ReturnType<StubRoute>[] = [
      { status: 503, body: "starting" },
      "reset",
      { status: 429, headers: { "retry-after": "0" } },
      { body: { type: "collection", data: [{ id: "local" }] } },
    ];
    stub.on("GET /v3/clusters", () => answers.shift() ?? "hang");
    const client = clientOf(stub, {}, { limits: { retryBudgetMs: 60_000 } });
    closing.push(async () => client.close());
    expect((await client.listClusters(signal)).map((one) => one.id)).toEqual(["local"]);
  });

  it("are no longer waited for when the signal fires", async () => {
    const stub = await start();
    stub.on("GET /v3/clusters", () => "hang");
    const client = clientOf(stub, {}, { limits: { requestTimeoutMs: 30_000 } });
    closing.push(async () => client.close());
    const stop = new AbortController();
    const listed = client.listClusters(stop.signal);
    setTimeout(() => stop.abort(new Error("enough")), 50);
    await expect(listed).rejects.toThrow("enough");
  });
});

describe("a Rancher that cannot be talked to", () => {
  it("refuses the connection", async () => {
    const stub = await start();
    await stub.close();
    closing.length = 0;
    const told = await failure(stub);
    expect(told).toMatchObject({ code: "ISM283", exitCode: 69 });
    expect(told.detail).toBe(`The connection to Rancher at ${stub.url} was refused.`);
  });

  it("has a name that DNS does not know", async () => {
    const told = await failure(await start(), { url: "https://rancher.invalid" });
    expect(told).toMatchObject({ code: "ISM283", detail: expect.stringContaining("The name rancher.invalid") });
  });

  it("presents a certificate of an authority that nobody named", async () => {
    const stub = await start();
    const told = await failure({ ...stub, authority: (await createFakeAuthority("other-ca")).certificate });
    expect(told).toMatchObject({ code: "ISM284", exitCode: 69 });
    expect(told.detail).toContain('the certificate "CN=rancher", issued by "CN=stub-rancher-ca"');
    expect(told.detail).toContain('/etc/rancher/ca.pem trusts only "CN=other-ca"');
    expect(stub.requests).toEqual([]);
  });

  it("needs a CA file where its authority is none of the machine's", () => {
    const told = diagnoseRancherError(
      new RancherError({
        kind: "tls",
        url: "https://rancher.example.org",
        subject: "list clusters",
        message: "self-signed certificate in certificate chain",
        code: "SELF_SIGNED_CERT_IN_CHAIN",
      }),
    );
    expect(told).toMatchObject({ code: "ISM284", fix: expect.stringContaining("caFile under spec.rancher") });
  });

  it("has a certificate for another name", async () => {
    const stub = await start();
    const told = await failure(stub, { url: stub.url.replace("127.0.0.1", "localhost") });
    expect(told).toMatchObject({ code: "ISM284", detail: expect.stringContaining("not for localhost") });
  });

  it("speaks plain text where TLS is expected", async () => {
    const plain = createServer((_, response) => response.end("hello"));
    await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
    closing.push(async () => new Promise((resolve) => plain.close(() => resolve())));
    const { port } = plain.address() as AddressInfo;
    expect(await failure(await start(), { url: `https://127.0.0.1:${port}` })).toMatchObject({ code: "ISM285" });
  });
});

describe("the state that Rancher gives a cluster", () => {
  const cluster = { id: "c-abcde", name: "west", annotations: {}, networkIsolation: false };

  it.each(["active", "updating", "upgrading"])("%s is no problem", (state) => {
    expect(diagnoseClusterState({ ...cluster, state }, "https://rancher.example.org")).toBeUndefined();
  });

  it("unavailable is told with Rancher's reason", () => {
    const told = diagnoseClusterState(
      { ...cluster, state: "unavailable", message: "Cluster agent is not connected." },
      "https://rancher.example.org",
    );
    expect(told?.code).toBe("ISM291");
    expect(told?.detail).toBe(
      "Rancher at https://rancher.example.org has the cluster west (c-abcde) in the state unavailable: Cluster agent is not connected.",
    );
  });
});

it("what is printed of an error holds no authority and no token", async () => {
  const stub = await start();
  stub.on("GET /v3/clusters", () => ({ status: 403, body: "{}" }));
  const client = clientOf(stub);
  closing.push(async () => client.close());
  const error: unknown = await client.listClusters(signal).catch((caught: unknown) => caught);
  expect(inspect(error, { depth: 9 })).not.toContain(Buffer.from(stub.authority).toString("base64").slice(0, 40));
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(secret);
});
