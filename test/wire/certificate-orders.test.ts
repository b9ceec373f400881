import { X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Diagnostic } from "../../src/core/diagnostics/diagnostic.ts";
import { UserError } from "../../src/core/diagnostics/user-error.ts";
import { txtValue } from "../../src/core/front-door/txt-value.ts";
import type { IssuedCertificate } from "../../src/core/render/materials.ts";
import { dnsProofs } from "../../src/engine/front-door/dns-proofs.ts";
import { orderOrKeep } from "../../src/engine/front-door/order-certificate.ts";
import type { CertificateDecision } from "../../src/engine/front-door/plan-certificates.ts";
import { planCertificates } from "../../src/engine/front-door/plan-certificates.ts";
import { parseMeshFile } from "../../src/engine/mesh-file.ts";
import type { FrontDoorCertificate } from "../../src/pki/front-door-certificate.ts";
import { inspectFrontDoor } from "../../src/pki/front-door-certificate.ts";
import { readBundle } from "../../src/pki/pem.ts";
import { createAcmeClient } from "../../src/providers/acme/client.ts";
import { renewalId } from "../../src/providers/acme/renewal-info.ts";
import { ensureGoPart } from "../../src/sandbox/front-door/ensure-go-part.ts";
import { bind } from "../dns-servers/bind.ts";
import type { RunningServer } from "../dns-servers/dns-server.ts";
import { startServer } from "../dns-servers/dns-server.ts";
import type { Pebble } from "../dns-servers/pebble.ts";
import { caDataOf, startPebble } from "../dns-servers/pebble.ts";

const day = 24 * 3600 * 1000;
const signal = new AbortController().signal;
let dns: RunningServer;
let pebble: Pebble;
let folder = "";

beforeAll(async () => {
  const made = await ensureGoPart("pebble", { env: process.env, signal, onProgress: () => {} });
  dns = await startServer(bind);
  pebble = await startPebble({
    pebble: made.programs["pebble"] ?? "",
    dns: `127.0.0.1:${dns.port}`,
    profiles: { default: 90 * 86_400, shortlived: 6 * 86_400 },
    // More than a real server would: each order meets some.
    refusedNonces: 30,
  });
  folder = await mkdtemp(path.join(os.tmpdir(), "isthmus-orders-"));
  await writeFile(path.join(folder, "acme-ca.pem"), pebble.ca);
  await writeFile(path.join(folder, "tsig.key"), dns.secrets.full, { mode: 0o600 });
});

afterAll(async () => {
  await pebble.stop();
  await dns.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Asked {
  readonly hosts: readonly string[];
  /** Further settings of the issuer. */
  readonly issuer?: object;
  readonly tsig?: object;
}

function meshFileOf({ hosts, issuer = {}, tsig = {} }: Asked) {
  const text = JSON.stringify({
    apiVersion: "isthmus.dev/v1alpha1",
    kind: "Mesh",
    metadata: { name: "shop" },
    spec: {
      clusters: [
        { name: "west", context: "west" },
        { name: "east", context: "east" },
      ],
      services: [
        {
          name: "web",
          namespace: "web",
          port: 80,
          versions: { v1: { clusters: ["west", "east"] } },
          routes: [
            {
              name: "web",
              gateway: "web",
              hosts,
              weights: { v1: 100 },
              tls: { secretName: "front", issuer: "public" },
            },
          ],
        },
      ],
      issuers: [
        { name: "public", isthmus: { server: pebble.server, caFile: "acme-ca.pem", profile: "default", ...issuer } },
      ],
      dns: {
        zone: "example.test",
        provider: {
          rfc2136: {
            server: "127.0.0.1",
            port: dns.port,
            tsig: { name: "full", algorithm: "hmac-sha256", secret: { file: "tsig.key" }, ...tsig },
          },
        },
      },
    },
  });
  return parseMeshFile(text, { name: "mesh.yaml", path: path.join(folder, "mesh.yaml"), folder });
}

interface Ordered {
  readonly issued: IssuedCertificate;
  readonly certificate: FrontDoorCertificate;
  readonly warnings: readonly Diagnostic[];
  readonly notes: readonly string[];
}

/** One order of the mesh's only certificate, with what no cluster holds or what is said. */
async function order(asked: Asked, held: Partial<CertificateDecision> = {}): Promise<Ordered> {
  const meshFile = meshFileOf(asked);
  const run = {
    env: { ISTHMUS_DATA_DIR: path.join(folder, "data") },
    now: () => Date.now(),
    signal,
    timeoutMs: 30_000,
  };
  const { decisions } = await planCertificates(meshFile, [], run);
  const [decision] = decisions;
  if (decision === undefined) {
    throw new Error("the mesh has a certificate");
  }
  const warnings: Diagnostic[] = [];
  const notes: string[] = [];
  const issued = await orderOrKeep(
    meshFile,
    { ...decision, ...held },
    { ...run, onWarning: (one) => warnings.push(one), onProgress: (note) => notes.push(note) },
  );
  const certificate = inspectFrontDoor(issued.chain, issued.key);
  if (certificate === undefined) {
    throw new Error("a certificate was issued");
  }
  return { issued, certificate, warnings, notes };
}

async function proofsAt(...names: readonly string[]) {
  const questions = names.map((name) => ({ name: `_acme-challenge.${name}`, type: "TXT" as const }));
  return (await dns.zone().read(questions, signal)).flatMap(({ values }) => values);
}

async function refusal(work: Promise<unknown>): Promise<Diagnostic> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) {
    throw new Error("it was not refused", { cause: error });
  }
  const [diagnostic] = error.diagnostics;
  if (diagnostic === undefined) {
    throw new Error("a refusal says why");
  }
  return diagnostic;
}

