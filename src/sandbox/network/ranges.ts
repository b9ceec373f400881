/** Sandboxes that one machine can hold side by side. */
export const maxInstances = 16;
/** Clusters of one sandbox: one /24 of its /20 is for the nodes, the rest for load balancers. */
export const maxClusters = 15;

/** The same in every cluster that is not flat: a mesh over several networks never routes them between clusters. */
export const podRange = "10.42.0.0/16";
/** The same in every cluster. */
export const serviceRange = "10.43.0.0/16";
/** First address of the service range: the API server, as Kubernetes itself assigns it. */
export const apiServiceAddress = "10.43.0.1";
/** The cluster DNS service. */
export const dnsAddress = "10.43.0.10";

export interface ClusterRanges {
  readonly nodeAddress: string;
  /** A /24; its addresses .1 to .254 are handed out. */
  readonly loadBalancerRange: string;
  /** A /16, of which the one node has the first /24. */
  readonly podRange: string;
  /** True where pods of the other flat clusters are reached under their own addresses; `podRange` is the cluster's own then. */
  readonly flat: boolean;
}

/** The addresses of one sandbox. All IPv4; ranges in CIDR form. */
export interface SandboxRanges {
  /** 0 to 15. */
  readonly index: number;
  /** The sandbox's whole /20. */
  readonly block: string;
  /** The /24 that nodes and the host share. */
  readonly nodeRange: string;
  /** The host's address in `nodeRange`. */
  readonly hostAddress: string;
  /** Where a Rancher double is, in `nodeRange`, when the sandbox has one. */
  readonly rancherAddress: string;
  /** Likewise for the DNS and ACME servers of a front door. */
  readonly frontDoorAddress: string;
  readonly clusters: readonly ClusterRanges[];
}

/**
 * The addresses of the sandbox with this index: 172.30.<16 × index>.0/20, nodes
 * in its first /24, a /24 of load balancer addresses for each cluster. The
 * clusters at the positions of `flat` have a range of pods of their own.
 */
export function planRanges(index: number, clusterCount: number, flat: ReadonlySet<number> = new Set()): SandboxRanges {
  if (index < 0 || index >= maxInstances || clusterCount < 1 || clusterCount > maxClusters) {
    throw new RangeError(`no address range for sandbox ${index} with ${clusterCount} clusters`);
  }
  const first = index * 16;
  return {
    index,
    block: `172.30.${first}.0/20`,
    nodeRange: `172.30.${first}.0/24`,
    hostAddress: `172.30.${first}.1`,
    rancherAddress: `172.30.${first}.10`,
    frontDoorAddress: `172.30.${first}.9`,
    clusters: Array.from({ length: clusterCount }, (_, position) => ({
      nodeAddress: `172.30.${first}.${11 + position}`,
      loadBalancerRange: `172.30.${first + 1 + position}.0/24`,
      // Beside the pods of clusters that are not flat, and services.
      podRange: flat.has(position) ? `10.${44 + position}.0.0/16` : podRange,
      flat: flat.has(position),
    })),
  };
}

/** The pods of the one node that a cluster has: the first /24 of the cluster's /16. */
export function nodePodRange(range: string): string {
  return `${formatAddress(parseRange(range).first)}/24`;
}

/** True when two IPv4 ranges (CIDR, or an address alone) have an address in common. */
export function rangesOverlap(left: string, right: string): boolean {
  const one = parseRange(left);
  const other = parseRange(right);
  return one.first <= other.last && other.first <= one.last;
}

/** First and last address of a range as numbers. Throws for what is no IPv4 range. */
export function parseRange(range: string): { readonly first: number; readonly last: number } {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?$/.exec(range);
  if (match === null) {
    throw new RangeError(`${range} is no IPv4 range`);
  }
  const bytes = match.slice(1, 5).map(Number);
  const size = 2 ** (32 - Number(match[5] ?? "32"));
  const address = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const first = Math.floor(address / size) * size;
  return { first, last: first + size - 1 };
}

/** The dotted form of an address. */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
