import "reflect-metadata";
import { Buffer } from "node:buffer";
import { generateKeyPairSync, sign } from "node:crypto";
import { BasicConstraintsExtension, KeyUsageFlags, PemConverter, X509CertificateGenerator } from "@peculiar/x509";
import { describe, expect, it } from "vitest";
import type { Authority } from "../core/render/materials.ts";
import { Secret } from "../core/secret.ts";
import { issueIntermediate } from "./certificate-authority.ts";
import { insideDer } from "./der.ts";
import { inspectAuthority, inspectBundle, inspectCertificate } from "./inspect.ts";
import type { MadeCertificate, MadeOptions } from "./testing/make-certificate.ts";
import { authorityOf, keyOf, lookedAt, makeCertificate } from "./testing/make-certificate.ts";

const [clientAuth, serverAuth] = ["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"];
const past = new Date("2026-11-22T12:00:00Z");
const later = new Date("2026-11-24T12:00:00Z");

/** A root, an issuing authority and an intermediate below it, each with what a case changes. */
async function threeTiers(
  change: { readonly root?: object; readonly issuing?: object; readonly signer?: object } = {},
): Promise<Record<"root" | "issuing" | "signer", MadeCertificate>> {
  const root = await makeCertificate({ name: "root", ...change.root });
  const issuing = await makeCertificate({ name: "issuing", issuer: root, ...change.issuing });
  const signer = await makeCertificate({ name: "signer", issuer: issuing, pathLength: 0, ...change.signer });
  return { root, issuing, signer };
}

async function twoTiers(
  change: { readonly root?: Partial<MadeOptions>; readonly signer?: Partial<MadeOptions> } = {},
): Promise<Record<"root" | "signer", MadeCertificate>> {
  const root = await makeCertificate({ name: "root", ...change.root });
  const signer = await makeCertificate({ name: "signer", issuer: root, pathLength: 0, ...change.signer });
  return { root, signer };
}

function judged(authority: Authority): string {
  const { flaw, above } = inspectAuthority(authority, lookedAt);
  return flaw === undefined
    ? `sound below ${above.map(({ subject }) => subject).join(", ")}`
    : `${flaw.effect}: ${flaw.words}`;
}

describe("an authority that istiod starts with and every proxy accepts", () => {
  it("may have any number of authorities above it", async () => {
    const { root, issuing, signer } = await threeTiers();
    expect(judged(await authorityOf(signer, [issuing, root], [root]))).toBe("sound below CN=issuing, CN=root");
    const fourth = await makeCertificate({ name: "fourth", issuer: signer });
    const open = await threeTiers({ signer: { pathLength: undefined } });
    const below = await makeCertificate({ name: "below", issuer: open.signer });
    expect(judged(await authorityOf(below, [open.issuing, open.signer], [open.root]))).toBe(
      "sound below CN=signer, CN=issuing, CN=root",
    );
    expect(judged(await authorityOf(fourth, [signer, issuing], [root]))).toBe(
      'proxies: "CN=signer" allows 0 authorities below it (pathlen:0), and there is 1',
    );
  });

  it("may have its chain in any order, with or without the root", async () => {
    const { root, issuing, signer } = await threeTiers();
    const authority = await authorityOf(signer, [issuing], [root]);
    for (const certChain of [issuing.pem + signer.pem, root.pem + issuing.pem + signer.pem]) {
      expect(judged({ ...authority, certChain })).toMatch(/^sound/);
    }
  });

  it("may trust several roots, in either order", async () => {
    const { root, signer } = await twoTiers();
    const other = await makeCertificate({ name: "other" });
    expect(judged(await authorityOf(signer, [root], [root, other]))).toBe("sound below CN=root");
    expect(judged(await authorityOf(signer, [root], [other, root]))).toBe("sound below CN=root");
    expect(inspectAuthority(await authorityOf(signer, [root], [other, root]), lookedAt).roots).toHaveLength(2);
  });

  it("may trust no more than the authority right above it, which need not be a root", async () => {
    const { issuing, signer } = await threeTiers();
    expect(judged(await authorityOf(signer, [issuing], [issuing]))).toBe("sound below CN=issuing");
  });

  it("may be a root itself, as istiod makes one", async () => {
    const own = await makeCertificate({ name: "own" });
    expect(judged({ ...(await authorityOf(own, [], [own])), certChain: "" })).toBe("sound below ");
  });

  it("may trust a root that was renewed with its key", async () => {
    const { root, signer } = await twoTiers();
    const renewed = await makeCertificate({ name: "root", keys: root.keys, notAfter: new Date("2040-01-01") });
    const { above } = inspectAuthority(await authorityOf(signer, [root], [renewed]), lookedAt);
    const old = inspectAuthority(await authorityOf(signer, [root], [root]), lookedAt).above;
    expect(above[0]?.identity).toBe(old[0]?.identity);
    expect(above[0]?.fingerprint).not.toBe(old[0]?.fingerprint);
  });

  it("may have text between its certificates, as openssl writes it", async () => {
    const { root, signer } = await twoTiers();
    const authority = await authorityOf(signer, [root], [root]);
    expect(judged({ ...authority, rootCert: `subject=root\n\n${root.pem}\nthe end - of it` })).toMatch(/^sound/);
  });

  it.each([
    ["ecdsa-p256", "sec1"],
    ["ecdsa-p256", "pkcs8"],
    ["rsa-2048", "pkcs1"],
    ["rsa-2048", "pkcs8"],
  ] as const)("may have a key of type %s in the form %s", async (keyType, form) => {
    const { root, signer } = await twoTiers({ signer: { keyType } });
    const authority = await authorityOf(signer, [root], [root]);
    expect(judged({ ...authority, caKey: await keyOf(signer, form) })).toMatch(/^sound/);
  });

  it("may be one whose dates are not right: that is told by itself", async () => {
    const { root, signer } = await twoTiers({ root: { notAfter: past }, signer: { notBefore: later } });
    expect(judged(await authorityOf(signer, [root], [root]))).toMatch(/^sound/);
  });

  it("is led by the certificates that are valid now, where several ways go up", async () => {
    const { root, issuing, signer } = await threeTiers();
    const ended = await makeCertificate({ name: "issuing", issuer: root, keys: issuing.keys, notAfter: past });
    const { above } = inspectAuthority(await authorityOf(signer, [ended, issuing], [root]), lookedAt);
    expect(above[0]?.notAfter.getTime()).toBeGreaterThan(lookedAt.getTime());
  });
});

