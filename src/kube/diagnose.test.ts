import { Buffer } from "node:buffer";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Diagnostic } from "../core/diagnostics/diagnostic.ts";
import { Secret } from "../core/secret.ts";
import { createKubeClient } from "./connect-client.ts";
import { diagnoseKubeError } from "./diagnose.ts";
import type { FakeApiServer, FakeApiServerOptions } from "./fake/fake-api-server.ts";
import type { Fault } from "./fake/faults.ts";
import { startFakeApiServer } from "./fake/fake-api-server.ts";
import { contextOf } from "./fake/fake-context.ts";
import { createFakeAuthority } from "./fake/issue-certificates.ts";
import type { ResolvedContext } from "./kubeconfig/resolve-context.ts";
import { diagnoseRequest } from "./testing/diagnose-request.ts";

const { signal } = new AbortController();
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map(async (close) => close()));
});

async function start(options: FakeApiServerOptions = {}): Promise<FakeApiServer> {
  const server = await startFakeApiServer(options);
  closing.push(async () => server.close());
  return server;
}

/** What a person would be told, and the exit code, when the first request with that context fails. */
async function diagnose(
  context: ResolvedContext,
  requestTimeoutMs = 60_000,
): Promise<Diagnostic & { readonly exitCode: number }> {
  return diagnoseRequest(context, { retryBudgetMs: 100, requestTimeoutMs }, async (client) =>
    client.apply(
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "istiod", namespace: "istio-system" },
      },
      { signal },
    ),
  );
}

describe("connections that cannot be made", () => {
  it("says that nothing listens", async () => {
    const server = await start();
    await server.close();
    closing.length = 0;
    const told = await diagnose(contextOf(server.url));
    expect(told).toMatchObject({ code: "ISM255", cluster: "oslo", exitCode: 69 });
    expect(told.detail).toBe(`The connection to ${server.url} (context fake of /users/me/.kube/config) was refused.`);
  });

  it("says that a host name does not resolve", async () => {
    const told = await diagnose(contextOf("https://api.cluster.invalid:6443"));
    expect(told.code).toBe("ISM257");
    expect(told.detail).toContain("The name api.cluster.invalid");
  });

  it("says that no answer comes", async () => {
    const server = await start();
    server.inject({ kind: "hang" }, { times: 9 });
    expect(await diagnose(contextOf(server.url), 300)).toMatchObject({ code: "ISM258", exitCode: 69 });
  });

  it("says that the connection breaks, when it still does after the retries", async () => {
    const server = await start();
    server.inject({ kind: "reset" }, { times: 99 });
    expect((await diagnose(contextOf(server.url))).code).toBe("ISM275");
  });

  it("says that something else than an API server answers", async () => {
    const server = await start();
    expect((await diagnose(contextOf(server.url.replace("http:", "https:")))).code).toBe("ISM279");
    const greeter = createServer((socket) => {
      socket.on("error", () => socket.destroy());
      socket.once("data", () => socket.end("220 mail.example ESMTP\r\n"));
    });
    await new Promise<void>((resolve) => greeter.listen(0, "127.0.0.1", resolve));
    closing.push(async () => new Promise((resolve) => greeter.close(() => resolve())));
    const { port } = greeter.address() as AddressInfo;
    expect((await diagnose(contextOf(`http://127.0.0.1:${port}`))).code).toBe("ISM279");
  });

  it("says that the path of the address is wrong", async () => {
    const server = await start({ pathPrefix: "/k8s/clusters/c-1" });
    expect(await diagnose(contextOf(server.url.replace("c-1", "c-2")))).toMatchObject({
      code: "ISM279",
      exitCode: 69,
    });
  });
});

