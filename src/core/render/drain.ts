import { drainIn, insteadOf } from "../drain/drained-mesh.ts";
import type { KubeObject } from "../model/kube-object.ts";
import type { Cluster, Mesh, Service } from "../model/mesh.ts";
import { networkingOf } from "../releases/istio-releases.ts";
import { clusterLabel, meshGateway, serviceHost } from "./names.ts";

/** The subset of a drained service that all its versions are in: in the drained cluster their pods elsewhere. */
export const elsewhereSubset = "isthmus-elsewhere";

/**
 * What makes the callers of one cluster leave a service that is drained in
 * others: a PeerAuthentication that says of its pods there that they take no
 * mTLS. It selects by a label that istiod gives to endpoints and no pod of this
 * cluster has, so that no proxy here changes what it accepts. istiod hands out
 * no endpoint of another network that takes no mTLS, for whoever asks
 * (EndpointsByNetworkFilter, pilot/pkg/xds/endpoints/ep_filters.go; measured in
 * docs/adr/0029). v1beta1 is served by every release.
 */
export function renderDrainPolicies({ namespace, name, drains = [] }: Service, cluster: Cluster): KubeObject[] {
  return drains
    .filter((drain) => drain.cluster !== cluster.name)
    .map((drain) => ({
      apiVersion: "security.istio.io/v1beta1",
      kind: "PeerAuthentication",
      metadata: { name: `isthmus-drain.${drain.cluster}.${name}`, namespace },
      spec: {
        selector: { matchLabels: { ...drain.selector, [clusterLabel]: drain.cluster } },
        mtls: { mode: "DISABLE" },
      },
    }));
}

/**
 * The VirtualService by which sidecars of a drained cluster ask elsewhere; none
 * where a route of the mesh file decides for them. Without a port and a match
 * it holds for every port of the Service, HTTP or not.
 */
export function renderElsewhereRoute(mesh: Mesh, service: Service, cluster: Cluster): KubeObject[] {
  const isRouted = service.routes.some(({ gateways }) => gateways.includes(meshGateway));
  if (isRouted || drainIn(service, cluster.name)?.stage !== "all") {
    return [];
  }
  const host = serviceHost(service);
  const route = [{ destination: { host, subset: elsewhereSubset } }];
  return [
    {
      apiVersion: networkingOf(mesh.istio),
      kind: "VirtualService",
      metadata: { name: `isthmus-drained.${service.name}`, namespace: service.namespace },
      spec: { gateways: [meshGateway], hosts: [host], http: [{ route }], tcp: [{ route }] },
    },
  ];
}

/** The labels that a version's subset asks for beside its own: in a cluster where it is drained those of pods elsewhere. */
export function elsewhereLabels(service: Service, cluster: Cluster, version: string | undefined) {
  const instead = insteadOf(service, cluster.name, version);
  return instead === undefined ? {} : { [clusterLabel]: instead };
}