describe("an authority with a flaw", () => {
  it("has a root that is not trusted", async () => {
    const { root, signer } = await twoTiers();
    const [other, namesake] = [await makeCertificate({ name: "other" }), await makeCertificate({ name: "root" })];
    expect(judged(await authorityOf(signer, [root], [other]))).toBe(
      'istiod: ca-cert.pem leads to the root "CN=root", which root-cert.pem does not hold',
    );
    expect(judged(await authorityOf(signer, [], [namesake]))).toBe(
      'istiod: ca-cert.pem is not signed by the certificate "CN=root" that it names',
    );
  });

  it("lacks the authority between", async () => {
    const { root, signer } = await threeTiers();
    expect(judged(await authorityOf(signer, [], [root]))).toBe(
      'istiod: ca-cert.pem is issued by "CN=issuing", which is in neither cert-chain.pem nor root-cert.pem',
    );
  });

  it("names its root in other letters: to istiod that is another one", async () => {
    const root = await makeCertificate({ name: "Mesh Root" });
    const signer = await makeCertificate({ name: "signer", issuer: { ...root, name: "MESH ROOT" }, pathLength: 0 });
    expect(judged(await authorityOf(signer, [root], [root]))).toBe(
      'istiod: ca-cert.pem is signed by "CN=Mesh Root", and names it "CN=MESH ROOT" in other letters or another encoding of them, which istiod does not take for the same',
    );
  });

  it("is not sent along with what it signs", async () => {
    const { root, signer } = await twoTiers();
    expect(judged({ ...(await authorityOf(signer, [root], [root])), certChain: root.pem })).toBe(
      "proxies: cert-chain.pem does not hold ca-cert.pem, so that nobody is sent it",
    );
  });

  it("is sent along behind an old one of the same name and key identifier", async () => {
    const { root, signer } = await twoTiers({ signer: { keyId: "aabb" } });
    const old = await makeCertificate({ name: "signer", issuer: root, keyId: "aabb" });
    const authority = await authorityOf(signer, [root], [root]);
    expect(judged({ ...authority, certChain: old.pem + authority.certChain })).toMatch(
      /^proxies: another certificate with the subject of ca-cert.pem comes before it/,
    );
  });

  it("must have a key of a curve that Go and Envoy read", async () => {
    const { root } = await twoTiers();
    const keys = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
    const certificate = await X509CertificateGenerator.create({
      subject: "CN=signer",
      issuer: "CN=root",
      notBefore: past,
      notAfter: later,
      signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
      publicKey: keys.publicKey.export({ format: "der", type: "spki" }),
      signingKey: root.keys.privateKey,
      extensions: [new BasicConstraintsExtension(true, 0, true)],
    });
    const pem = `${certificate.toString("pem")}\n`;
    const authority = {
      caCert: pem,
      caKey: new Secret(keys.privateKey.export({ format: "pem", type: "sec1" }).toString()),
      certChain: pem,
      rootCert: root.pem,
    };
    expect(judged(authority)).toBe(
      "istiod: the key of ca-cert.pem is of the curve secp256k1, which istiod does not read",
    );
  });

  it("must be signed by a key of a curve that Go and Envoy read, too", async () => {
    const { root, signer } = await twoTiers();
    const keys = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
    const unread = await X509CertificateGenerator.create({
      subject: "CN=root",
      issuer: "CN=root",
      notBefore: past,
      notAfter: later,
      signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
      publicKey: keys.publicKey.export({ format: "der", type: "spki" }),
      signingKey: root.keys.privateKey,
      extensions: [new BasicConstraintsExtension(true, undefined, true)],
    });
    // The library signs with no such key: the signature is put in the place of its own.
    const [tbs, algorithm] = insideDer(Buffer.from(signer.certificate.rawData));
    const signature = sign("sha256", tbs?.whole ?? Buffer.alloc(0), keys.privateKey);
    const parts = [tbs?.whole, algorithm?.whole, Buffer.from([3, signature.length + 1, 0]), signature];
    const content = Buffer.concat(parts.filter((part) => part !== undefined));
    const length = Buffer.alloc(2);
    length.writeUInt16BE(content.length);
    const whole = Buffer.concat([Buffer.from([0x30, 0x82]), length, content]);
    const pem = `${PemConverter.encode(whole, "CERTIFICATE")}\n`;
    const authority = await authorityOf(signer, [], [root]);
    expect(judged({ ...authority, caCert: pem, certChain: pem, rootCert: `${unread.toString("pem")}\n` })).toBe(
      'istiod: the key of "CN=root", which signed ca-cert.pem, is of the curve secp256k1, which neither istiod nor Envoy reads',
    );
  });

  it.each<[string, Parameters<typeof threeTiers>[0], string]>([
    [
      "an issuing authority that is none",
      { issuing: { ca: false } },
      'istiod: "CN=issuing", which signed ca-cert.pem, is not a certificate authority (CA:FALSE)',
    ],
    [
      "an issuing authority without the right to sign",
      { issuing: { usages: KeyUsageFlags.digitalSignature } },
      'istiod: the keyUsage of "CN=issuing", which signed ca-cert.pem, does not allow it to sign certificates',
    ],
    ["no authority at all", { signer: { ca: false } }, "istiod: ca-cert.pem is not a certificate authority (CA:FALSE)"],
    [
      "a root that allows no authority below the issuing one",
      { root: { pathLength: 0 } },
      'istiod: "CN=root" allows 0 authorities below it (pathlen:0), and there is 1',
    ],
    [
      "an issuing authority that allows none below it, which istiod does not mind",
      { issuing: { pathLength: 0 } },
      'proxies: "CN=issuing" allows 0 authorities below it (pathlen:0), and there is 1',
    ],
    [
      "an intermediate without the right to sign, which istiod does not mind",
      { signer: { usages: KeyUsageFlags.digitalSignature } },
      "proxies: the keyUsage of ca-cert.pem does not allow it to sign certificates",
    ],
    [
      "an intermediate that is for clients only",
      { signer: { purposes: [clientAuth] } },
      "istiod: the extendedKeyUsage of ca-cert.pem leaves out serverAuth",
    ],
    [
      "an issuing authority that is for servers only, which istiod does not mind",
      { issuing: { purposes: [serverAuth] } },
      'proxies: the extendedKeyUsage of "CN=issuing" leaves out clientAuth',
    ],
    [
      "an issuing authority for any purpose, which istiod takes for all and Envoy for none",
      { issuing: { purposes: ["2.5.29.37.0"] } },
      'proxies: the extendedKeyUsage of "CN=issuing" leaves out serverAuth and clientAuth',
    ],
    [
      "a signature that is too weak",
      { issuing: { hash: "SHA-1" } },
      'istiod: "CN=issuing" is signed over SHA-1 or MD5, which istiod does not verify',
    ],
  ])("has %s", async (_name, change, expected) => {
    const { root, issuing, signer } = await threeTiers(change);
    expect(judged(await authorityOf(signer, [issuing, root], [root]))).toBe(expected);
  });

  it("has two roots of one subject that nothing tells apart: Envoy tries the first only", async () => {
    const { root, signer } = await twoTiers({ root: { keyId: false }, signer: { keyId: false } });
    const twin = await makeCertificate({ name: "root", keyId: false });
    expect(judged(await authorityOf(signer, [root], [root, twin]))).toMatch(/^sound/);
    expect(judged(await authorityOf(signer, [root], [twin, root]))).toBe(
      'proxies: root-cert.pem holds several certificates "CN=root" that no key identifier tells apart, and the first of them did not sign ca-cert.pem',
    );
    const told = await twoTiers();
    const other = await makeCertificate({ name: "root" });
    expect(judged(await authorityOf(told.signer, [told.root], [other, told.root]))).toMatch(/^sound/);
  });

  it("has a certificate in its chain that cannot be read, which Go passes over and Envoy does not", async () => {
    const { root, signer } = await twoTiers();
    const authority = await authorityOf(signer, [root], [root]);
    const damaged = root.pem.replace("MII", "AAA");
    expect(judged({ ...authority, certChain: signer.pem + damaged })).toBe(
      "proxies: cert-chain.pem holds a certificate that cannot be read",
    );
  });

  it("has a root that ends on the line on which the next one begins: istiod reads neither of them, and Envoy nothing at all", async () => {
    const { root, signer } = await twoTiers();
    const [former, next] = [await makeCertificate({ name: "former" }), await makeCertificate({ name: "next" })];
    const authority = await authorityOf(signer, [root], [root]);
    const glued = `${former.pem.trimEnd()}${next.pem.trimEnd()}\n`;
    const withRoots = (rootCert: string): string => judged({ ...authority, rootCert });
    expect(inspectBundle(glued + root.pem).map(({ subject }) => subject)).toEqual(["CN=root"]);
    expect(withRoots(glued + root.pem)).toBe("proxies: root-cert.pem holds a certificate that cannot be read");
    expect(withRoots(`${root.pem.trimEnd()}${next.pem}`)).toMatch(/^istiod: .*root-cert.pem/);
    expect(withRoots(`${former.pem}${root.pem.trimEnd()}`)).toMatch(/^sound/);
    expect(withRoots((former.pem + root.pem).replaceAll("\n", "\r\n"))).toMatch(/^sound/);
  });

  it("has a key that is another's, is no key, or stands behind something else", async () => {
    const { root, signer } = await twoTiers();
    const authority = await authorityOf(signer, [root], [root]);
    const withKey = (text: string): string => judged({ ...authority, caKey: new Secret(text) });
    expect(withKey((await keyOf(root)).expose())).toBe("istiod: ca-key.pem does not belong to ca-cert.pem");
    expect(withKey("nothing")).toBe("istiod: ca-key.pem is not PEM");
    const parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    expect(withKey(parameters + authority.caKey.expose())).toMatch(
      /^istiod: ca-key.pem begins with a block EC PARAMETERS/,
    );
    expect(withKey(authority.caKey.expose().replace("PRIVATE KEY-----\nM", "PRIVATE KEY-----\nA"))).toBe(
      "istiod: ca-key.pem holds no private key that can be read without a passphrase",
    );
  });

  it("is called by the names that its Secret has", async () => {
    const { root, issuing, signer } = await threeTiers();
    const authority = { ...(await authorityOf(signer, [issuing], [root])), form: "tls" } as const;
    expect(judged({ ...authority, caKey: await keyOf(root) })).toBe("istiod: tls.key does not belong to tls.crt");
    expect(judged({ ...authority, certChain: signer.pem + root.pem })).toBe(
      'istiod: tls.crt is issued by "CN=issuing", which is in neither tls.crt nor ca.crt',
    );
  });
});

