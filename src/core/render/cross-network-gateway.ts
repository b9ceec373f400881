import type { KubeObject } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { networkingOf } from "../releases/istio-releases.ts";
import { crossNetworkGatewayName, crossNetworkPort, istioNamespace } from "./names.ts";

/**
 * Opens the east-west gateway for every service of the cluster, for mesh
 * workloads of other networks only: AUTO_PASSTHROUGH routes by SNI and leaves
 * mTLS to both ends (https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/).
 */
export function renderCrossNetworkGateway(mesh: Mesh): KubeObject {
  return {
    apiVersion: networkingOf(mesh.istio),
    kind: "Gateway",
    metadata: { name: crossNetworkGatewayName, namespace: istioNamespace },
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
