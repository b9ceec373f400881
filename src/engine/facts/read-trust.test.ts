import { beforeAll, describe, expect, it } from "vitest";
import type { Service } from "../../core/model/mesh.ts";
import { Secret } from "../../core/secret.ts";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import type { Authority } from "../../core/render/materials.ts";
import type { WireObject } from "../../kube/fake/fake-store.ts";
import { inspectCertificate } from "../../pki/inspect.ts";
import type { MadeCertificate } from "../../pki/testing/make-certificate.ts";
import { authorityOf, keyOf, lookedAt, makeCertificate } from "../../pki/testing/make-certificate.ts";
import type { ClusterState } from "./cluster-state.ts";
import { readAuthorityFacts, readTlsSecrets } from "./read-trust.ts";
import { signal, wireCluster, wireData, wireObject } from "./testing/wire-cluster.ts";

const namespace = "istio-system";
let root: MadeCertificate;
let upper: MadeCertificate;
let signer: MadeCertificate;
let server: MadeCertificate;

beforeAll(async () => {
  root = await makeCertificate({ name: "root" });
  upper = await makeCertificate({ name: "upper", issuer: root });
  signer = await makeCertificate({ name: "signer", issuer: upper });
  server = await makeCertificate({
    name: "server",
    issuer: root,
    ca: false,
    hosts: ["shop.example", "www.shop.example"],
  });
});

/** What is public of a certificate, as checks have it. */
function publicOf({ pem, name }: MadeCertificate): object {
  const { fingerprint, identity } = inspectCertificate(pem);
  return {
    subject: `CN=${name}`,
    fingerprint,
    identity,
    notBefore: "2025-11-23T12:00:00.000Z",
    notAfter: "2027-11-23T12:00:00.000Z",
  };
}

describe("the facts of cacerts", () => {
  async function read(
    facts: Partial<Pick<ClusterState, "authority" | "authorityLacks">>,
    objects: readonly WireObject[] = [],
  ): Promise<object> {
    const { client } = await wireCluster(objects);
    const all = { authority: undefined, authorityLacks: [], ...facts } as unknown as ClusterState;
    return readAuthorityFacts(client, all, { signal, now: lookedAt });
  }

  it("are its certificates, when it was made, and when it was written last", async () => {
    const metadata = {
      creationTimestamp: "2026-11-01T00:00:00Z",
      managedFields: [
        { manager: "a", time: "2026-11-03T00:00:00Z" },
        { manager: "b", time: "2026-11-02T00:00:00Z" },
        { manager: "c" },
      ],
    };
    const authority = await authorityOf(signer, [upper], [root]);
    expect(await read({ authority }, [wireObject("Secret", { namespace, name: "cacerts", ...metadata })])).toEqual({
      kind: "present",
      created: "2026-11-01T00:00:00Z",
      changed: "2026-11-03T00:00:00Z",
      roots: [publicOf(root)],
      intermediate: publicOf(signer),
      above: [publicOf(upper), publicOf(root)],
    });
  });

  it("say nothing of times that the API server does not tell", async () => {
    const authority = await authorityOf(signer, [upper], [root]);
    expect(await read({ authority })).toMatchObject({ kind: "present", created: "", changed: "" });
  });

  it("are none without the Secret, or name the parts that it lacks", async () => {
    expect(await read({})).toEqual({ kind: "missing" });
    expect(await read({ authorityLacks: ["ca-key.pem"] })).toEqual({
      kind: "broken",
      flaw: "ca-key.pem is missing",
      effect: "istiod",
    });
  });

  it("say what is broken, and for whom", async () => {
    const good = await authorityOf(signer, [upper], [root]);
    const otherKey: Authority = { ...good, caKey: await keyOf(root) };
    expect(await read({ authority: otherKey })).toEqual({
      kind: "broken",
      flaw: "ca-key.pem does not belong to ca-cert.pem",
      effect: "istiod",
    });
    expect(await read({ authority: { ...good, certChain: signer.pem } })).toMatchObject({ kind: "broken" });
    const noText: Authority = { ...good, caCert: "no certificate", caKey: new Secret("") };
    expect(await read({ authority: noText })).toEqual({
      kind: "broken",
      flaw: "a part is not readable: ca-cert.pem is not PEM",
      effect: "istiod",
    });
  });
});

