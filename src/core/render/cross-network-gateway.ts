import type { KubeObject } from "../model/kube-object.ts";
import type { InstalledGateway } from "../model/installed-istio.ts";
import type { Cluster, Mesh } from "../model/mesh.ts";
import { networkingOf } from "../releases/istio-releases.ts";
import { passedOver } from "./external-dns-annotations.ts";
import { hasNamedGateway } from "../routing/east-west-place.ts";
import type { Materials } from "./materials.ts";
import { crossNetworkGatewayName, crossNetworkPort, istioNamespace } from "./names.ts";

/**
 * Opens the east-west gateway for every service of the cluster, for mesh
 * workloads of other networks only: AUTO_PASSTHROUGH routes by SNI and leaves
 * mTLS to both ends (https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/).
 * `*.local` is no name of a zone: an external-dns without domain filter would try to write it, and fail at every round.
 */
export function renderCrossNetworkGateway(
  mesh: Mesh,
  cluster: Cluster,
  { namedGateways }: Pick<Materials, "namedGateways">,
): KubeObject {
  return {
    apiVersion: networkingOf(mesh.istio),
    kind: "Gateway",
    metadata: { name: crossNetworkGatewayName, namespace: istioNamespace, annotations: { ...passedOver } },
    spec: {
      selector: podsOf(hasNamedGateway(cluster) ? namedGateways?.[cluster.name] : undefined),
      servers: [
        {
          port: { number: crossNetworkPort, name: "tls", protocol: "TLS" },
          tls: { mode: "AUTO_PASSTHROUGH" },
          hosts: ["*.local"],
        },
      ],
    },
  };
}

/**
 * The labels by which the Service of a gateway that is there already finds its
 * pods; else those that Istio gives the gateway. Never none: a Gateway without a
 * selector is for every gateway (istio.io/istio, pilot/pkg/model/push_context.go, mergeGateways).
 */
function podsOf(found: InstalledGateway | undefined): Readonly<Record<string, string>> {
  return found === undefined || Object.keys(found.selector).length === 0
    ? { istio: "eastwestgateway" }
    : found.selector;
}
