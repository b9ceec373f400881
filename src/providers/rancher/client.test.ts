import { afterEach, describe, expect, it } from "vitest";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { RancherClient } from "./client.ts";
import { isRancherAtLeast } from "./rancher-version.ts";
import type { RancherStub } from "./testing/rancher-stub.ts";
import { startRancherStub } from "./testing/rancher-stub.ts";
import { clientOf, clusterJson, collection } from "./testing/stub-client.ts";

const { signal } = new AbortController();
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map(async (close) => close()));
});

async function start(version?: string): Promise<{ stub: RancherStub; client: RancherClient }> {
  const stub = await startRancherStub(version);
  const client = clientOf(stub);
  closing.push(
    async () => client.close(),
    async () => stub.close(),
  );
  return { stub, client };
}

describe("Rancher's version", () => {
  it("is asked once, and without the token", async () => {
    const { stub, client } = await start("v2.11.1");
    expect(await client.serverVersion(signal)).toBe("v2.11.1");
    expect(await client.serverVersion(signal)).toBe("v2.11.1");
    expect(stub.requests).toEqual([{ method: "GET", url: "/rancherversion", authorization: undefined, body: "" }]);
  });

  it.each([401, 403, 404])("is asked of the settings where the page is kept from the public (%i)", async (status) => {
    const { stub, client } = await start();
    stub.on("GET /rancherversion", () => ({ status, body: { type: "error", status, message: "no" } }));
    stub.on("GET /v3/settings/server-version", () => ({ body: { id: "server-version", value: "v2.10.2" } }));
    expect(await client.serverVersion(signal)).toBe("v2.10.2");
  });

  it("is no version when it comes from something else", async () => {
    const { stub, client } = await start();
    stub.on("GET /rancherversion", () => ({ body: "<html>welcome</html>" }));
    await expect(client.serverVersion(signal)).rejects.toMatchObject({ kind: "not-rancher" });
    stub.on("GET /rancherversion", () => ({ body: {} }));
    stub.on("GET /v3/settings/server-version", () => ({ body: {} }));
    await expect(client.serverVersion(signal)).rejects.toThrow("the answer has no version");
  });

  it.each([
    ["v2.9.0", "2.9", true],
    ["v2.8.12", "2.9", false],
    ["v2.12.3", "2.9", true],
    ["2.13.0-rc1", "2.13", true],
    ["v3.0.0", "2.13", true],
    ["dev", "2.13", true],
    ["v2.13-abcdef-head", "2.13", true],
  ] as const)("%s is at least %s: %s", (version, wanted, expected) => {
    expect(isRancherAtLeast(version, wanted)).toBe(expected);
  });
});

