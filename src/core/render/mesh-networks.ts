import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Cluster, Mesh } from "../model/mesh.ts";
import { announcedGateway } from "../routing/announced-gateway.ts";
import { announcesAddresses } from "../routing/east-west-place.ts";
import { eastWestGateway, istioNamespace, networkLabel } from "./names.ts";

/**
 * The networks of which istiod of `reader` is told by the mesh file where their
 * gateways are: Istio's `meshNetworks`, which takes IP addresses and host names
 * with any port, can say something else to each reader, and is read without a
 * restart (https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshNetworks;
 * docs/adr/0034 says what else there is).
 */
export function meshNetworksValues(mesh: Pick<Mesh, "clusters">, reader: Cluster): { readonly [key: string]: Json } {
  const networks: Record<string, { readonly gateways: Json[] }> = {};
  for (const cluster of mesh.clusters) {
    const announced = announcedGateway(cluster, reader);
    if (announced !== undefined) {
      const { gateways } = (networks[cluster.network] ??= { gateways: [] });
      gateways.push(...announced.addresses.map((address) => ({ address, port: announced.port })));
    }
  }
  return Object.keys(networks).length === 0 ? {} : { global: { meshNetworks: networks } };
}

/**
 * The Service of the east-west gateway as Istio's gateway chart makes it, without
 * the label by which istiods take its own addresses: beside such a Service they
 * leave `meshNetworks` out, and send half of the requests to addresses that
 * nobody reaches. Pods and Deployment keep theirs.
 */
export function withoutNetworkLabel(object: KubeObject, cluster: Pick<Cluster, "eastWest">): KubeObject {
  const { kind, metadata } = object;
  if (
    !announcesAddresses(cluster) ||
    kind !== "Service" ||
    metadata.name !== eastWestGateway ||
    metadata.namespace !== istioNamespace
  ) {
    return object;
  }
  const { [networkLabel]: _, ...labels } = metadata.labels ?? {};
  return { ...object, metadata: { ...metadata, labels } };
}

/**
 * The same in an IstioOperator, whoever makes the Service of it: settings of
 * the gateway's `k8s`. A patch without a value deletes what its path names, in
 * which dots of a name are escaped
 * (https://istio.io/v1.23/docs/reference/config/istio.operator.v1alpha1/#K8sObjectOverlay-PathValue).
 */
export function unannouncedService(cluster: Pick<Cluster, "eastWest">): { readonly overlays?: Json } {
  const patches = [{ path: `metadata.labels.${networkLabel.replaceAll(".", String.raw`\.`)}` }];
  return announcesAddresses(cluster)
    ? { overlays: [{ apiVersion: "v1", kind: "Service", name: eastWestGateway, patches }] }
    : {};
}