describe("an order", () => {
  it("is one for a wildcard and its domain, proven beside the records of others, which stay", async () => {
    const theirs = { name: "_acme-challenge.example.test", type: "TXT" as const, value: txtValue("of somebody else") };
    await dns.zone().update({ prerequisites: [], deletes: [], adds: [{ ...theirs, ttlSeconds: 60 }] }, signal);
    const { certificate, issued, notes, warnings } = await order({ hosts: ["example.test", "*.example.test"] });
    expect(certificate).toMatchObject({
      names: ["*.example.test", "example.test"],
      keyType: "ecdsa-p256",
      flaw: undefined,
    });
    expect(issued).toMatchObject({ server: pebble.server, profile: "default" });
    expect(warnings).toEqual([]);
    expect(notes).toContain("writing 2 TXT records");
    expect(await proofsAt("example.test")).toEqual([theirs.value]);
    // Verified with Pebble's own root, as a client does.
    const [leaf, above] = readBundle(issued.chain).certificates;
    const root = new X509Certificate(await pebble.root());
    expect(above !== undefined && leaf?.verify(above.publicKey)).toBe(true);
    expect(above?.verify(root.publicKey)).toBe(true);
  });

  it("is placed side by side with others for the same name", async () => {
    const all = await Promise.all(
      [1, 2, 3].map(async () => order({ hosts: ["*.many.example.test", "many.example.test"] })),
    );
    expect(new Set(all.map(({ certificate }) => certificate.serial)).size).toBe(3);
    expect(await proofsAt("many.example.test")).toEqual([]);
  });

  it("has the profile and the kind of key that the mesh file says, and keeps the key where it says that", async () => {
    const hosts = ["short.example.test"];
    const first = await order({ hosts, issuer: { profile: "shortlived", keyType: "rsa-2048" } });
    const { notBefore, notAfter, keyType } = first.certificate;
    expect([Math.round((notAfter - notBefore) / day), keyType, first.issued.profile]).toEqual([
      6,
      "rsa-2048",
      "shortlived",
    ]);
    const current = { current: first.issued };
    const kept = await order({ hosts, issuer: { keyType: "rsa-2048", reuseKey: true } }, current);
    expect(kept.issued.key.equals(first.issued.key)).toBe(true);
    const fresh = await order({ hosts, issuer: { keyType: "rsa-2048" } }, current);
    expect(fresh.issued.key.equals(first.issued.key)).toBe(false);
    // A key of the old kind cannot stay.
    const changed = await order({ hosts, issuer: { keyType: "ecdsa-p256", reuseKey: true } }, current);
    expect(changed.certificate.keyType).toBe("ecdsa-p256");
  });

  it("says which certificate it replaces, and is placed without that where the server does not take it", async () => {
    const hosts = ["again.example.test"];
    const first = await order({ hosts });
    const authorityKeyId = first.certificate.authorityKeyId ?? "";
    const replaces = renewalId({ authorityKeyId, serial: first.certificate.serial });
    const second = await order({ hosts }, { replaces });
    // Pebble answers 409 for what is replaced already, 400 for another issuer's, and 500 for a serial number that it does not know.
    const third = await order({ hosts }, { replaces });
    const fourth = await order({ hosts }, { replaces: renewalId({ authorityKeyId: "0102", serial: "03" }) });
    const fifth = await order({ hosts }, { replaces: renewalId({ authorityKeyId, serial: "03" }) });
    const serials = [first, second, third, fourth, fifth].map(({ certificate }) => certificate.serial);
    expect(new Set(serials).size).toBe(5);
  });
});