describe("clusters", () => {
  it("come with what is known of them, from all pages, by name", async () => {
    const { stub, client } = await start();
    stub.on("GET /v3/clusters", ({ url }) =>
      url.includes("marker=c-2")
        ? collection([clusterJson("c-abcde", "east", { enableNetworkPolicy: true })])
        : collection(
            [
              clusterJson("local", "local", { version: undefined, state: "unavailable", transitioningMessage: "gone" }),
              clusterJson("c-m-abcdefgh", "west", {
                localClusterAuthEndpoint: { enabled: true, fqdn: "west.example.org", caCerts: "PEM" },
              }),
            ],
            { pagination: { limit: 2, next: "https://rancher.elsewhere.example/v3/clusters?limit=2&marker=c-2" } },
          ),
    );
    expect(await client.listClusters(signal)).toEqual([
      {
        id: "c-abcde",
        name: "east",
        state: "active",
        kubernetesVersion: "v1.33.1+rke2r1",
        annotations: { "networking.management.cattle.io/enable-network-policy": "false" },
        networkIsolation: true,
      },
      {
        id: "local",
        name: "local",
        state: "unavailable",
        message: "gone",
        annotations: { "networking.management.cattle.io/enable-network-policy": "false" },
        networkIsolation: false,
      },
      {
        id: "c-m-abcdefgh",
        name: "west",
        state: "active",
        kubernetesVersion: "v1.33.1+rke2r1",
        annotations: { "networking.management.cattle.io/enable-network-policy": "false" },
        networkIsolation: false,
        authorizedEndpoint: { fqdn: "west.example.org", caCerts: "PEM" },
      },
    ]);
  });

  it("are found by ID before name, and by name where only one has it", async () => {
    const { stub, client } = await start();
    stub.on("GET /v3/clusters", () =>
      collection([clusterJson("c-abcde", "west"), clusterJson("c-fghij", "c-abcde"), clusterJson("c-klmno", "west")]),
    );
    expect((await client.findCluster("c-abcde", signal)).name).toBe("west");
    expect((await client.findCluster("c-klmno", signal)).name).toBe("west");
    const ambiguous = await client.findCluster("west", signal).catch((error: unknown) => error);
    expect(ambiguous).toBeInstanceOf(UserError);
    expect((ambiguous as UserError).diagnostics).toMatchObject([
      { code: "ISM290", detail: expect.stringContaining("c-abcde (active), c-klmno (active)") },
    ]);
  });

  it("that are unknown are named with those that may have been meant", async () => {
    const { stub, client } = await start();
    stub.on("GET /v3/clusters", () => collection([clusterJson("c-abcde", "west"), clusterJson("c-fghij", "east")]));
    const unknown = await client.findCluster("wets", signal).catch((error: unknown) => error);
    expect((unknown as UserError).diagnostics).toMatchObject([
      { code: "ISM289", detail: expect.stringContaining("east (c-fghij), west (c-abcde)"), fix: "Did you mean west?" },
    ]);
  });

  it("are reached through the proxy, with the client's token and authority", async () => {
    const { stub, client } = await start();
    const context = client.contextOf("c-abcde");
    expect(context).toMatchObject({ server: `${stub.url}/k8s/clusters/c-abcde`, insecureSkipTlsVerify: false });
    expect(context.caData).toBeDefined();
    expect(context.user.token?.expose()).toMatch(/^token-abcde:/);
    expect(JSON.stringify(context)).not.toContain("b5qk7x2m9v4n8z3w6t1r");
    expect(stub.requests).toEqual([]);
  });

  it("give a kubeconfig, wrapped", async () => {
    const { stub, client } = await start();
    stub.on("POST /v3/clusters/c-abcde", ({ url }) =>
      url.endsWith("?action=generateKubeconfig")
        ? { body: { type: "generateKubeconfigOutput", config: "apiVersion: v1\nkind: Config\n" } }
        : { status: 422 },
    );
    const config = await client.generateKubeconfig("c-abcde", signal);
    expect(config.expose()).toContain("kind: Config");
    expect(String(config)).not.toContain("Config");
  });
});

describe("service accounts through Rancher", () => {
  const path = "GET /k8s/clusters/local/apis/management.cattle.io/v3/namespaces/c-abcde/clusterproxyconfigs";

  it.each([
    ["no configuration", [], false],
    ["one that is enabled", [{ enabled: true }], true],
    ["one that is not", [{ enabled: false }], false],
    ["two, which Rancher takes for a mistake", [{ enabled: true }, { enabled: true }], false],
  ])("with %s", async (_, items, expected) => {
    const { stub, client } = await start("v2.9.0");
    stub.on(path, () => ({ body: { kind: "ClusterProxyConfigList", items } }));
    expect(await client.acceptsServiceAccounts("c-abcde", signal)).toBe(expected);
  });

  it("are not let through before 2.9, and nothing is asked", async () => {
    const { stub, client } = await start("v2.8.5");
    expect(await client.acceptsServiceAccounts("c-abcde", signal)).toBe(false);
    expect(stub.requests.map((one) => one.url)).toEqual(["/rancherversion"]);
  });

  it("are unknown to who may not look", async () => {
    const { stub, client } = await start();
    stub.on(path, () => ({
      status: 403,
      body: { kind: "Status", status: "Failure", reason: "Forbidden", message: "clusterproxyconfigs is forbidden" },
    }));
    await expect(client.acceptsServiceAccounts("c-abcde", signal)).rejects.toMatchObject({ kind: "forbidden" });
  });
});
