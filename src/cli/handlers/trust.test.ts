import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import type { Authority } from "../../core/render/materials.ts";
import type { MadeCertificate, MadeOptions } from "../../pki/testing/make-certificate.ts";
import { authorityOf, keyOf, makeCertificate } from "../../pki/testing/make-certificate.ts";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west", "east"]);
});

afterEach(async () => {
  await world.close();
});

const day = 24 * 3600 * 1000;

async function make(options: MadeOptions): Promise<MadeCertificate> {
  return makeCertificate({
    notBefore: new Date(Date.now() - 30 * day),
    notAfter: new Date(Date.now() + 300 * day),
    ...options,
  });
}

/** `cacerts` that somebody made, in one of its forms. */
function putCacerts(cluster: string, data: Readonly<Record<string, string>>): void {
  const server = world.servers[cluster];
  server?.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "istio-system" } });
  server?.put({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "cacerts", namespace: "istio-system" },
    type: data["tls.crt"] === undefined ? "Opaque" : "kubernetes.io/tls",
    data: Object.fromEntries(
      Object.entries(data).map(([key, text]) => [key, Buffer.from(text, "utf8").toString("base64")]),
    ),
  });
}

function pemForm({ caCert, caKey, certChain, rootCert }: Authority): Readonly<Record<string, string>> {
  return {
    "ca-cert.pem": caCert,
    "ca-key.pem": caKey.expose(),
    "cert-chain.pem": certChain,
    "root-cert.pem": rootCert,
  };
}

/** Puts a root beside the mesh file, where it names it. */
async function nameRoot(certificates: string, signer: MadeCertificate): Promise<void> {
  const file = path.join(world.folder, "mesh.yaml");
  const mesh = parse(await readFile(file, "utf8")) as { readonly spec: Record<string, unknown> };
  mesh.spec["trust"] = { root: { certFile: "ca.pem", keyFile: "ca.key" } };
  await writeFile(file, stringify(mesh));
  await writeFile(path.join(world.folder, "ca.pem"), certificates);
  await writeFile(path.join(world.folder, "ca.key"), (await keyOf(signer)).expose(), { mode: 0o600 });
}

function cacertsOf(cluster: string): Readonly<Record<string, string>> {
  const found = world.servers[cluster]?.store.find({ apiVersion: "v1", kind: "Secret" }, "istio-system", "cacerts");
  const data = (found?.["data"] ?? {}) as Readonly<Record<string, string>>;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]),
  );
}

