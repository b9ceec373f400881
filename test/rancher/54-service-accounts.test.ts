import { afterAll, beforeAll, expect, it } from "vitest";
import { stringify } from "yaml";
import { issueRoot } from "../../src/pki/certificate-authority.ts";
import type { RancherMesh } from "./rancher-mesh.ts";
import { byHelm, byServiceAccounts, meshTokens, remoteKubeconfig, standRancherMesh } from "./rancher-mesh.ts";
import { managed, until } from "./rancher-world.ts";
import type { RancherWorld } from "./rancher-world.ts";

let mesh: RancherMesh;
let world: RancherWorld;

beforeAll(async () => {
  mesh = await standRancherMesh();
  ({ world } = mesh);
});

it("takes the tokens of ext.cattle.io where Rancher has them", async () => {
  await world.kube("local", "/apis/management.cattle.io/v3/settings/server-version", {
    method: "PATCH",
    body: { value: "v2.13.0" },
  });
  for (const token of await meshTokens(world)) {
    await world.ask(`/v3/tokens/${token.id}`, { method: "DELETE" });
  }
  expect((await mesh.run("apply", "--yes")).code).toBe(0);
  expect(await remoteKubeconfig(world, "west", "east")).toContain("token: ext/token-");
  expect(await meshTokens(world)).toEqual([]);
  expect((await mesh.run("plan", "--detailed-exitcode")).code).toBe(0);
});

it("refuses service accounts as long as Rancher does not let them through", async () => {
  mesh.write(byServiceAccounts);
  const refused = await mesh.run("plan");
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
  const ran = await mesh.run("apply", "--yes");
  expect(ran.err + ran.out).toContain("all ready");
  expect(ran.code).toBe(0);
  expect(await remoteKubeconfig(world, "west", "east")).toMatch(/token: eyJ/);
  expect((await mesh.run("verify")).out).toContain("√ verified");
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
  return JSON.parse((await mesh.run("check", "-o", "json", ...more)).out) as Report;
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
  mesh.write(
    (text) =>
      `${byServiceAccounts(text)}        - ${door.trim().replaceAll("\n", "\n          ")}
  issuers:
    - name: acme
      acme: { server: https://acme.mesh.example/directory, email: a@mesh.example, dns01: { rfc2136: { nameserver: 192.0.2.53 } } }
`,
  );
  const ran = await mesh.run("apply", "--yes");
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
  expect((await mesh.run("plan", "--detailed-exitcode")).code).toBe(0);
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
    async () => mesh.run("verify"),
    (ran) => ran.code === 0,
    60,
  );
  expect(verified.out).toContain("https://172.30.");
  expect(verified.out).toContain("v1: asked 90 %");
  expect((await mesh.run("status")).out).toContain("hello-ssl: v1=90 v2=10");
});

it("closes the front door again, and goes back to Rancher's tokens", async () => {
  mesh.write(byHelm);
  expect((await mesh.run("apply", "--yes", "--prune")).code).toBe(0);
  for (const name of ["west", "east"]) {
    const left = await world.kube(world.id(name), "/apis/cert-manager.io/v1/certificates");
    expect(left.json["items"]).toEqual([]);
    const gateway = "/apis/networking.istio.io/v1/namespaces/istio-system/gateways/hello-ssl-gateway";
    expect((await world.kube(world.id(name), gateway)).status).toBe(404);
  }
  expect(await remoteKubeconfig(world, "west", "east")).toContain("token: ext/token-");
  expect((await mesh.run("plan", "--prune", "--detailed-exitcode")).code).toBe(0);
});
