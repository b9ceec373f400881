import { expect, it } from "vitest";
import type { CertManagerFacts } from "../../core/checks/program-facts.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { readCertManager } from "./read-cert-manager.ts";

const acme = { server: "https://acme.example/dir", email: "a@b.example", http01: {} };
const labels = { "app.kubernetes.io/name": "cert-manager" };

function meshWith(issuer: string): Mesh {
  return {
    ...twoClusters,
    issuers: [{ name: "letsencrypt", acme }],
    services: twoClusters.services.map((service) => ({
      ...service,
      routes: service.routes.map((route) => ({ ...route, tls: { secretName: "s", certificate: "s", issuer } })),
    })),
  };
}

async function read(args: readonly string[], issuer = "letsencrypt"): Promise<readonly CertManagerFacts[]> {
  const { server, client } = await connectFake();
  for (const name of ["cert-manager", "webhook"]) {
    server.put({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace: "certs", labels: { "app.kubernetes.io/name": name } },
      spec: { template: { metadata: { labels }, spec: { containers: [{ name, args }] } } },
    });
  }
  return readCertManager(client, meshWith(issuer), new AbortController().signal);
}

const plain = { namespace: "certs", name: "cert-manager", labels };

it.each<[string, readonly string[], Partial<CertManagerFacts>]>([
  ["by default, those of its pods", ["--v=2"], {}],
  [
    "given ones, beside the zone's own",
    ["--dns01-recursive-nameservers=192.0.2.53:53,192.0.2.54:53"],
    { nameservers: ["192.0.2.53:53", "192.0.2.54:53"] },
  ],
  [
    "given ones alone",
    ["--dns01-recursive-nameservers", "192.0.2.53:53", "--dns01-recursive-nameservers-only"],
    { nameservers: ["192.0.2.53:53"], nameserversOnly: true },
  ],
  ["not alone where that is switched off", ["--dns01-recursive-nameservers-only=false"], {}],
  ["unknown ones of a file", ["--config=/var/cert-manager/config.yaml"], { unread: "its configuration file" }],
])("reads which DNS servers the controller asks: %s", async (_, args, expected) => {
  expect(await read(args)).toEqual([{ ...plain, ...expected }]);
});

it("asks of the webhooks of its issuers", async () => {
  const { server, client } = await connectFake();
  server.put({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "cert-manager", namespace: "certs", labels },
    spec: { template: { metadata: { labels }, spec: { containers: [{ name: "cert-manager" }] } } },
  });
  const { http01: _, ...rest } = acme;
  const dns01 = { webhook: { groupName: "acme.syseleven.de", solverName: "designatedns" } };
  const mesh = { ...meshWith("letsencrypt"), issuers: [{ name: "letsencrypt", acme: { ...rest, dns01 } }] };
  expect(await readCertManager(client, mesh, new AbortController().signal)).toEqual([
    { ...plain, webhooks: [{ group: "acme.syseleven.de", state: "missing" }] },
  ]);
});

it("looks for none where no route has its certificate by one", async () => {
  expect(await read([], "another")).toEqual([]);
});
