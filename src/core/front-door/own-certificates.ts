import { dnsName } from "./dns-records.ts";
import type { Mesh, OwnIssuer } from "../model/mesh.ts";
import { compareText } from "../render/order.ts";
import { meshAt } from "../routing/routes-at.ts";

/** A certificate that isthmus orders: one for all clusters that show it. */
export interface OwnCertificate {
  /** `tls.certificate` of its routes, else the Secret's name. */
  readonly name: string;
  /** Of the Secret in Istio's namespace of each of the clusters. */
  readonly secretName: string;
  /** The name of its entry in spec.issuers. */
  readonly issuer: string;
  readonly settings: OwnIssuer;
  /** What it is for: lower case, sorted, without what a wildcard among them covers. */
  readonly names: readonly string[];
  /** The clusters with a route that shows it, in the order of the mesh file. */
  readonly clusters: readonly string[];
}

/** The certificates of all routes whose issuer is isthmus itself, in the order of the routes. */
export function ownCertificates(mesh: Mesh): readonly OwnCertificate[] {
  const issuers = new Map(mesh.issuers.map((issuer) => [issuer.name, issuer]));
  if (mesh.issuers.every(({ isthmus }) => isthmus === undefined)) {
    return [];
  }
  const found = new Map<string, Omit<OwnCertificate, "clusters" | "names"> & { readonly names: Set<string> }>();
  for (const { tls, hosts } of mesh.services.flatMap(({ routes }) => routes)) {
    const issuer = issuers.get(tls?.issuer ?? "");
    if (tls === undefined || issuer?.isthmus === undefined) {
      continue;
    }
    const { secretName, certificate = secretName } = tls;
    const entry = found.get(secretName) ?? {
      name: certificate,
      secretName,
      issuer: issuer.name,
      settings: issuer.isthmus,
      names: new Set<string>(),
    };
    hosts.forEach((host) => entry.names.add(dnsName(host)));
    found.set(secretName, entry);
  }
  return [...found.values()].map((one) => ({
    ...one,
    names: withoutCovered([...one.names]),
    clusters: mesh.clusters.filter((cluster) => shows(meshAt(mesh, cluster), one.secretName)).map(({ name }) => name),
  }));
}

/** Authorities refuse an order that names a host beside a wildcard for it (Let's Encrypt: "redundant with a wildcard domain"). */
function withoutCovered(names: readonly string[]): readonly string[] {
  return names
    .filter((name) => name.startsWith("*.") || !names.includes(`*.${name.split(".").slice(1).join(".")}`))
    .toSorted(compareText);
}

function shows({ services }: Mesh, secretName: string): boolean {
  return services.some(({ routes }) => routes.some(({ tls }) => tls?.secretName === secretName));
}
