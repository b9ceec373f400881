import type { Mesh } from "../model/mesh.ts";
import type { OwnerRecordNaming } from "./external-dns-owner.ts";
import type { MeshName } from "./published-names.ts";
import { isDrainedFor, publishedNames, recordTtl } from "./published-names.ts";
import type { WantedName } from "./wanted-name.ts";

/** Why a cluster brings what it brings to a name. */
export type Standing =
  | "serving"
  /** Everything that the name leads to is drained there. */
  | "drained"
  /** All of its addresses fail their health checks. */
  | "down"
  /** They fail, and stay: the name would have no address left. */
  | "held"
  /** Its ingress gateway has no address. */
  | "no-address"
  /** The mesh is not applied to it. */
  | "not-applied"
  /** It lacks a Gateway, a VirtualService or the certificate that the name needs there (`objectsOfName`). */
  | "incomplete"
  /** It does not answer, or its apply has not ended well: what it brings is left as it is. */
  | "unknown";

/** What a name is to have, and why. */
export interface NameDecision {
  readonly name: MeshName;
  readonly wanted: WantedName;
  /** By the names of the mesh's clusters. */
  readonly standings: Readonly<Record<string, Standing>>;
}

export interface WantOptions {
  /** IP addresses of the clusters' ingress gateways, or `keep` where they are not known. */
  readonly ingress: Readonly<Record<string, readonly string[] | "keep">>;
  /** Whether an address of a name has failed its health checks. */
  readonly isDown?: (name: string, address: string) => boolean;
  /** The addresses that a cluster has in DNS, where its own are not known: an address that is down leaves also then. */
  readonly published?: (name: string, cluster: string) => readonly string[];
  readonly externalDns?: readonly OwnerRecordNaming[];
  /** Clusters that answer and whose gateway has no address now: they are left as they are. */
  readonly addressless?: readonly string[];
  /** Clusters that have nothing of the mesh. */
  readonly strangers?: readonly string[];
  /** By cluster the names that it lacks objects of. */
  readonly incomplete?: Readonly<Record<string, readonly string[]>>;
  readonly adopt?: boolean;
}

/**
 * What every name that isthmus publishes is to have: the ingress addresses of
 * all clusters, without those that are drained for it and without addresses that
 * have failed, and without clusters that lack what the name needs there. A name never
 * loses its last address to either: then all that failed stay, and what is published of those that lack something. The mesh is one with its drains (`withDrains`).
 */
export function wantNames(mesh: Mesh, options: WantOptions): readonly NameDecision[] {
  return publishedNames(mesh).map((name) => wantName(mesh, name, options));
}

interface Share {
  readonly cluster: string;
  readonly brings: readonly string[] | "keep";
  readonly standing: Standing;
}

function wantName(mesh: Mesh, name: MeshName, options: WantOptions): NameDecision {
  const shares = mesh.clusters.map(({ name: cluster }) => shareOf(name, cluster, options));
  const isServed = shares.some(({ standing }) => standing === "serving");
  const isLeft = isServed || shares.some(({ brings, standing }) => brings === "keep" && standing === "unknown");
  // A cluster that does not answer may have nothing in the name: what lacks something leaves it to one that serves.
  const settled = shares.map((share) => ((share.standing === "incomplete" ? isServed : isLeft) ? share : kept(share)));
  return {
    name,
    wanted: {
      name: name.name,
      mesh: mesh.name,
      ttlSeconds: recordTtl(mesh),
      clusters: Object.fromEntries(settled.map(({ cluster, brings }) => [cluster, brings])),
      ...(options.externalDns === undefined ? {} : { externalDns: options.externalDns }),
      ...(options.adopt === undefined ? {} : { adopt: options.adopt }),
    },
    standings: Object.fromEntries(settled.map(({ cluster, standing }) => [cluster, standing])),
  };
}

function shareOf(name: MeshName, cluster: string, options: WantOptions): Share {
  const { ingress, isDown, published, addressless } = options;
  const absence = absenceOf(name, cluster, options);
  if (absence !== undefined) {
    return { cluster, brings: [], standing: absence };
  }
  const known = ingress[cluster] ?? "keep";
  const addresses = known === "keep" ? (published?.(name.name, cluster) ?? []) : known;
  const up = addresses.filter((address) => isDown?.(name.name, address) !== true);
  if (addresses.length > 0 && up.length === 0) {
    return { cluster, brings: [], standing: "down" };
  }
  if (known === "keep") {
    return up.length === addresses.length
      ? { cluster, brings: "keep", standing: addressless?.includes(cluster) === true ? "no-address" : "unknown" }
      : { cluster, brings: up, standing: "serving" };
  }
  return { cluster, brings: up, standing: up.length === 0 ? "no-address" : "serving" };
}

/** Why a cluster has nothing to bring, whatever its addresses are. */
function absenceOf(
  name: MeshName,
  cluster: string,
  { strangers, incomplete }: Pick<WantOptions, "strangers" | "incomplete">,
): Standing | undefined {
  if (strangers?.includes(cluster) === true) {
    return "not-applied";
  }
  if (isDrainedFor(name, cluster)) {
    return "drained";
  }
  return incomplete?.[cluster]?.includes(name.name) === true ? "incomplete" : undefined;
}

/** The share where nobody else serves the name. */
function kept(share: Share): Share {
  switch (share.standing) {
    case "down":
      return { ...share, brings: "keep", standing: "held" };
    case "incomplete":
      return { ...share, brings: "keep" };
    default:
      return share;
  }
}

/**
 * What these names are to have when the mesh is taken away, or these clusters of
 * it: nothing of theirs. With all clusters of the mesh a name may end without any address.
 */
export function withdrawNames(
  mesh: Mesh,
  names: readonly string[],
  clusters: readonly string[],
): readonly Pick<NameDecision, "wanted" | "standings">[] {
  const isWhole = mesh.clusters.every(({ name }) => clusters.includes(name));
  return names.map((name) => ({
    wanted: {
      name,
      mesh: mesh.name,
      ttlSeconds: recordTtl(mesh),
      clusters: Object.fromEntries(mesh.clusters.map((one) => [one.name, clusters.includes(one.name) ? [] : "keep"])),
      mayBeEmpty: isWhole,
    },
    standings: {},
  }));
}