describe("the cacerts that clusters have already", () => {
  it("are accepted from a PKI of three tiers", async () => {
    const root = await make({ name: "root" });
    const issuing = await make({ name: "issuing", issuer: root });
    for (const name of ["west", "east"]) {
      const signer = await make({ name, issuer: issuing, pathLength: 0 });
      putCacerts(name, pemForm(await authorityOf(signer, [issuing, root], [root])));
    }
    const ran = await world.run("plan");
    expect(ran.code).toBe(0);
    expect(ran.err).not.toMatch(/ISM5(0\d|1[01])/);
  });

  it.each([
    ["the old one first", false],
    ["the new one first", true],
  ])("are accepted in the middle of a rotation of the root, %s", async (_name, newFirst) => {
    const [old, next] = [await make({ name: "old" }), await make({ name: "next" })];
    const bundle = newFirst ? [next, old] : [old, next];
    const [west, east] = [await make({ name: "west", issuer: old }), await make({ name: "east", issuer: next })];
    putCacerts("west", pemForm(await authorityOf(west, [old], bundle)));
    putCacerts("east", pemForm(await authorityOf(east, [next], bundle)));
    for (const known of [undefined, old, next]) {
      if (known !== undefined) {
        await nameRoot(known.pem, known);
      }
      const ran = await world.run("plan");
      expect(ran.code).toBe(0);
      expect(ran.err).not.toMatch(/ISM5(0\d|1[01])/);
    }
  });

  it("are read in the form of a kubernetes.io/tls Secret, and kept in it", async () => {
    const root = await make({ name: "root" });
    const made: Record<string, Readonly<Record<string, string>>> = {};
    for (const name of ["west", "east"]) {
      const signer = await make({ name, issuer: root, pathLength: 0 });
      made[name] = { "tls.crt": signer.pem, "tls.key": (await keyOf(signer)).expose(), "ca.crt": root.pem };
      putCacerts(name, made[name]);
    }
    const ran = await world.run("apply --yes --timeout 5s");
    expect(ran.err).not.toMatch(/ISM50\d/);
    expect(cacertsOf("west")).toEqual(made["west"]);
    expect(cacertsOf("east")).toEqual(made["east"]);
  });

  it("are replaced in that form when the intermediate has ended", async () => {
    const root = await make({ name: "root" });
    await nameRoot(root.pem, root);
    const ended = await make({ name: "west", issuer: root, pathLength: 0, notAfter: new Date(Date.now() - day) });
    putCacerts("west", { "tls.crt": ended.pem, "tls.key": (await keyOf(ended)).expose(), "ca.crt": root.pem });
    await world.run("apply --yes --timeout 5s --force-conflicts");
    const found = cacertsOf("west");
    expect(Object.keys(found).toSorted()).toEqual(["ca.crt", "tls.crt", "tls.key"]);
    expect(found["tls.crt"]).not.toBe(ended.pem);
  });

  it("are refused where a part of either form is missing", async () => {
    const root = await make({ name: "root" });
    const signer = await make({ name: "west", issuer: root });
    putCacerts("west", { "tls.crt": signer.pem, "tls.key": (await keyOf(signer)).expose() });
    putCacerts("east", { "root-cert.pem": root.pem, "ca-cert.pem": root.pem });
    const ran = await world.run("plan");
    expect(ran.code).toBe(1);
    expect(ran.err).toContain("ca.crt is missing");
    expect(ran.err).toContain("ca-key.pem, cert-chain.pem are missing");
  });

  it("are refused where one cluster does not trust what another signs", async () => {
    const [old, next] = [await make({ name: "old" }), await make({ name: "next" })];
    const [west, east] = [await make({ name: "west", issuer: old }), await make({ name: "east", issuer: next })];
    putCacerts("west", pemForm(await authorityOf(west, [old], [old])));
    putCacerts("east", pemForm(await authorityOf(east, [next], [old, next])));
    const ran = await world.run("plan");
    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/ISM504[\s\S]*workloads of\s+west refuse those of\s+east/);
  });
});

describe("a root that the mesh file names", () => {
  const ended = new Date(Date.now() - day);
  const later = new Date(Date.now() + day);
  it.each<[string, Partial<MadeOptions>, RegExp]>([
    ["is the certificate of a server", { ca: false }, /not a certificate authority/],
    ["allows no authority below it", { pathLength: 0 }, /allows no authority below it/],
    ["may not sign", { usages: 1 }, /keyCertSign/],
    ["has ended", { notAfter: ended }, /ended on/],
    ["is not valid yet", { notBefore: later }, /valid only from/],
  ])("is refused by name before anything is written when it %s", async (_name, change, words) => {
    const root = await make({ name: "root", ...change });
    await nameRoot(root.pem, root);
    for (const command of ["plan", "apply --yes"]) {
      const ran = await world.run(command);
      expect(ran.code).toBe(1);
      expect(ran.err).toContain("ISM508");
      expect(ran.err.replaceAll(/\s+/g, " ")).toMatch(words);
      expect(ran.err.replaceAll(/\s+/g, "")).toContain("ca.pem");
    }
    const writes = Object.values(world.servers).flatMap((server) =>
      server.requests.filter(({ method }) => method !== "GET"),
    );
    expect(writes).toEqual([]);
  });

  it("signs with the certificate that its key belongs to, and is trusted with all that its file holds", async () => {
    const [old, next] = [await make({ name: "old" }), await make({ name: "next" })];
    const west = await make({ name: "west", issuer: old });
    putCacerts("west", pemForm(await authorityOf(west, [old], [old, next])));
    await nameRoot(next.pem, next);
    const short = await world.run("plan");
    expect(short.code).toBe(1);
    expect(short.err).toContain("ISM509");
    await nameRoot(old.pem + next.pem, next);
    await world.run("apply --yes --timeout 5s");
    const found = cacertsOf("east");
    expect(found["root-cert.pem"]).toBe(old.pem + next.pem);
    expect(found["cert-chain.pem"]).toContain(next.pem.trim());
  });
});
