import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import type { RemoteSecretFacts } from "../../core/checks/credential-facts.ts";
import { Secret } from "../../core/secret.ts";
import type { FakeApiServer } from "../../kube/fake/fake-api-server.ts";
import { createFakeAuthority } from "../../kube/fake/issue-certificates.ts";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { readRemoteSecrets } from "./read-remote-secrets.ts";
import { base64, signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const namespace = "istio-system";
const labels = { "istio/multiCluster": "true" };

interface Access {
  readonly server: string;
  readonly cluster?: object;
  readonly user?: object;
}

/** A kubeconfig as a remote secret holds it. */
function kubeconfig({ server, cluster = {}, user = { token: "name:secret" } }: Access): string {
  return JSON.stringify({
    clusters: [{ name: "c", cluster: { server, ...cluster } }],
    users: [{ name: "u", user }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  });
}

interface Given {
  /** Data key → text. */
  readonly data: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly mayTry?: (server: string) => boolean;
  readonly tokenEnds?: Readonly<Record<string, string>>;
}

async function read({
  data,
  annotations,
  mayTry = () => true,
  tokenEnds = {},
}: Given): Promise<readonly RemoteSecretFacts[]> {
  const metadata = { namespace, name: "s", labels, ...(annotations === undefined ? {} : { annotations }) };
  const values = Object.fromEntries(Object.entries(data).map(([key, text]) => [key, base64(text)]));
  const { client } = await wireCluster([wireObject("Secret", metadata, { data: values })]);
  return readRemoteSecrets(client, { signal, tokenEnds, mayTry, tried: new Map() });
}

/** Another cluster, whose kube-system has a UID. */
async function remote(api: Parameters<typeof connectFake>[0] = {}): Promise<FakeApiServer> {
  const { server } = await connectFake(api);
  server.put(wireObject("Namespace", { name: "kube-system", uid: "u-east" }));
  return server;
}

const trialOf = (found: readonly RemoteSecretFacts[]) => found[0]?.credentials[0]?.trial;

describe("a remote secret", () => {
  it("is read with the cluster that it is for, its keys, and each credential by its fingerprint", async () => {
    const { url } = await remote({ api: { authorization: "Bearer name:secret" } });
    const found = await read({
      data: { east: kubeconfig({ server: url }) },
      annotations: { "networking.istio.io/cluster": "east" },
      tokenEnds: { name: "2027-01-01T00:00:00.000Z" },
    });
    expect(found).toEqual([
      {
        name: "s",
        annotation: "east",
        keys: ["east"],
        credentials: [
          {
            cluster: "east",
            server: url,
            fingerprint: new Secret("name:secret").fingerprint(),
            token: "rancher",
            expires: "2027-01-01T00:00:00.000Z",
            trial: { outcome: "accepted", detail: "", clusterUid: "u-east" },
          },
        ],
      },
    ]);
  });

  it("without annotation and end has neither", async () => {
    const { url } = await remote();
    const [found] = await read({ data: { east: kubeconfig({ server: url, user: { token: "plain" } }) } });
    expect(found).not.toHaveProperty("annotation");
    expect(found?.credentials).toEqual([
      {
        cluster: "east",
        server: url,
        fingerprint: new Secret("plain").fingerprint(),
        token: "other",
        trial: { outcome: "accepted", detail: "", clusterUid: "u-east" },
      },
    ]);
  });

  it("that istiod refuses is refused in the same words", async () => {
    const text = kubeconfig({ server: "https://east.example", user: { exec: {} } });
    expect((await read({ data: { east: text } }))[0]?.credentials).toEqual([
      {
        cluster: "east",
        server: "",
        fingerprint: new Secret(base64(text)).fingerprint(),
        token: "other",
        trial: { outcome: "refused", detail: "exec is not allowed" },
      },
    ]);
  });

  it("has one credential for each key, and the same one is tried once", async () => {
    const server = await remote();
    const text = kubeconfig({ server: server.url });
    const objects = ["a", "b"].map((name) =>
      wireObject("Secret", { namespace, name, labels }, { data: { east: base64(text) } }),
    );
    const { client } = await wireCluster(objects);
    const found = await readRemoteSecrets(client, { signal, tokenEnds: {}, mayTry: () => true, tried: new Map() });
    expect(found.map((one) => one.credentials.length)).toEqual([1, 1]);
    expect(server.requests.filter(({ url }) => url.includes("/services"))).toHaveLength(1);
  });
});

describe("the trial of a credential", () => {
  it("is not made where nothing may be sent", async () => {
    const asked: string[] = [];
    const mayTry = (server: string): boolean => asked.push(server) === 0;
    const found = await read({ data: { east: kubeconfig({ server: "https://east.example" }) }, mayTry });
    expect(trialOf(found)).toEqual({ outcome: "not-tried", detail: "the sandbox of this address is not running" });
    expect(asked).toEqual(["https://east.example"]);
  });

  it("sends user name and password, where the secret holds these", async () => {
    const authorization = `Basic ${Buffer.from("u:p").toString("base64")}`;
    const { url } = await remote({ api: { authorization } });
    const text = kubeconfig({ server: url, user: { username: "u", password: "p" } });
    expect(trialOf(await read({ data: { east: text } }))?.outcome).toBe("accepted");
  });

  it("trusts what the secret says, by the name that it says, and shows its client certificate", async () => {
    const authority = await createFakeAuthority("east");
    const client = await authority.issue({ commonName: "istiod" });
    const user = { "client-certificate-data": base64(client.cert), "client-key-data": base64(client.key) };
    const caData = base64(authority.certificate);
    const outcomeAt = async (names: { readonly ip?: string; readonly dns?: string }, cluster: object) => {
      const own = await authority.issue({ commonName: "server", ...names });
      const { url } = await remote({ api: { tls: { ...own, clientCa: authority.certificate } } });
      const found = await read({ data: { east: kubeconfig({ server: url, cluster, user }) } });
      expect(trialOf(found)?.detail).toEqual(expect.stringMatching(/^$|certificate/));
      return trialOf(found)?.outcome;
    };
    expect(await outcomeAt({ ip: "127.0.0.1" }, { "certificate-authority-data": caData })).toBe("accepted");
    expect(await outcomeAt({ ip: "127.0.0.1" }, {})).toBe("untrusted");
    expect(await outcomeAt({}, { "insecure-skip-tls-verify": true })).toBe("accepted");
    const named = { "certificate-authority-data": caData, "tls-server-name": "kubernetes" };
    expect(await outcomeAt({ dns: "kubernetes" }, named)).toBe("accepted");
  });

  it("goes through the proxy that the secret names", async () => {
    const server = await remote();
    const cluster = { "proxy-url": "http://127.0.0.1:9" };
    const found = await read({ data: { east: kubeconfig({ server: server.url, cluster }) } });
    expect(trialOf(found)?.outcome).toBe("unreachable");
    expect(server.requests).toEqual([]);
  });

  it.each([
    [401, "unauthorized", /^$/],
    [403, "forbidden", /^list Service istio-system on east: /],
    [500, "unreachable", /^list Service istio-system on east: /],
  ])("that ends with status %i is %s", async (status, outcome, detail) => {
    const server = await remote();
    server.inject({ kind: "status", status }, { times: 99 });
    expect(trialOf(await read({ data: { east: kubeconfig({ server: server.url }) } }))).toEqual({
      outcome,
      detail: expect.stringMatching(detail),
    });
  });

  it("is accepted where the credential may not see which cluster it is", async () => {
    const server = await remote();
    server.inject({ kind: "status", status: 403 }, { times: 9, matches: ({ url }) => url.includes("/kube-system") });
    expect(trialOf(await read({ data: { east: kubeconfig({ server: server.url }) } }))).toEqual({
      outcome: "accepted",
      detail: "",
    });
  });

  it("cannot be made at a server that is no URL", async () => {
    expect(trialOf(await read({ data: { east: kubeconfig({ server: "https://%" }) } }))).toEqual({
      outcome: "untrusted",
      detail: "the kubeconfig in the secret cannot be used.",
    });
  });
});