describe("the TLS Secrets that routes name", () => {
  const services = (...names: readonly string[]): readonly Service[] =>
    twoClusters.services.map((service) => ({
      ...service,
      routes: service.routes.flatMap((route) => [
        route,
        ...names.map((secretName) => ({ ...route, tls: { secretName } })),
      ]),
    }));

  async function read(names: readonly string[], secrets: Readonly<Record<string, Readonly<Record<string, string>>>>) {
    const objects = Object.entries(secrets).map(([name, data]) =>
      wireObject(
        "Secret",
        {
          namespace,
          name,
          ...(name === "ordered" ? { annotations: { "isthmus.dev/acme-server": "https://acme.example/dir" } } : {}),
        },
        { data: wireData(data) },
      ),
    );
    const { client } = await wireCluster(objects);
    return readTlsSecrets(client, services(...names), signal);
  }

  it("have their certificate's times, hosts and fingerprint, and whether the key is its own", async () => {
    const { fingerprint } = inspectCertificate(server.pem);
    const certificate = {
      present: true,
      fingerprint,
      notBefore: "2025-11-23T12:00:00.000Z",
      notAfter: "2027-11-23T12:00:00.000Z",
      hosts: ["shop.example", "www.shop.example"],
    };
    const [own, other] = [(await keyOf(server)).expose(), (await keyOf(root)).expose()];
    const found = await read(["door", "generic", "mixed-up", "no-key", "ordered", "door"], {
      door: { "tls.crt": server.pem, "tls.key": own },
      generic: { cert: server.pem, key: own },
      "mixed-up": { "tls.crt": server.pem, "tls.key": other },
      "no-key": { "tls.crt": server.pem },
      ordered: { "tls.crt": server.pem, "tls.key": own },
    });
    expect(found).toEqual([
      { name: "door", ...certificate, keyFits: true },
      { name: "generic", ...certificate, keyFits: true },
      { name: "mixed-up", ...certificate, keyFits: false },
      { name: "no-key", ...certificate },
      { name: "ordered", ...certificate, keyFits: true, acmeServer: "https://acme.example/dir" },
    ]);
  });

  it("are looked for where they are made by mistake, and have what fills them", async () => {
    const certificate = (where: string, name: string, secretName: string): WireObject => ({
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { namespace: where, name, managedFields: [{ manager: "helm", time: "2026-01-01T00:00:00Z" }] },
      spec: {
        secretName,
        dnsNames: ["shop.example"],
        issuerRef: { name: "le", kind: where === namespace ? "ClusterIssuer" : "Issuer" },
      },
    });
    const issued = [
      { manager: "isthmus", time: "2026-01-01T00:00:00Z" },
      { manager: "cert-manager-certificates-issuing", time: "2026-01-02T00:00:00Z" },
    ];
    const objects = [
      wireObject("Secret", { namespace: "sample", name: "astray" }, { data: wireData({ "tls.crt": server.pem }) }),
      wireObject("Secret", { namespace: "sample", name: "door" }),
      wireObject("Secret", { namespace, name: "door", managedFields: issued }),
      certificate("sample", "hello", "astray"),
      certificate(namespace, "front", "door"),
    ];
    const kinds = [
      { apiVersion: "cert-manager.io/v1", kind: "Certificate", plural: "certificates", namespaced: true },
    ] as const;
    const { client } = await wireCluster(objects, { kinds });
    expect(await readTlsSecrets(client, services("astray", "door"), signal)).toEqual([
      {
        name: "astray",
        present: false,
        elsewhere: [
          { kind: "Certificate", namespace: "sample", name: "hello", hosts: ["shop.example"], issuer: "le" },
          { kind: "Secret", namespace: "sample", name: "astray", hosts: ["shop.example", "www.shop.example"] },
        ],
      },
      {
        name: "door",
        present: true,
        certificate: "istio-system/front",
        certificateWritten: { by: "helm", at: "2026-01-01T00:00:00Z" },
        issuance: {
          ready: false,
          issuance: { isRunning: false, challenges: [] },
          issuer: { kind: "ClusterIssuer", name: "le", state: "missing" },
        },
        written: { by: "cert-manager-certificates-issuing", at: "2026-01-02T00:00:00Z" },
      },
    ]);
  });

  it("say where nobody may see who fills them", async () => {
    const kinds = [
      { apiVersion: "cert-manager.io/v1", kind: "Certificate", plural: "certificates", namespaced: true },
    ] as const;
    const { client, server: api } = await wireCluster([wireObject("Secret", { namespace, name: "door" })], { kinds });
    api.inject({ kind: "status", status: 403 }, { times: 9, matches: ({ url }) => url.includes("/certificates") });
    expect(await readTlsSecrets(client, services("door"), signal)).toEqual([
      { name: "door", present: true, writersUnread: true },
    ]);
  });

  it("are not there, or hold no certificate that can be read", async () => {
    expect(await read(["gone", "empty", "text"], { empty: {}, text: { "tls.crt": "no certificate" } })).toEqual([
      { name: "gone", present: false },
      { name: "empty", present: true },
      { name: "text", present: true },
    ]);
  });
});
