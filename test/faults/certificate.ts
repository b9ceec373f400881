import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { ClusterName } from "./fault.ts";
import { put } from "./fault.ts";

x509.cryptoProvider.set(webcrypto);

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const day = 86_400_000;

/** What a server's certificate is to be. */
export interface ServerCertificateWish {
  readonly host: string;
  readonly ends?: Date;
  /** True for a key that does not belong to the certificate. */
  readonly keyOfAnother?: boolean;
}

/** A certificate that nobody has to trust, with its key; both PEM. */
export async function makeServerCertificate(
  wish: ServerCertificateWish,
): Promise<{ readonly certificate: string; readonly key: string }> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const others = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const ends = wish.ends ?? new Date(Date.now() + 300 * day);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name: `CN=${wish.host}`,
    notBefore: new Date(ends.getTime() - 365 * day),
    notAfter: ends,
    signingAlgorithm: algorithm,
    keys,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: "dns", value: wish.host }])],
  });
  const key = (wish.keyOfAnother === true ? others : keys).privateKey;
  const der = await webcrypto.subtle.exportKey("pkcs8", key);
  return {
    certificate: `${certificate.toString("pem")}\n`,
    key: `${x509.PemConverter.encode(der, "PRIVATE KEY")}\n`,
  };
}

/** The Secret by which the ingress gateways serve the shop's HTTPS route. */
export async function putServerCertificate(cluster: ClusterName, wish: ServerCertificateWish): Promise<void> {
  const { certificate, key } = await makeServerCertificate(wish);
  await put(cluster, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "secure-mesh-example", namespace: "istio-system" },
    type: "kubernetes.io/tls",
    stringData: { "tls.crt": certificate, "tls.key": key },
  });
}
