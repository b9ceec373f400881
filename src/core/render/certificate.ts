import { Buffer } from "node:buffer";
import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Cluster, Issuer, Mesh, Route } from "../model/mesh.ts";
import { meshAt } from "../routing/routes-at.ts";
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
  const wait = acme.waitInsteadOfSelfCheckSeconds;
  const solver: { readonly [key: string]: Json } = {
    ...(wait === undefined ? {} : { waitInsteadOfSelfCheck: `${wait}s` }),
    ...(acme.dns01 === undefined ? {} : { dns01: acme.dns01 }),
    ...(acme.http01 === undefined ? {} : { http01: completeHttp01(acme.http01) }),
  };
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "ClusterIssuer",
    metadata: { name: issuer.name },
    spec: {
      acme: {
        server: acme.server,
        email: acme.email,
        ...(acme.profile === undefined ? {} : { profile: acme.profile }),
        ...(acme.caBundle === undefined ? {} : { caBundle: Buffer.from(acme.caBundle).toString("base64") }),
        privateKeySecretRef: { name: issuer.name },
        solvers: [solver],
      },
    },
  };
}

/**
 * cert-manager makes an Ingress for each challenge, or an HTTPRoute; one has to
 * be asked for. Where the mesh file asks for neither, isthmus' own route leads to
 * the solver (`http01.ts`), and the Ingress has a class that nobody serves.
 */
function completeHttp01(http01: Json): Json {
  const given = http01 as { readonly [key: string]: Json };
  return "ingress" in given || "gatewayHTTPRoute" in given
    ? http01
    : { ...given, ingress: { serviceType: "ClusterIP", ingressClassName: "isthmus" } };
}

/**
 * A Certificate of cert-manager for each Secret that routes of the cluster name
 * and that any route of the mesh names one of its issuers for, in Istio's namespace,
 * where the gateway's pods look for its Secret (https://istio.io/latest/docs/ops/integrations/certmanager/). Its hosts are
 * those that the issuer is asked for and that the cluster's routes have: the
 * route with the issuer may be replaced here by one of this region.
 */
export function renderCertificates(mesh: Mesh, cluster: Pick<Cluster, "region">): KubeObject[] {
  const needed = hostsBySecret(meshAt(mesh, cluster));
  // What isthmus orders itself is a Secret (front-door-secret.ts).
  const own = new Set(mesh.issuers.flatMap(({ name, isthmus }) => (isthmus === undefined ? [] : [name])));
  const wanted = new Map<string, { tls: NonNullable<Route["tls"]>; hosts: Set<string> }>();
  for (const { tls, hosts } of mesh.services.flatMap((service) => service.routes)) {
    const here = needed.get(tls?.secretName ?? "");
    const asked = hosts.filter((host) => here?.some((one) => isFor(host, one)));
    if (tls?.issuer === undefined || own.has(tls.issuer) || asked.length === 0) {
      continue;
    }
    const name = tls.certificate ?? tls.secretName;
    const entry = wanted.get(name) ?? { tls, hosts: new Set<string>() };
    for (const host of asked) {
      entry.hosts.add(host);
    }
    wanted.set(name, entry);
  }
  return [...wanted].map(([name, { tls, hosts }]) => renderCertificate(name, tls, [...hosts]));
}

/** Secret → the hosts of the routes that show its certificate. */
function hostsBySecret({ services }: Mesh): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { tls, hosts } of services.flatMap(({ routes }) => routes)) {
    if (tls !== undefined) {
      found.set(tls.secretName, [...(found.get(tls.secretName) ?? []), ...hosts]);
    }
  }
  return found;
}

/** Whether a certificate for a name, which may be a wildcard, is one for the host. */
function isFor(name: string, host: string): boolean {
  return name === host || name === `*.${host.split(".").slice(1).join(".")}`;
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
