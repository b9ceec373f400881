/** Kernel names of the parts of a sandbox. Those of links have at most 15 characters (IFNAMSIZ). */

/** The host's link into the sandbox with this index. */
export function hostLink(index: number): string {
  return `isth${index}`;
}

/** The network namespace with the sandbox's bridge in it. */
export function switchNamespace(instance: string): string {
  return `isthmus-${instance}`;
}

/**
 * The network namespace of a cluster's node. The dot cannot be part of a
 * sandbox's or a cluster's name, so that no two sandboxes share a name.
 */
export function nodeNamespace(instance: string, cluster: string): string {
  return `isthmus-${instance}.${cluster}`;
}

/** The folder of a node in every cgroup hierarchy. */
export function nodeCgroup(instance: string, cluster: string): string {
  return `isthmus-${instance}.${cluster}`;
}

/** True for the names of nodes' namespaces and cgroups of this sandbox, also of clusters that are not known any more. */
export function belongsToInstance(name: string, instance: string): boolean {
  return name === switchNamespace(instance) || name.startsWith(`isthmus-${instance}.`);
}

/** Links inside a sandbox's own namespaces: never seen on the host, so they need no instance in their names. */
export const innerLinks = {
  bridge: "switch",
  /** The bridge's port to the host. */
  uplink: "host",
  node: "eth0",
  /** On the node: where addresses go that kube-proxy translates before they leave. */
  services: "services",
} as const;

/** The bridge's port to the node at this position. */
export function nodePort(position: number): string {
  return `node${position + 1}`;
}

/** The bridge's port to the node of Rancher's own cluster. */
export const rancherPort = "rancher";

/** The bridge's port to the node of a front door's servers. */
export const frontDoorPort = "front-door";

/** What the host's link says about its owner: which sandbox, from which state folder. Kernel limit 255 characters. */
export function ownerMark(instance: string, folder: string): string {
  return `isthmus ${instance} ${folder}`.slice(0, 255);
}

/**
 * A hardware address that follows from the IPv4 address (02: locally
 * administered): a link that is made anew is the same to its neighbours, who
 * would otherwise send to the old one for ten seconds.
 */
export function hardwareAddress(address: string): string {
  const bytes = address.split(".").map((byte) => Number(byte).toString(16).padStart(2, "0"));
  return ["02", "00", ...bytes].join(":");
}
