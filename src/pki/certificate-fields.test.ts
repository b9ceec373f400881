import "reflect-metadata";
import { Buffer } from "node:buffer";
import { X509Certificate, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { describe, expect, it } from "vitest";
import { readFields } from "./certificate-fields.ts";
import { linkOf } from "./certificate-link.ts";
import { readDer, readOid } from "./der.ts";
import { makeCertificate } from "./testing/make-certificate.ts";

/** A self-signed certificate with a key of that kind, DER. */
async function selfSigned(algorithm: object, ...extensions: readonly x509.Extension[]): Promise<Buffer> {
  x509.cryptoProvider.set(webcrypto);
  const keys = await webcrypto.subtle.generateKey(algorithm as webcrypto.EcKeyGenParams, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "O=Ä, CN=root",
    notBefore: new Date("2026-01-01"),
    notAfter: new Date("2027-01-01"),
    signingAlgorithm: algorithm as webcrypto.EcdsaParams,
    keys,
    extensions: [...extensions],
  });
  return Buffer.from(certificate.rawData);
}

const rsa = { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: Uint8Array.from([1, 0, 1]) };

describe("the fields of a certificate", () => {
  it("are what the library that makes certificates reads, extension by extension", async () => {
    const root = await makeCertificate({ name: "root" });
    const signer = await makeCertificate({ name: "signer", issuer: root, pathLength: 0 });
    const made = [root, signer].map(({ pem }) => new X509Certificate(pem).raw);
    const foreign = [
      await selfSigned({ name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" }),
      await selfSigned(
        { ...rsa, hash: "SHA-512" },
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth], true),
        new x509.BasicConstraintsExtension(true, 300, true),
      ),
    ];
    for (const der of [...made, ...foreign]) {
      const fields = readFields(Buffer.from(der));
      const read = new x509.X509Certificate(new Uint8Array(der));
      expect(fields.subject.toString("hex")).toBe(Buffer.from(read.subjectName.toArrayBuffer()).toString("hex"));
      expect(fields.issuer.toString("hex")).toBe(Buffer.from(read.issuerName.toArrayBuffer()).toString("hex"));
      expect([...fields.extensions].map(([id, { critical, value }]) => [id, critical, value.toString("hex")])).toEqual(
        read.extensions.map((one) => [one.type, one.critical, Buffer.from(one.value).toString("hex")]),
      );
      const link = linkOf(new X509Certificate(der));
      expect(link.pathLength).toBe(read.getExtension(x509.BasicConstraintsExtension)?.pathLength);
      expect(link.subjectKeyId).toBe(read.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId);
      expect(link.authorityKeyId).toBe(read.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId);
    }
  });

  it("tell a signature over SHA-1 from others, in RSA-PSS by its parameters", async () => {
    const isWeak = async (algorithm: object): Promise<boolean> =>
      linkOf(new X509Certificate(await selfSigned(algorithm))).weakSignature;
    const pss = { ...rsa, name: "RSA-PSS", saltLength: 20 };
    expect(await isWeak({ ...pss, hash: "SHA-256" })).toBe(false);
    expect(await isWeak({ ...pss, hash: "SHA-1" })).toBe(true);
    expect(await isWeak({ ...rsa, hash: "SHA-1" })).toBe(true);
    expect(await isWeak({ ...rsa, hash: "SHA-384" })).toBe(false);
  });

  it("are refused where something is missing or cut off", () => {
    expect(() => readFields(Buffer.from("30053003020101", "hex"))).toThrow("lacks a field");
    expect(() => readDer(Buffer.from("300502", "hex"))).toThrow("cut off");
    expect(readOid(Buffer.from("2a864886f70d01010a", "hex"))).toBe("1.2.840.113549.1.1.10");
  });
});