describe("an order that fails", () => {
  it("names the profiles that there are", async () => {
    const found = await refusal(order({ hosts: ["a.example.test"], issuer: { profile: "classic" } }));
    expect(found.code).toBe("ISM650");
    expect(found.detail).toContain("it has no profile classic, but default, shortlived");
    expect(found.fix).toBe("Write a profile that the server has as profile of issuer public, or none.");
  });

  it("says which server cannot be reached, and that a private one needs its authority", async () => {
    const away = await refusal(order({ hosts: ["a.example.test"], issuer: { server: "https://localhost:9/dir" } }));
    expect([away.code, away.fix]).toEqual([
      "ISM651",
      "See that localhost:9 can be reached from this machine (HTTPS_PROXY is heeded), or correct server of issuer public.",
    ]);
    const meshFile = await refusal(order({ hosts: ["a.example.test"], issuer: { caFile: undefined } }));
    expect(meshFile.fix).toBe(
      "Name the file with the authority of the server's own certificate: caFile of issuer public.",
    );
    const page = await refusal(
      order({ hosts: ["a.example.test"], issuer: { server: pebble.server.replace("/dir", "/nonce-plz") } }),
    );
    expect(page.code).toBe("ISM651");
  });

  it("says what the DNS server refuses, and that no record of ours is left", async () => {
    await writeFile(path.join(folder, "limited.key"), dns.secrets.limited, { mode: 0o600 });
    const tsig = { name: "limited", secret: { file: "limited.key" } };
    const found = await refusal(order({ hosts: ["a.example.test"], tsig }));
    expect(found.code).toMatch(/^ISM63/);
    expect(await proofsAt("a.example.test")).toEqual([]);
  });

  it("says where an alias stands in the way", async () => {
    // A server with a CNAME takes the TXT record without a word and does not keep it.
    const alias = {
      name: "_acme-challenge.alias.example.test",
      type: "CNAME" as const,
      value: "elsewhere.example.test",
    };
    await dns.zone().update({ prerequisites: [], deletes: [], adds: [{ ...alias, ttlSeconds: 60 }] }, signal);
    const found = await refusal(order({ hosts: ["alias.example.test"] }));
    expect([found.code, found.detail]).toEqual([
      "ISM664",
      "_acme-challenge.alias.example.test is an alias of elsewhere.example.test, so that no TXT record can stand there.",
    ]);
  });

  it("goes on with the certificate that clusters hold, and says why", async () => {
    const hosts = ["kept.example.test"];
    const { issued, certificate } = await order({ hosts });
    const verdict = { action: "order" as const, reason: "it is due" };
    const kept = await order({ hosts, issuer: { profile: "classic" } }, { current: issued, verdict });
    expect(kept.certificate.serial).toBe(certificate.serial);
    expect(kept.warnings.map(({ code, severity }) => [code, severity])).toEqual([
      ["ISM650", "warning"],
      ["ISM658", "warning"],
    ]);
    expect(kept.warnings[1]?.detail).toContain(
      "The certificate front (kept.example.test) was to be renewed: it is due.",
    );
  });

  it("looks where the authority looks: a proof that it cannot see is told with its words", async () => {
    const other = await startServer(bind);
    try {
      const text = { server: "127.0.0.1", port: other.port };
      await writeFile(path.join(folder, "other.key"), other.secrets.full, { mode: 0o600 });
      const meshFile = meshFileOf({ hosts: ["blind.example.test"], tsig: { secret: { file: "other.key" } } });
      const moved = parseMeshFile(meshFile.text.replace(`"port":${dns.port}`, `"port":${text.port}`), meshFile);
      const run = {
        env: { ISTHMUS_DATA_DIR: path.join(folder, "data") },
        now: () => Date.now(),
        signal,
        timeoutMs: 30_000,
      };
      const { decisions } = await planCertificates(moved, [], run);
      const [decision] = decisions;
      const silent = { ...run, onWarning: () => {}, onProgress: () => {} };
      const found = await refusal(decision === undefined ? Promise.resolve() : orderOrKeep(moved, decision, silent));
      expect(found.code).toBe("ISM653");
      expect(found.detail).toContain("blind.example.test: unauthorized:");
      expect(found.fix).toContain("_acme-challenge.blind.example.test");
    } finally {
      await other.stop();
    }
  });
});