describe("certificates", () => {
  it("names the authority that the kubeconfig trusts and the one that the server shows", async () => {
    const [cluster, rancher] = await Promise.all([
      createFakeAuthority("kubernetes"),
      createFakeAuthority("rancher-ca"),
    ]);
    const server = await start({
      tls: await rancher.issue({ commonName: "rancher", ip: "127.0.0.1" }),
    });
    const told = await diagnose(
      contextOf(server.url, {
        ca: cluster.certificate,
        user: { token: new Secret("top-secret-token") },
      }),
    );
    expect(told).toMatchObject({ code: "ISM259", exitCode: 69 });
    expect(told.detail).toContain(
      'presents the certificate "CN=rancher", issued by "CN=rancher-ca", and the kubeconfig trusts only "CN=kubernetes"',
    );
    expect(server.requests).toHaveLength(0);
  });

  it("accepts a bundle that holds the authority among others", async () => {
    const [cluster, rancher] = await Promise.all([
      createFakeAuthority("kubernetes"),
      createFakeAuthority("rancher-ca"),
    ]);
    const server = await start({
      tls: await rancher.issue({ commonName: "rancher", ip: "127.0.0.1" }),
    });
    const context = contextOf(server.url, {
      ca: `${cluster.certificate}\n${rancher.certificate}\n`,
    });
    const client = createKubeClient({ cluster: "oslo", context });
    closing.push(async () => client.close());
    expect((await client.version({ signal })).major).toBe("1");
  });

  it("says when the server's certificate expired", async () => {
    const authority = await createFakeAuthority("kubernetes");
    const notAfter = new Date("2026-01-02T03:04:05Z");
    const server = await start({
      tls: await authority.issue({
        commonName: "api",
        ip: "127.0.0.1",
        notBefore: new Date("2026-01-01T00:00:00Z"),
        notAfter,
      }),
    });
    const told = await diagnose(contextOf(server.url, { ca: authority.certificate }));
    expect(told.code).toBe("ISM260");
    expect(told.detail).toContain("2026-01-02T03:04:05.000Z");
  });

  it("says for which names the server's certificate is", async () => {
    const authority = await createFakeAuthority("kubernetes");
    const server = await start({
      tls: await authority.issue({ commonName: "api", dns: "api.internal" }),
    });
    const told = await diagnose(contextOf(server.url, { ca: authority.certificate }));
    expect(told.code).toBe("ISM261");
    expect(told.detail).toContain("a certificate for DNS:api.internal, not for 127.0.0.1");
  });

  it("is content with another name when the kubeconfig has tls-server-name", async () => {
    const authority = await createFakeAuthority("kubernetes");
    const server = await start({
      tls: await authority.issue({ commonName: "api", dns: "api.internal" }),
    });
    const client = createKubeClient({
      cluster: "oslo",
      context: {
        ...contextOf(server.url, { ca: authority.certificate }),
        tlsServerName: "api.internal",
      },
    });
    closing.push(async () => client.close());
    expect((await client.version({ signal })).major).toBe("1");
  });
});

