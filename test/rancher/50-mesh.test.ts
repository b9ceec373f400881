import { readFileSync } from "node:fs";
import path from "node:path";
import { issueRoot } from "../../src/pki/certificate-authority.ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { stringify } from "yaml";
import type { RancherWorld } from "./rancher-world.ts";
import { managed, rancherBefore, until, writeRancherMesh } from "./rancher-world.ts";
import type { Ran } from "../e2e/world.ts";
import { environment, freshFolder, isthmus } from "../e2e/world.ts";

const folder = freshFolder();
const meshFile = path.join(folder, "rancher.yaml");

let world: RancherWorld;

beforeAll(async () => {
  world = await rancherBefore();
  writeRancherMesh(world, folder, byHelm);
});

/** This mesh is installed by Istio's charts; those of test/e2e are by istioctl. */
function byHelm(text: string): string {
  return text.replace("  access:", "  istio: { install: helm }\n\n  access:");
}

async function run(...args: readonly string[]): Promise<Ran> {
  return isthmus([...args, "-f", meshFile], { env: environment() });
}

interface KubeSecret {
  readonly data: Readonly<Record<string, string>>;
}

/** What the istiod of one cluster signs in with at another. */
async function remoteKubeconfig(reader: string, remote: string): Promise<string> {
  const answer = await world.kube(
    world.id(reader),
    `/api/v1/namespaces/istio-system/secrets/istio-remote-secret-${remote}`,
  );
  const { data } = answer.json as unknown as KubeSecret;
  return Buffer.from(data[remote] ?? "", "base64").toString("utf8");
}

interface Named {
  readonly metadata: { readonly name: string };
}

interface Token {
  readonly id: string;
  readonly description: string;
  readonly clusterId: string | null;
}

/** The tokens that Rancher made for the mesh. */
async function meshTokens(): Promise<readonly Token[]> {
  const { json } = await world.ask("/v3/tokens");
  return (json["data"] as readonly Token[]).filter((token) => token.description.includes("mesh rancher"));
}

it("plans Istio's charts: control plane, both gateways and their roles", async () => {
  const ran = await run("plan");
  expect(ran.code).toBe(0);
  for (const object of [
    "CustomResourceDefinition gateways.networking.istio.io",
    "ServiceAccount istio-system/istio-reader-service-account",
    "Deployment istio-system/istiod",
    "Deployment istio-system/istio-ingressgateway",
    "Deployment istio-system/istio-eastwestgateway",
  ]) {
    expect(ran.out).toContain(`+ ${object}\n`);
  }
});

it("makes two clusters behind Rancher one mesh, by the charts", async () => {
  const ran = await run("apply", "--yes");
  expect(ran.err + ran.out).toContain("rancher:local  2 applied");
  expect(ran.code).toBe(0);
  const plan = await run("plan", "--detailed-exitcode");
  expect(plan.out).toContain("No changes");
  expect(plan.code).toBe(0);
});

it("finds nothing wrong with it, and tries the credentials of remote secrets through Rancher", async () => {
  const facts = path.join(folder, "facts.json");
  const ran = await run("check", "--facts-to", facts, "-o", "short");
  expect(ran.out).not.toContain("×");
  expect(ran.code).toBe(0);
  const text = readFileSync(facts, "utf8");
  expect(text.match(/"outcome": "accepted"/g)).toHaveLength(2);
  for (const secret of [await remoteKubeconfig("west", "east"), await remoteKubeconfig("east", "west")]) {
    expect(text).not.toContain(/token: (\S+)/.exec(secret)?.[1] ?? secret);
  }
});

it("refuses to change the method under a standing mesh before it touches anything", async () => {
  writeRancherMesh(world, folder);
  const ran = await run("apply", "--yes");
  expect(ran.code).toBe(1);
  expect(ran.err).toContain("field is immutable");
  expect(ran.err).toContain("delete Deployment istio-eastwestgateway");
  writeRancherMesh(world, folder, byHelm);
  expect((await run("plan", "--detailed-exitcode")).code).toBe(0);
});

it("gives every cluster a project, and the mesh's namespaces their share of its quota", async () => {
  const west = world.id("west");
  const project = await world.kube("local", `/apis/management.cattle.io/v3/namespaces/${west}/projects/istio-${west}`);
  expect(project.json["spec"]).toMatchObject({ clusterName: west, displayName: "istio" });
  const quotas = await world.kube(west, "/api/v1/namespaces/sample/resourcequotas");
  expect(JSON.stringify(quotas.json["items"])).toContain('"limits.cpu":"12"');
});

