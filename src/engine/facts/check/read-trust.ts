import { X509Certificate } from "node:crypto";
import type { AuthorityFacts, CertificateFacts, TlsSecretFacts } from "../../../core/checks/facts.ts";
import type { Service } from "../../../core/model/mesh.ts";
import { istioNamespace } from "../../../core/render/names.ts";
import { Buffer } from "node:buffer";
import type { Secret } from "../../../core/secret.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { inspectAuthority } from "../../../pki/inspect.ts";
import type { ClusterFacts } from "../gather-cluster.ts";

/** A serial number without leading zeros, in lower case: OpenSSL and Envoy write them differently. */
export function plainSerial(serial: string): string {
  return serial.toLowerCase().replace(/^0+(?=.)/, "");
}

/** What is public of a cluster's cacerts. */
export async function readAuthorityFacts(
  client: KubeClient,
  facts: ClusterFacts,
  signal: AbortSignal,
): Promise<AuthorityFacts> {
  const { authority, authorityIncomplete } = facts;
  if (authority === undefined) {
    return authorityIncomplete
      ? { kind: "broken", flaw: "one of ca-cert.pem, ca-key.pem, cert-chain.pem and root-cert.pem is missing" }
      : { kind: "missing" };
  }
  try {
    const { flaw } = inspectAuthority(authority);
    if (flaw !== undefined) {
      return { kind: "broken", flaw };
    }
    const secret = await client.get(
      { apiVersion: "v1", kind: "Secret", namespace: istioNamespace, name: "cacerts" },
      { signal },
    );
    const created = secret?.metadata["creationTimestamp"];
    return {
      kind: "present",
      created: typeof created === "string" ? created : "",
      root: readCertificate(authority.rootCert),
      intermediate: readCertificate(authority.caCert),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error && error.name === "KubeError") {
      throw error;
    }
    return { kind: "broken", flaw: "a part is not a certificate that can be read" };
  }
}

/** What is public of the first certificate of a PEM text. Throws when it is none. */
export function readCertificate(pem: string): CertificateFacts {
  const certificate = new X509Certificate(pem);
  return {
    subject: certificate.subject.replaceAll("\n", ", "),
    fingerprint: certificate.fingerprint256,
    serial: plainSerial(certificate.serialNumber),
    notAfter: new Date(certificate.validTo).toISOString(),
  };
}

/** The certificates that routes name, of one cluster. */
export async function readTlsSecrets(
  client: KubeClient,
  services: readonly Service[],
  signal: AbortSignal,
): Promise<readonly TlsSecretFacts[]> {
  const names = new Set(services.flatMap((service) => service.routes.flatMap((route) => route.tls?.secretName ?? [])));
  return Promise.all(
    [...names].map(async (name): Promise<TlsSecretFacts> => {
      const secret = await client.get(
        { apiVersion: "v1", kind: "Secret", namespace: istioNamespace, name },
        { signal },
      );
      const data = (secret?.["data"] ?? {}) as Readonly<Record<string, Secret>>;
      const pem = data["tls.crt"] ?? data["cert"];
      try {
        const read =
          pem === undefined ? undefined : readCertificate(Buffer.from(pem.expose(), "base64").toString("utf8"));
        return {
          name,
          present: secret !== undefined,
          ...(read === undefined ? {} : { fingerprint: read.fingerprint, notAfter: read.notAfter }),
        };
      } catch {
        // Said by the check: there, and not readable.
        return { name, present: true };
      }
    }),
  );
}
