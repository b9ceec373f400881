import type { AuthorityFacts, CertificateFacts, TlsSecretFacts } from "../../core/checks/certificate-facts.ts";
import type { Service } from "../../core/model/mesh.ts";
import { acmeAnnotations } from "../../core/render/front-door-secret.ts";
import { istioNamespace } from "../../core/render/names.ts";
import { Buffer } from "node:buffer";
import type { Secret } from "../../core/secret.ts";
import type { KubeClient } from "../../kube/client.ts";
import type {
  AuthorityFacts as InspectedAuthority,
  CertificateFacts as InspectedCertificate,
} from "../../pki/inspect.ts";
import { inspectAuthority, inspectCertificate } from "../../pki/inspect.ts";
import { hostsOf } from "../../pki/hosts.ts";
import { keyFits } from "../../pki/key-fits.ts";
import { describeLacks } from "../../pki/describe-lacks.ts";
import type { ClusterState } from "./cluster-state.ts";

/** What is public of a cluster's cacerts. */
export async function readAuthorityFacts(
  client: KubeClient,
  facts: ClusterState,
  { signal, now, trustDomain }: { readonly signal: AbortSignal; readonly now: Date; readonly trustDomain?: string },
): Promise<AuthorityFacts> {
  const { authority, authorityLacks } = facts;
  if (authority === undefined) {
    return authorityLacks.length > 0
      ? { kind: "broken", flaw: describeLacks(authorityLacks), effect: "istiod" }
      : { kind: "missing" };
  }
  let inspected: InspectedAuthority;
  try {
    inspected = inspectAuthority(authority, now, trustDomain);
  } catch (error) {
    return { kind: "broken", flaw: `a part is not readable: ${(error as Error).message}`, effect: "istiod" };
  }
  const { flaw, roots, intermediate, above } = inspected;
  if (flaw !== undefined) {
    return { kind: "broken", flaw: flaw.words, effect: flaw.effect };
  }
  const secret = await client.get(
    { apiVersion: "v1", kind: "Secret", namespace: istioNamespace, name: "cacerts" },
    { signal },
  );
  const created = secret?.metadata["creationTimestamp"];
  const writes = (secret?.metadata["managedFields"] ?? []) as unknown as readonly { readonly time?: string }[];
  return {
    kind: "present",
    created: typeof created === "string" ? created : "",
    changed: writes.map(({ time = "" }) => time).reduce((last, time) => (time > last ? time : last), ""),
    roots: roots.map(publicOf),
    intermediate: publicOf(intermediate),
    above: above.map(publicOf),
  };
}

function publicOf({ subject, fingerprint, identity, notBefore, notAfter }: InspectedCertificate): CertificateFacts {
  return {
    subject,
    fingerprint,
    identity,
    notBefore: notBefore.toISOString(),
    notAfter: notAfter.toISOString(),
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
      const certificate = data["tls.crt"] ?? data["cert"];
      const key = data["tls.key"] ?? data["key"];
      const server = secret?.metadata.annotations?.[acmeAnnotations.server];
      if (certificate === undefined) {
        return { name, present: secret !== undefined };
      }
      try {
        const pem = Buffer.from(certificate.expose(), "base64").toString("utf8");
        const { fingerprint, notBefore, notAfter } = publicOf(inspectCertificate(pem));
        return {
          name,
          present: true,
          fingerprint,
          notBefore,
          notAfter,
          hosts: hostsOf(pem),
          ...(server === undefined ? {} : { acmeServer: server }),
          ...(key === undefined ? {} : { keyFits: keyFits(pem, key) }),
        };
      } catch {
        // Said by the check: there, and not readable.
        return { name, present: true };
      }
    }),
  );
}