it("has each istiod read the other through Rancher, with a token for that cluster alone", async () => {
  const kubeconfig = await remoteKubeconfig("west", "east");
  expect(kubeconfig).toContain(`server: ${world.state.url}/k8s/clusters/${world.id("east")}`);
  const tokens = await meshTokens();
  expect(new Set(tokens.map((token) => token.clusterId))).toEqual(new Set([world.id("east"), world.id("west")]));
  const token = /token: (\S+)/.exec(kubeconfig)?.[1] ?? "";
  const own = await world.kube(world.id("east"), "/api/v1/namespaces", { token });
  const other = await world.kube(world.id("west"), "/api/v1/namespaces", { token });
  expect([own.status, other.status]).toEqual([200, 401]);
});

it("carries requests by the weights, and shifts them", { retry: 1 }, async () => {
  const verified = await run("verify");
  expect(verified.out).toContain("√ verified");
  const shifted = await run("shift", "helloworld", "v1=50", "v2=50", "--yes");
  expect(shifted.code).toBe(0);
  expect(shifted.out).toContain("v1: asked 50 %");
});

it("renews a token that somebody revoked, leaves none behind, and says when Rancher makes it shorter", async () => {
  await world.kube("local", "/apis/management.cattle.io/v3/settings/auth-token-max-ttl-minutes", {
    method: "PATCH",
    body: { value: "2880" },
  });
  const before = await meshTokens();
  const lost = before.find((token) => token.clusterId === world.id("east"));
  await world.ask(`/v3/tokens/${lost?.id ?? ""}`, { method: "DELETE" });
  const plan = await run("plan", "--detailed-exitcode");
  expect(plan.out).toContain("~ Secret istio-system/istio-remote-secret-east");
  expect(plan.code).toBe(2);
  const ran = await run("apply", "--yes");
  expect(ran.code).toBe(0);
  expect(ran.err).toContain("warning[ISM293]");
  const after = await meshTokens();
  expect(after).toHaveLength(2);
  expect(after.map((token) => token.id)).not.toContain(lost?.id);
  expect((await run("plan", "--detailed-exitcode")).code).toBe(0);
});

it("takes one cluster down and up again with --cluster, and touches nothing that the other has in Rancher", async () => {
  const projectOf = async (name: string): Promise<number> => {
    const id = world.id(name);
    const { status } = await world.kube("local", `/apis/management.cattle.io/v3/namespaces/${id}/projects/istio-${id}`);
    return status;
  };
  const westReadsEast = (await meshTokens()).find((token) => token.clusterId === world.id("east"));
  const secretsOf = async (name: string): Promise<readonly string[]> => {
    const secrets = await world.kube(world.id(name), "/api/v1/namespaces/istio-system/secrets");
    return ((secrets.json["items"] ?? []) as readonly Named[]).map(({ metadata }) => metadata.name).toSorted();
  };
  const before = await secretsOf("west");
  const removed = await run("remove", "--cluster", "east", "--yes");
  expect(removed.err).not.toContain("error[");
  expect(removed.code).toBe(0);
  expect([await projectOf("west"), await projectOf("east")]).toEqual([200, 404]);
  expect((await world.kube(world.id("east"), "/api/v1/namespaces/istio-system")).status).toBe(404);
  expect(await secretsOf("west")).toEqual(before);
  // The token by which east read west goes with the Secret that held it; the other one is in use in west.
  expect((await meshTokens()).map((token) => token.id)).toEqual([westReadsEast?.id]);
  const plan = await run("plan", "--cluster", "west", "--detailed-exitcode");
  expect(plan.out).toContain("Out of scope: east.");
  expect(plan.code).toBe(0);
  const ran = await run("apply", "--cluster", "east", "--yes");
  expect(ran.err).not.toContain("error[");
  expect(ran.code).toBe(0);
  expect([await projectOf("west"), await projectOf("east")]).toEqual([200, 200]);
  // East is joined to the one outside the scope.
  expect(await secretsOf("east")).toContain("istio-remote-secret-west");
  const tokens = await meshTokens();
  expect(tokens).toHaveLength(2);
  expect(tokens.map((token) => token.id)).toContain(westReadsEast?.id);
  expect((await run("plan", "--detailed-exitcode")).code).toBe(0);
});

