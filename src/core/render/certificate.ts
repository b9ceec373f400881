import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Issuer, Mesh, Route } from "../model/mesh.ts";
import { istioNamespace } from "./names.ts";

/** cert-manager puts the first host into the subject only when it fits there (X.520: 64 characters). */
const longestCommonName = 64;

/** A ClusterIssuer of cert-manager for each issuer that speaks ACME. Its account's key is in a Secret of the issuer's name. */
export function renderClusterIssuers(mesh: Mesh): KubeObject[] {
  return mesh.issuers.flatMap((issuer) =>
    issuer.acme === undefined ? [] : [renderClusterIssuer(issuer, issuer.acme)],
  );
}

function renderClusterIssuer(issuer: Issuer, acme: NonNullable<Issuer["acme"]>): KubeObject {
  const solver: { readonly [key: string]: Json } = {
    ...(acme.dns01 === undefined ? {} : { dns01: acme.dns01 }),
    ...(acme.http01 === undefined ? {} : { http01: acme.http01 }),
  };
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "ClusterIssuer",
    metadata: { name: issuer.name },
    spec: {
      acme: {
        server: acme.server,
        email: acme.email,
        privateKeySecretRef: { name: issuer.name },
        solvers: [solver],
      },
    },
  };
}

/**
 * A Certificate of cert-manager for each route with an issuer, in Istio's
 * namespace, where the gateway's pods look for its Secret (https://istio.io/latest/docs/ops/integrations/certmanager/). Routes
 * that share a certificate share its hosts.
 */
export function renderCertificates(mesh: Mesh): KubeObject[] {
  const wanted = new Map<string, { tls: NonNullable<Route["tls"]>; hosts: Set<string> }>();
  for (const { tls, hosts } of mesh.services.flatMap((service) => service.routes)) {
    if (tls?.issuer === undefined) {
      continue;
    }
    const name = tls.certificate ?? tls.secretName;
    const entry = wanted.get(name) ?? { tls, hosts: new Set<string>() };
    for (const host of hosts) {
      entry.hosts.add(host);
    }
    wanted.set(name, entry);
  }
  return [...wanted].map(([name, { tls, hosts }]) => renderCertificate(name, tls, [...hosts]));
}

function renderCertificate(name: string, tls: NonNullable<Route["tls"]>, hosts: readonly string[]): KubeObject {
  const [first] = hosts;
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name, namespace: istioNamespace },
    spec: {
      secretName: tls.secretName,
      issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: tls.issuer ?? "" },
      ...(first !== undefined && first.length <= longestCommonName ? { commonName: first } : {}),
      dnsNames: hosts,
    },
  };
}