describe("a server that wants an account at the authority", () => {
  const hmacKey = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
  let strict: Pebble;
  let world: { readonly issuer: object };
  beforeAll(async () => {
    const made = await ensureGoPart("pebble", { env: process.env, signal, onProgress: () => {} });
    strict = await startPebble({
      pebble: made.programs["pebble"] ?? "",
      dns: `127.0.0.1:${dns.port}`,
      settings: { externalAccountBindingRequired: true, externalAccountMACKeys: { "kid-1": hmacKey } },
    });
    await writeFile(path.join(folder, "strict-ca.pem"), strict.ca);
    await writeFile(path.join(folder, "hmac.key"), `${hmacKey}\n`, { mode: 0o600 });
    world = { issuer: { server: strict.server, caFile: "strict-ca.pem" } };
  });
  afterAll(async () => strict.stop());

  it("gets it with the first order", async () => {
    const externalAccount = { keyId: "kid-1", hmacKey: { file: "hmac.key" } };
    const { certificate } = await order({
      hosts: ["bound.example.test"],
      issuer: { ...world.issuer, externalAccount },
    });
    expect(certificate.names).toEqual(["bound.example.test"]);
  });

  it("says where to get one", async () => {
    await rm(path.join(folder, "data", "acme"), { recursive: true });
    const found = await refusal(order({ hosts: ["bound.example.test"], issuer: world.issuer }));
    expect([found.code, found.fix]).toEqual([
      "ISM654",
      "Get a key identifier and an HMAC key from the authority, and write externalAccount: { keyId: …, hmacKey: { file: … } } for issuer public.",
    ]);
    const externalAccount = { keyId: "kid-2", hmacKey: { file: "hmac.key" } };
    const unknown = await refusal(
      order({ hosts: ["bound.example.test"], issuer: { ...world.issuer, externalAccount } }),
    );
    expect(unknown.code).toMatch(/^ISM65[04]$/);
    expect(unknown.detail).not.toContain(hmacKey);
  });
});

describe("a proof", () => {
  it("is served when every server of the zone shows it, whichever of them the authority asks", async () => {
    const secondary = await startServer(bind);
    try {
      const record = { name: "_acme-challenge.late.example.test", value: "digest" };
      const find = async () => [
        { name: "ns1.example.test", address: `127.0.0.1:${dns.port}` },
        { name: "ns2.example.test", address: `127.0.0.1:${secondary.port}` },
        // One that does not answer this machine decides nothing.
        { name: "ns3.example.test", address: "127.0.0.1:9" },
      ];
      const published = { done: false };
      const publishing = dnsProofs(dns.zone(), () => {}, find)
        .publish([record], signal)
        .then(() => (published.done = true));
      await pause(1500);
      expect(published.done).toBe(false);
      const add = { name: record.name, type: "TXT" as const, value: txtValue(record.value), ttlSeconds: 60 };
      await secondary.zone().update({ prerequisites: [], deletes: [], adds: [add] }, signal);
      await publishing;
    } finally {
      await secondary.stop();
    }
  });
});

describe("renewal information", () => {
  it("is a window within the life of a certificate, and none for one that the server does not know", async () => {
    const { certificate } = await order({ hosts: ["window.example.test"], issuer: { profile: "shortlived" } });
    const nobody = { jwk: {}, algorithm: "ES256", sign: (): never => expect.fail("nothing is signed") } as const;
    const client = createAcmeClient({ server: pebble.server, caData: caDataOf(pebble.ca), signer: nobody }, () =>
      Date.now(),
    );
    try {
      const id = renewalId({ authorityKeyId: certificate.authorityKeyId ?? "", serial: certificate.serial });
      const window = await client.renewalWindow(id, signal);
      expect(window?.start).toBeGreaterThan(certificate.notBefore);
      expect(window?.end).toBeLessThan(certificate.notAfter);
      expect(await client.renewalWindow(renewalId({ authorityKeyId: "0102", serial: "03" }), signal)).toBeUndefined();
    } finally {
      await client.close();
    }
  });
});

it("meets nonces that the server refuses, and gets through", () => {
  const count = (what: string): number => pebble.log().split(what).length - 1;
  expect(count("POST /order-plz ")).toBeGreaterThan(count("Added order "));
});