describe("an intermediate that isthmus issues", () => {
  it("names its root by the key identifier that the root has, however that was made", async () => {
    const root = await makeCertificate({ name: "root", keyId: "00112233" });
    const issued = await issueIntermediate(
      { certificate: root.pem, trusted: root.pem, key: await keyOf(root) },
      { cluster: "west", keyType: "ecdsa-p256", validitySeconds: 3600 },
      lookedAt,
    );
    expect(judged(issued)).toBe("sound below CN=root");
  });

  it("names none where the root has none, and trusts everything that the root's file holds", async () => {
    const root = await makeCertificate({ name: "root", keyId: false, keyType: "rsa-2048" });
    const old = await makeCertificate({ name: "old" });
    const issued = await issueIntermediate(
      { certificate: root.pem, trusted: old.pem + root.pem, key: await keyOf(root) },
      { cluster: "west", keyType: "ecdsa-p256", validitySeconds: 3600 },
      lookedAt,
    );
    expect(judged(issued)).toBe("sound below CN=root");
    expect(inspectAuthority(issued, lookedAt).roots).toHaveLength(2);
  });
});

it("reads a certificate without a subject, as ACME servers make them that leave the common name out", async () => {
  const root = await makeCertificate({ name: "root" });
  const { pem } = await makeCertificate({ name: "", issuer: root, ca: false, hosts: ["a.example"] });
  expect(inspectCertificate(pem)).toMatchObject({ subject: "", issuer: "CN=root" });
  expect(inspectBundle(pem)).toHaveLength(1);
});
