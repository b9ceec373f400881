import type { KubeObject } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { networkingOf } from "../releases/istio-releases.ts";
import { passedOver } from "./external-dns-annotations.ts";
import { crossNetworkGatewayName, crossNetworkPort, istioNamespace } from "./names.ts";

/**
 * Opens the east-west gateway for every service of the cluster, for mesh
 * workloads of other networks only: AUTO_PASSTHROUGH routes by SNI and leaves
 * mTLS to both ends (https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/).
 * `*.local` is no name of a zone: an external-dns without domain filter would try to write it, and fail at every round.
 */
export function renderCrossNetworkGateway(mesh: Mesh): KubeObject {
  return {
    apiVersion: networkingOf(mesh.istio),
    kind: "Gateway",
    metadata: { name: crossNetworkGatewayName, namespace: istioNamespace, annotations: { ...passedOver } },
    spec: {
      selector: { istio: "eastwestgateway" },
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
