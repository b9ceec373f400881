import type { ClusterLocal } from "../model/installed-istio.ts";
import type { Json } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { hostsOfService } from "../routing/version-service.ts";

/** The names of services that stay in their cluster, in the order of the file. */
export function clusterLocalHosts({ services }: Pick<Mesh, "services">): readonly string[] {
  return services.filter(({ exported }) => !exported).flatMap(hostsOfService);
}

/**
 * Keeps services with `export: false` in their cluster: istiod gives a proxy the
 * endpoints of its own cluster only for these names
 * (https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ServiceSettings-Settings).
 * It is a setting of each istiod for the proxies that it serves, so every
 * cluster has it. Every release from 1.12 on has it, and reads a change without a restart.
 */
export function clusterLocalValues(hosts: readonly string[]): { readonly [key: string]: Json } {
  return hosts.length === 0
    ? {}
    : { meshConfig: { serviceSettings: [{ settings: { clusterLocal: true }, hosts: [...hosts] }] } };
}

/** Values for an istiod that says of these services what is given, each in its place. */
export function serviceSettings(all: readonly ClusterLocal[]): { readonly [key: string]: Json } {
  const settings = all.map(({ host, local }) => ({ settings: { clusterLocal: local }, hosts: [host] }));
  return { meshConfig: { serviceSettings: settings } };
}
