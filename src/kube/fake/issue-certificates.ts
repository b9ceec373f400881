import "reflect-metadata";
import { createPrivateKey, webcrypto } from "node:crypto";
import { Buffer } from "node:buffer";
import * as x509 from "@peculiar/x509";

x509.cryptoProvider.set(webcrypto);

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** An authority for a fake server, and what it issues. All texts are PEM. */
export interface FakeAuthority {
  readonly certificate: string;
  /** A certificate for a server (with `ip` or `dns` as its only name) or a client (with neither). */
  issue(wish: {
    readonly commonName: string;
    readonly ip?: string;
    readonly dns?: string;
    readonly notBefore?: Date;
    readonly notAfter?: Date;
  }): Promise<{ readonly cert: string; readonly key: string }>;
}

/** A fresh authority with that common name. */
export async function createFakeAuthority(commonName: string): Promise<FakeAuthority> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name: `CN=${commonName}`,
    notBefore: hoursFromNow(-48),
    notAfter: hoursFromNow(48),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  return {
    certificate: root.toString("pem"),
    async issue({ commonName: subject, ip, dns, notBefore = hoursFromNow(-24), notAfter = hoursFromNow(24) }) {
      const own = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
      const names = [
        ...(ip === undefined ? [] : [{ type: "ip" as const, value: ip }]),
        ...(dns === undefined ? [] : [{ type: "dns" as const, value: dns }]),
      ];
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: "02",
        subject: `CN=${subject}`,
        issuer: root.subject,
        notBefore,
        notAfter,
        signingAlgorithm: algorithm,
        signingKey: keys.privateKey,
        publicKey: own.publicKey,
        extensions: names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)],
      });
      const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", own.privateKey));
      const pem = `-----BEGIN PRIVATE KEY-----\n${pkcs8.toString("base64")}\n-----END PRIVATE KEY-----\n`;
      return {
        cert: certificate.toString("pem"),
        key: createPrivateKey(pem).export({ type: "pkcs8", format: "pem" }).toString(),
      };
    },
  };
}

function hoursFromNow(hours: number): Date {
  return new Date(Date.now() + hours * 3_600_000);
}
