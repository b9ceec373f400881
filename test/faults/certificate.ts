import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { ClusterName } from "./fault.ts";
import { put } from "./fault.ts";

x509.cryptoProvider.set(webcrypto);

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const day = 86_400_000;

/** The Secret by which the ingress gateways serve the shop's HTTPS route; `keyOfAnother` puts a key that does not belong to the certificate. */
export async function putServerCertificate(
  cluster: ClusterName,
  wish: { readonly host: string; readonly ends?: Date; readonly keyOfAnother?: boolean },
): Promise<void> {
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
  await put(cluster, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "secure-mesh-example", namespace: "istio-system" },
    type: "kubernetes.io/tls",
    stringData: {
      "tls.crt": `${certificate.toString("pem")}\n`,
      "tls.key": `${x509.PemConverter.encode(der, "PRIVATE KEY")}\n`,
    },
  });
}