it("takes the tokens of ext.cattle.io where Rancher has them", async () => {
  await world.kube("local", "/apis/management.cattle.io/v3/settings/server-version", {
    method: "PATCH",
    body: { value: "v2.13.0" },
  });
  for (const token of await meshTokens()) {
    await world.ask(`/v3/tokens/${token.id}`, { method: "DELETE" });
  }
  expect((await run("apply", "--yes")).code).toBe(0);
  expect(await remoteKubeconfig("west", "east")).toContain("token: ext/token-");
  expect(await meshTokens()).toEqual([]);
  expect((await run("plan", "--detailed-exitcode")).code).toBe(0);
});

it("refuses service accounts as long as Rancher does not let them through", async () => {
  writeRancherMesh(world, folder, (text) =>
    byHelm(text).replace("credentials: rancherToken", "credentials: serviceAccount"),
  );
  const refused = await run("plan");
  expect(refused.code).toBe(1);
  expect(refused.err).toContain("error[ISM216]");
  for (const name of ["west", "east"]) {
    const id = world.id(name);
    const made = await world.kube("local", `/apis/management.cattle.io/v3/namespaces/${id}/clusterproxyconfigs`, {
      method: "POST",
      body: {
        apiVersion: "management.cattle.io/v3",
        kind: "ClusterProxyConfig",
        metadata: { name: "clusterproxyconfig", namespace: id },
        enabled: true,
      },
    });
    expect(made.status).toBe(201);
  }
  const ran = await run("apply", "--yes");
  expect(ran.err + ran.out).toContain("all ready");
  expect(ran.code).toBe(0);
  expect(await remoteKubeconfig("west", "east")).toMatch(/token: eyJ/);
  expect((await run("verify")).out).toContain("√ verified");
});

/** JWT Authentication of a cluster, as Rancher's page for the cluster switches it. */
async function switchJwt(cluster: string, enabled: boolean): Promise<void> {
  const at = `${managed}/namespaces/${world.id(cluster)}/clusterproxyconfigs/clusterproxyconfig`;
  expect((await world.kube("local", at, { method: "PATCH", body: { enabled } })).status).toBe(200);
}

interface Report {
  readonly causes: readonly { readonly code: string; readonly cluster?: string; readonly severity: string }[];
}

async function check(...more: readonly string[]): Promise<Report> {
  return JSON.parse((await run("check", "-o", "json", ...more)).out) as Report;
}

it("names a proxy that does not let a good service account's token through; the printed fix heals it", async () => {
  expect((await check("--wait", "2m")).causes).toEqual([]);
  await switchJwt("east", false);
  const { causes } = await until(
    async () => check(),
    (report) => report.causes[0]?.code === "ISM432",
    90,
  );
  expect(causes.filter((one) => one.severity === "error")).toMatchObject([
    { code: "ISM432", cluster: "west", remote: "east", fix: expect.stringContaining("JWT Authentication") as string },
  ]);
  await switchJwt("east", true);
  expect((await check("--wait", "2m")).causes).toEqual([]);
});

/** Definitions by which an API server takes cert-manager's objects, and says of each that it is ready; nothing here issues certificates. */
const definitions = [
  definition("clusterissuers", "ClusterIssuer", "Cluster"),
  definition("certificates", "Certificate", "Namespaced"),
];

const definitionsAt = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

afterAll(async () => {
  for (const name of ["west", "east"]) {
    for (const one of definitions) {
      await world.kube(world.id(name), `${definitionsAt}/${one.metadata.name}`, { method: "DELETE" });
    }
  }
});

