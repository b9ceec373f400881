import "reflect-metadata";
import { Buffer } from "node:buffer";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { Authority } from "../core/render/materials.ts";
import type { Secret } from "../core/secret.ts";
import type { KeyType } from "./keys.ts";
import { exportPrivateKey, generateKeyPair, importKeyPair } from "./keys.ts";
import { newSerial, pemOf, selfSign } from "./self-signed.ts";

/** A root certificate with its key. PEM texts. */
export interface Root {
  /** The certificate that signs: mostly a root, and it may be an authority below somebody's root. */
  readonly certificate: string;
  /** Everything that the mesh is to trust; more than `certificate` while a root is being replaced. */
  readonly trusted: string;
  readonly key: Secret;
}

const tenYears = 3650 * 24 * 3600;
/** Clocks of clusters differ a little; a certificate is valid from this many seconds before its making. */
const backdate = 300;

/** A new self-signed root for one mesh: O=Istio, CN=Root CA, EC P-256, ten years (as istio tools/certs/common.mk, plus cRLSign). */
export async function issueRoot(mesh: string, now: Date): Promise<Root> {
  const keys = await generateKeyPair("ecdsa-p256");
  const certificate = await selfSign({
    name: [{ O: ["Istio"] }, { CN: ["Root CA"] }, { OU: [mesh] }],
    notBefore: secondsAfter(now, -backdate),
    notAfter: secondsAfter(now, tenYears),
    keys,
  });
  return { certificate: pemOf(certificate), trusted: pemOf(certificate), key: await exportPrivateKey(keys.privateKey) };
}

/** What an intermediate is to be. */
export interface IntermediateRequest {
  readonly cluster: string;
  readonly keyType: KeyType;
  readonly validitySeconds: number;
}

/**
 * An intermediate for one cluster, signed by the root: O=Istio,
 * CN=Intermediate CA, L=<cluster>, CA:true pathlen:0, SAN
 * istiod.istio-system.svc (istio tools/certs/common.mk). It never outlives the root.
 * Throws when the root's key does not belong to its certificate.
 */
export async function issueIntermediate(root: Root, request: IntermediateRequest, now: Date): Promise<Authority> {
  const rootCertificate = new x509.X509Certificate(root.certificate);
  const rootKeys = await importKeyPair(root.key);
  await requireSameKey(rootCertificate, rootKeys.publicKey);
  const keys = await generateKeyPair(request.keyType);
  const wanted = secondsAfter(now, request.validitySeconds);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: [{ O: ["Istio"] }, { CN: ["Intermediate CA"] }, { L: [request.cluster] }],
    issuer: rootCertificate.subjectName,
    notBefore: secondsAfter(now, -backdate),
    notAfter: wanted < rootCertificate.notAfter ? wanted : rootCertificate.notAfter,
    signingAlgorithm: signingAlgorithmOf(rootKeys.privateKey),
    publicKey: keys.publicKey,
    signingKey: rootKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature |
          x509.KeyUsageFlags.nonRepudiation |
          x509.KeyUsageFlags.keyEncipherment |
          x509.KeyUsageFlags.keyCertSign,
        true,
      ),
      new x509.SubjectAlternativeNameExtension([{ type: "dns", value: "istiod.istio-system.svc" }]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ...keyIdentifierOf(rootCertificate),
    ],
  });
  const caCert = pemOf(certificate);
  return {
    rootCert: root.trusted,
    caCert,
    certChain: caCert + pemOf(rootCertificate),
    caKey: await exportPrivateKey(keys.privateKey),
  };
}

/**
 * The identifier that the root itself carries, and not one that is made of its
 * key anew: there are several ways to make one (RFC 7093), and OpenSSL and
 * Envoy refuse an issuer whose identifier is another.
 */
function keyIdentifierOf(root: x509.X509Certificate): readonly x509.Extension[] {
  const own = root.getExtension(x509.SubjectKeyIdentifierExtension);
  return own === null ? [] : [new x509.AuthorityKeyIdentifierExtension(own.keyId)];
}

async function requireSameKey(certificate: x509.X509Certificate, publicKey: webcrypto.CryptoKey): Promise<void> {
  const ofKey = Buffer.from(await webcrypto.subtle.exportKey("spki", publicKey)).toString("hex");
  if (ofKey !== Buffer.from(certificate.publicKey.rawData).toString("hex")) {
    throw new Error("the root's private key does not belong to its certificate");
  }
}

function signingAlgorithmOf(key: webcrypto.CryptoKey): { name: string; hash: string } {
  return { name: key.algorithm.name, hash: "SHA-256" };
}

function secondsAfter(date: Date, seconds: number): Date {
  return new Date(date.getTime() + seconds * 1000);
}