describe("credentials", () => {
  it("signs in with a client certificate", async () => {
    const authority = await createFakeAuthority("kubernetes");
    const tls = {
      ...(await authority.issue({ commonName: "api", ip: "127.0.0.1" })),
      clientCa: authority.certificate,
    };
    const server = await start({ tls });
    const { cert, key } = await authority.issue({ commonName: "me" });
    const context = contextOf(server.url, {
      ca: authority.certificate,
      user: { clientCertificate: { certificate: cert, key: new Secret(key) } },
    });
    const client = createKubeClient({ cluster: "oslo", context });
    closing.push(async () => client.close());
    expect((await client.version({ signal })).major).toBe("1");
  });

  it("says before any request that the client certificate expired, and when", async () => {
    const authority = await createFakeAuthority("kubernetes");
    const server = await start({
      tls: await authority.issue({ commonName: "api", ip: "127.0.0.1" }),
    });
    const { cert, key } = await authority.issue({
      commonName: "me",
      notBefore: new Date("2026-01-01T00:00:00Z"),
      notAfter: new Date("2026-01-02T03:04:05Z"),
    });
    const user = { clientCertificate: { certificate: cert, key: new Secret(key) } };
    const told = await diagnose(contextOf(server.url, { ca: authority.certificate, user }));
    expect(told).toMatchObject({ code: "ISM262", exitCode: 69 });
    expect(told.detail).toContain("(CN=me) expired at 2026-01-02T03:04:05.000Z");
    expect(server.requests).toHaveLength(0);
  });

  it("thinks of the client certificate when the server ends a handshake without a word", async () => {
    const [authority, other] = await Promise.all([
      createFakeAuthority("kubernetes"),
      createFakeAuthority("kubernetes"),
    ]);
    const server = await start({
      tls: {
        ...(await authority.issue({ commonName: "api", ip: "127.0.0.1" })),
        clientCa: authority.certificate,
      },
    });
    const { cert, key } = await other.issue({ commonName: "me" });
    const user = { clientCertificate: { certificate: cert, key: new Secret(key) } };
    const told = await diagnose(contextOf(server.url, { ca: authority.certificate, user }));
    expect(told).toMatchObject({ code: "ISM275", exitCode: 69 });
    expect(told.detail).toContain("a server that refuses the kubeconfig's client certificate looks like this");
  });

  it("reads from a refused token when it expired, and does not show it", async () => {
    const server = await start({ authorization: "Bearer another" });
    const claims = Buffer.from(JSON.stringify({ exp: 1767323045, sub: "me" })).toString("base64url");
    const token = `eyJhbGciOiJSUzI1NiJ9.${claims}.c2lnbmF0dXJl`;
    const told = await diagnose(contextOf(server.url, { user: { token: new Secret(token) } }));
    expect(told).toMatchObject({ code: "ISM263", exitCode: 69 });
    expect(told.detail).toContain("refuses the token of user me, which expired at 2026-01-02T03:04:05.000Z");
    expect(JSON.stringify(told)).not.toContain(claims);
  });
});

