import type { WrittenBy } from "../../core/checks/beside-facts.ts";
import type {
  AuthorityFacts,
  CertificateFacts,
  StrayObject,
  TlsSecretFacts,
} from "../../core/checks/certificate-facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Service } from "../../core/model/mesh.ts";
import { acmeAnnotations } from "../../core/render/front-door-secret.ts";
import { istioNamespace } from "../../core/render/names.ts";
import { Buffer } from "node:buffer";
import type { Secret } from "../../core/secret.ts";
import type { KubeClient } from "../../kube/client.ts";
import { isAbsence, isForbidden, unlessForbidden } from "../../kube/errors.ts";
import type {
  AuthorityFacts as InspectedAuthority,
  CertificateFacts as InspectedCertificate,
} from "../../pki/inspect.ts";
import { inspectAuthority, inspectCertificate } from "../../pki/inspect.ts";
import { hostsOf } from "../../pki/hosts.ts";
import { keyFits } from "../../pki/key-fits.ts";
import { describeLacks } from "../../pki/describe-lacks.ts";
import type { ClusterState } from "./cluster-state.ts";
import { readIssuanceFacts } from "./read-issuance.ts";
import { writtenBy } from "./written-by.ts";

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

/**
 * The certificates that routes name, of one cluster. For one that is not there the
 * services' namespaces are looked into, where it is made by mistake, and all Certificates of cert-manager.
 */
export async function readTlsSecrets(
  client: KubeClient,
  services: readonly Service[],
  signal: AbortSignal,
): Promise<readonly TlsSecretFacts[]> {
  const names = new Set(services.flatMap((service) => service.routes.flatMap((route) => route.tls?.secretName ?? [])));
  if (names.size === 0) {
    return [];
  }
  const all = await readSecrets(client, [...names], signal);
  const certificates = await listCertificates(
    client,
    all.every(({ present }) => present) ? istioNamespace : undefined,
    signal,
  );
  return Promise.all(
    all.map(async (one): Promise<TlsSecretFacts> => {
      const filling = (certificates ?? []).filter(({ secretName }) => secretName === one.name);
      const own = filling.find(({ namespace }) => namespace === istioNamespace);
      const elsewhere = one.present
        ? []
        : [
            ...filling.filter(({ namespace }) => namespace !== istioNamespace).map(strayOf),
            ...(await findSecrets(client, { name: one.name, services }, signal)),
          ];
      const issuance = own === undefined ? undefined : await readIssuanceFacts(client, own.object, signal);
      return {
        ...one,
        ...(own === undefined ? {} : { certificate: `${own.namespace}/${own.name}` }),
        ...(own?.written === undefined ? {} : { certificateWritten: own.written }),
        ...(issuance === undefined ? {} : { issuance }),
        ...(certificates === undefined ? { writersUnread: true } : {}),
        ...(elsewhere.length === 0 ? {} : { elsewhere }),
      };
    }),
  );
}

interface CertificateOfManager {
  readonly namespace: string;
  readonly name: string;
  readonly secretName: string;
  readonly written: WrittenBy | undefined;
  readonly object: KubeObject;
}

/** With the Issuer of its namespace that it names: that one is for no other namespace. */
function strayOf({ namespace, name, object }: CertificateOfManager): StrayObject {
  const { issuerRef, dnsNames } = (object["spec"] ?? {}) as {
    readonly issuerRef?: { readonly kind?: string; readonly name?: string };
    readonly dnsNames?: readonly string[];
  };
  return {
    kind: "Certificate",
    namespace,
    name,
    ...(dnsNames === undefined ? {} : { hosts: dnsNames }),
    ...((issuerRef?.kind ?? "Issuer") === "Issuer" ? { issuer: issuerRef?.name ?? "" } : {}),
  };
}

/** None where there is no cert-manager; undefined where its objects may not be listed. */
async function listCertificates(
  client: KubeClient,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<readonly CertificateOfManager[] | undefined> {
  const kind = {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    ...(namespace === undefined ? {} : { namespace }),
  };
  try {
    const found = await client.list(kind, { signal });
    return found.map((object) => ({
      namespace: object.metadata.namespace ?? "",
      name: object.metadata.name,
      secretName: ((object["spec"] ?? {}) as { readonly secretName?: string }).secretName ?? "",
      written: knownWriter(object),
      object,
    }));
  } catch (error) {
    if (isAbsence(error)) {
      return [];
    }
    if (isForbidden(error)) {
      return undefined;
    }
    throw error;
  }
}

function knownWriter(object: KubeObject): WrittenBy | undefined {
  const written = writtenBy(object);
  return written.by === "" && written.at === "" ? undefined : written;
}

async function findSecrets(
  client: KubeClient,
  { name, services }: { readonly name: string; readonly services: readonly Service[] },
  signal: AbortSignal,
): Promise<readonly StrayObject[]> {
  const namespaces = [...new Set(services.map(({ namespace }) => namespace))].filter((one) => one !== istioNamespace);
  const found = await Promise.all(
    namespaces.map(async (namespace) =>
      unlessForbidden(
        async () => client.get({ apiVersion: "v1", kind: "Secret", namespace, name }, { signal }),
        () => undefined,
      ),
    ),
  );
  return found.flatMap((secret) =>
    secret === undefined
      ? []
      : [{ kind: "Secret", namespace: secret.metadata.namespace ?? "", name, ...hostsIn(secret) } as const],
  );
}

/** What the certificate in a Secret is for; nothing where there is none that can be read. */
function hostsIn(secret: KubeObject): Pick<StrayObject, "hosts"> {
  const data = (secret["data"] ?? {}) as Readonly<Record<string, Secret>>;
  const certificate = data["tls.crt"] ?? data["cert"];
  try {
    return certificate === undefined
      ? {}
      : { hosts: hostsOf(Buffer.from(certificate.expose(), "base64").toString("utf8")) };
  } catch {
    return {};
  }
}

async function readSecrets(
  client: KubeClient,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly TlsSecretFacts[]> {
  return Promise.all(
    names.map(async (name): Promise<TlsSecretFacts> => {
      const secret = await client.get(
        { apiVersion: "v1", kind: "Secret", namespace: istioNamespace, name },
        { signal },
      );
      const data = (secret?.["data"] ?? {}) as Readonly<Record<string, Secret>>;
      const certificate = data["tls.crt"] ?? data["cert"];
      const key = data["tls.key"] ?? data["key"];
      const server = secret?.metadata.annotations?.[acmeAnnotations.server];
      const written = secret === undefined ? undefined : knownWriter(secret);
      const common = { name, present: secret !== undefined, ...(written === undefined ? {} : { written }) };
      if (certificate === undefined) {
        return common;
      }
      try {
        const pem = Buffer.from(certificate.expose(), "base64").toString("utf8");
        const { fingerprint, notBefore, notAfter } = publicOf(inspectCertificate(pem));
        return {
          ...common,
          fingerprint,
          notBefore,
          notAfter,
          hosts: hostsOf(pem),
          ...(server === undefined ? {} : { acmeServer: server }),
          ...(key === undefined ? {} : { keyFits: keyFits(pem, key) }),
        };
      } catch {
        // Said by the check: there, and not readable.
        return common;
      }
    }),
  );
}
