import type { Cluster, Mesh } from "../model/mesh.ts";
import type { Materials } from "../render/materials.ts";
import { endpointSeenFrom } from "../routing/seen-endpoint.ts";
import { isAddress } from "./address-block.ts";

/** Where an API server is: the port, and the address unless it is a name. */
export interface ApiPlace {
  readonly port: number;
  readonly address?: string;
}

/** What most distributions use, where nothing says which port it is. */
const usualPorts: readonly number[] = [443, 6443];

/**
 * The ports at which the pods of a cluster reach its own API server. A policy
 * sees where the Service `kubernetes.default` leads, so its endpoints say it
 * best; a kubeconfig and `endpoint` say it where they lead to the API server
 * itself, and not to Rancher or to a tunnel of this machine.
 */
export function ownApiPorts(mesh: Mesh, cluster: Cluster, materials: Materials): readonly number[] {
  const seen = materials.apiPorts?.[cluster.name] ?? [];
  const told = [cluster.endpoint, cluster.access.kind === "rancher" ? undefined : materials.apiAddresses[cluster.name]]
    .filter((address) => address !== undefined && leadsThere(mesh, address))
    .flatMap((address) => placeOf(address ?? "")?.port ?? []);
  const known = [...new Set([...seen, ...told])].sort((one, other) => one - other);
  return known.length === 0 ? usualPorts : known;
}

/** Where the istiod of `reader` reaches this cluster's API server: by the mesh file, else Rancher, else the kubeconfig; undefined where nobody says. */
export function remoteApiPlace(
  mesh: Mesh,
  cluster: Cluster,
  reader: string,
  materials: Materials,
): ApiPlace | undefined {
  const throughRancher = cluster.access.kind === "rancher" ? mesh.rancher?.url : undefined;
  const address = endpointSeenFrom(cluster, reader)?.server ?? throughRancher ?? materials.apiAddresses[cluster.name];
  return address === undefined ? undefined : placeOf(address);
}

/** The ports of `remoteApiPlace`; the usual ones where nobody says it. */
export function remoteApiPorts(mesh: Mesh, cluster: Cluster, reader: string, materials: Materials): readonly number[] {
  const place = remoteApiPlace(mesh, cluster, reader, materials);
  return place === undefined ? usualPorts : [place.port];
}

/** Undefined for a text that is no URL. */
function placeOf(address: string): ApiPlace | undefined {
  if (!URL.canParse(address)) {
    return undefined;
  }
  const { protocol, port, hostname } = new URL(address);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return {
    port: port === "" ? (protocol === "http:" ? 80 : 443) : Number(port),
    ...(isAddress(host) ? { address: host } : {}),
  };
}

/** False for Rancher's proxy, as kubeconfigs from Rancher have it, and for this machine's own addresses. */
function leadsThere(mesh: Mesh, address: string): boolean {
  if (!URL.canParse(address)) {
    return false;
  }
  const { pathname, hostname, host } = new URL(address);
  const rancher =
    mesh.rancher !== undefined && URL.canParse(mesh.rancher.url) && new URL(mesh.rancher.url).host === host;
  return !rancher && !pathname.startsWith("/k8s/clusters/") && !/^(127\.|localhost$|\[::1\]$)/.test(hostname);
}