function definition(
  plural: string,
  kind: string,
  scope: string,
): { readonly metadata: { readonly name: string } } & Readonly<Record<string, unknown>> {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.cert-manager.io` },
    spec: {
      group: "cert-manager.io",
      scope,
      names: { plural, kind, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: "object",
              "x-kubernetes-preserve-unknown-fields": true,
              properties: {
                status: {
                  type: "object",
                  "x-kubernetes-preserve-unknown-fields": true,
                  default: { conditions: [{ type: "Ready", status: "True" }] },
                },
              },
            },
          },
        },
      ],
    },
  };
}

it("opens a front door: issuer, certificate, and a Gateway with the addresses of both ingresses", async () => {
  for (const name of ["west", "east"]) {
    for (const one of definitions) {
      const made = await world.kube(world.id(name), definitionsAt, { method: "POST", body: one });
      expect(made.status).toBe(201);
    }
  }
  const door = stringify({
    name: "hello-ssl",
    gateway: "hello-ssl-gateway",
    hosts: ["hello.mesh.example"],
    match: { exact: "/hello" },
    weights: { v1: 90, v2: 10 },
    tls: { secretName: "hello-mesh-example", certificate: "hello", issuer: "acme" },
    dns: { via: "externalDns" },
  });
  writeRancherMesh(
    world,
    folder,
    (text) =>
      `${byHelm(text).replace("credentials: rancherToken", "credentials: serviceAccount")}        - ${door.trim().replaceAll("\n", "\n          ")}
  issuers:
    - name: acme
      acme: { server: https://acme.mesh.example/directory, email: a@mesh.example, dns01: { rfc2136: { nameserver: 192.0.2.53 } } }
`,
  );
  const ran = await run("apply", "--yes");
  expect(ran.err).toContain("warning[ISM219]");
  // Nobody issues the certificate here, which an apply says as soon as a gateway asks for it (ISM529).
  expect([0, 4]).toContain(ran.code);
  expect(ran.code === 4).toBe(ran.err.includes("error[ISM529]"));
  const [west, east] = await Promise.all(
    ["west", "east"].map(async (name) => {
      const gateway = await world.kube(
        world.id(name),
        "/apis/networking.istio.io/v1/namespaces/istio-system/gateways/hello-ssl-gateway",
      );
      return (gateway.json["metadata"] as { readonly annotations: Readonly<Record<string, string>> }).annotations[
        "external-dns.kubernetes.io/target"
      ];
    }),
  );
  expect(west).toMatch(/^172\.30\.\d+\.\d+,172\.30\.\d+\.\d+$/);
  expect(east).toBe(west);
  const certificate = await world.kube(
    world.id("east"),
    "/apis/cert-manager.io/v1/namespaces/istio-system/certificates/hello",
  );
  expect(certificate.json["spec"]).toMatchObject({
    secretName: "hello-mesh-example",
    dnsNames: ["hello.mesh.example"],
  });
  expect((await run("plan", "--detailed-exitcode")).code).toBe(0);
});

it("proves the weights at the front door by HTTPS, once there is a certificate", { retry: 1 }, async () => {
  const authority = await issueRoot("front door", new Date());
  const data = {
    "tls.crt": Buffer.from(authority.certificate).toString("base64"),
    "tls.key": Buffer.from(authority.key.expose()).toString("base64"),
  };
  for (const name of ["west", "east"]) {
    await world.kube(world.id(name), "/api/v1/namespaces/istio-system/secrets", {
      method: "POST",
      body: {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "hello-mesh-example" },
        type: "kubernetes.io/tls",
        data,
      },
    });
  }
  const verified = await until(
    async () => run("verify"),
    (ran) => ran.code === 0,
    60,
  );
  expect(verified.out).toContain("https://172.30.");
  expect(verified.out).toContain("v1: asked 90 %");
  expect((await run("status")).out).toContain("hello-ssl: v1=90 v2=10");
});

it("says which clusters are away when Rancher is, and goes on when it is back", async () => {
  const double = world.state.components.find((one) => one.name === "rancher");
  expect(double?.pid).toBeGreaterThan(1);
  process.kill(double?.pid ?? 0, "SIGSTOP");
  try {
    const ran = await run("plan");
    expect(ran.code).toBe(69);
    expect(ran.out + ran.err).toContain("west");
    expect(ran.err).toMatch(/error\[ISM28\d\]/);
  } finally {
    process.kill(double?.pid ?? 0, "SIGCONT");
  }
  expect((await run("plan", "--detailed-exitcode")).code).toBe(0);
});

it("takes everything away, also what it had in Rancher", async () => {
  const ran = await run("remove", "--yes");
  expect(ran.out).toContain("√ rancher:local  removed, 2 objects deleted");
  expect(ran.code).toBe(0);
  expect(await meshTokens()).toEqual([]);
  const extended = await world.kube("local", "/apis/ext.cattle.io/v1/tokens");
  expect(JSON.stringify(extended.json["items"])).not.toContain("mesh rancher");
  const ours = await world.kube("local", "/apis/management.cattle.io/v3/projects?labelSelector=isthmus.dev/mesh");
  expect(ours.json["items"]).toEqual([]);
  for (const name of ["west", "east"]) {
    const namespaces = await world.kube(world.id(name), "/api/v1/namespaces?labelSelector=isthmus.dev/mesh");
    expect(namespaces.json["items"]).toEqual([]);
  }
});