describe("answers", () => {
  const status = (code: number, reason: string, message: string, details: object = {}): Fault => ({
    kind: "status",
    status: code,
    body: { kind: "Status", status: "Failure", code, reason, message, details },
  });
  const cases: readonly {
    readonly name: string;
    readonly fault: Fault;
    readonly code: string;
    readonly exitCode: number;
    readonly says: string;
    readonly fix?: string;
  }[] = [
    {
      name: "a missing right names the verb and the resource",
      fault: status(
        403,
        "Forbidden",
        'deployments.apps is forbidden: User "me" cannot patch resource "deployments" in API group "apps" in the namespace "istio-system"',
      ),
      code: "ISM264",
      exitCode: 1,
      says: 'cannot patch resource "deployments"',
    },
    {
      name: "a used up quota is no missing right",
      fault: status(
        403,
        "Forbidden",
        'pods "x" is forbidden: exceeded quota: default-quota, requested: limits.cpu=2, used: limits.cpu=3, limited: limits.cpu=4',
      ),
      code: "ISM277",
      exitCode: 1,
      says: "requested: limits.cpu=2",
    },
    {
      name: "a definition that goes away is no missing right",
      fault: status(
        403,
        "Forbidden",
        'gateways.networking.istio.io "shop-gw" is forbidden: create not allowed while custom resource definition is terminating',
      ),
      code: "ISM569",
      exitCode: 1,
      says: "definition is terminating",
      fix: "wait --for=delete customresourcedefinition/gateways.networking.istio.io",
    },
    {
      name: "a namespace that goes away is no missing right",
      fault: status(
        403,
        "Forbidden",
        'deployments.apps "x" is forbidden: unable to create new content in namespace istio-system because it is being terminated',
      ),
      code: "ISM278",
      exitCode: 1,
      says: "being terminated",
    },
    {
      name: "pod security speaks of the object",
      fault: status(403, "Forbidden", 'pods "x" is forbidden: violates PodSecurity "restricted:latest": privileged'),
      code: "ISM269",
      exitCode: 1,
      says: "restricted:latest",
    },
    {
      name: "a policy of somebody's",
      fault: status(
        422,
        "Invalid",
        "virtualservices \"x\" is forbidden: ValidatingAdmissionPolicy 'freeze' with binding 'freeze' denied request: until Monday",
      ),
      code: "ISM757",
      exitCode: 1,
      says: "until Monday",
    },
    {
      name: "a webhook of somebody's",
      fault: status(403, "Forbidden", 'admission webhook "guard.example" denied the request: no owner'),
      code: "ISM757",
      exitCode: 1,
      says: "no owner",
    },
    {
      name: "Istio's own webhook",
      fault: status(400, "BadRequest", 'admission webhook "validation.istio.io" denied the request: bad host'),
      code: "ISM269",
      exitCode: 1,
      says: "bad host",
    },
    {
      name: "an invalid object",
      fault: status(422, "Invalid", 'Deployment.apps "istiod" is invalid: spec.replicas: Invalid value: -1'),
      code: "ISM269",
      exitCode: 1,
      says: "spec.replicas",
    },
    {
      name: "a field that cannot be changed",
      fault: status(422, "Invalid", 'Deployment.apps "x" is invalid: spec.selector: field is immutable'),
      code: "ISM269",
      exitCode: 1,
      says: "spec.selector: field is immutable",
    },
    {
      name: "a missing namespace",
      fault: status(404, "NotFound", 'namespaces "istio-system" not found', {
        name: "istio-system",
        kind: "namespaces",
      }),
      code: "ISM269",
      exitCode: 1,
      says: "not found",
    },
    {
      name: "an unknown kind",
      fault: status(404, "NotFound", "the server could not find the requested resource"),
      code: "ISM270",
      exitCode: 1,
      says: "Deployment in apps/v1",
    },
    {
      name: "too many requests",
      fault: status(429, "TooManyRequests", "too many requests"),
      code: "ISM271",
      exitCode: 75,
      says: "too many requests",
    },
    {
      name: "a webhook without a server is named",
      fault: status(
        500,
        "InternalError",
        'Internal error occurred: failed calling webhook "rev.namespace.sidecar-injector.istio.io": connection refused',
      ),
      code: "ISM272",
      exitCode: 75,
      says: "failed calling webhook",
    },
    {
      name: "a conflict names fields and managers",
      fault: status(409, "Conflict", "Apply failed with 1 conflict", {
        causes: [
          {
            reason: "FieldManagerConflict",
            message: 'conflict with "helm" using apps/v1',
            field: ".spec.replicas",
          },
        ],
      }),
      code: "ISM268",
      exitCode: 75,
      says: ".spec.replicas (helm)",
    },
  ];

  it.each(cases)("$name", async ({ fault, code, exitCode, says, fix = "" }) => {
    const server = await start();
    server.inject(fault, { times: 99 });
    const told = await diagnose(contextOf(server.url));
    expect(told).toMatchObject({
      code,
      exitCode,
      object: { group: "apps", kind: "Deployment", namespace: "istio-system", name: "istiod" },
    });
    expect(told.detail).toContain(says);
    expect(told.fix).not.toBe("");
    expect(told.fix).toContain(fix);
  });

  it("says how to take an object away whose field cannot be changed", async () => {
    const server = await start();
    server.inject(status(422, "Invalid", 'Deployment.apps "istiod" is invalid: spec.selector: field is immutable'));
    expect((await diagnose(contextOf(server.url))).fix).toMatch(
      /kubectl --context \S+ -n istio-system delete Deployment istiod$/,
    );
  });

  it("says that an apply adds to lists where that doubles what somebody else put there", async () => {
    const server = await start();
    server.inject(status(422, "Invalid", 'Service "x" is invalid: spec.ports[1].name: Duplicate value: "http"'));
    expect((await diagnose(contextOf(server.url))).fix).toMatch(
      /put there by somebody else[\s\S]*edit Deployment istiod$/,
    );
  });

  it("keeps the words of an error that nobody expected", async () => {
    expect(await diagnoseKubeError(new Error("no such index"), "oslo")).toMatchObject({
      code: "ISM300",
      cluster: "oslo",
      detail: "Talking to oslo failed: no such index.",
    });
  });
});
