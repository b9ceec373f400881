import type { KubeObject } from "../model/kube-object.ts";
import { crossNetworkPort, istioNamespace } from "./names.ts";

/**
 * Opens the east-west gateway for every service of the cluster, for mesh
 * workloads of other networks only: AUTO_PASSTHROUGH routes by SNI and leaves
 * mTLS to both ends (facts 2.6).
 */
export function renderCrossNetworkGateway(): KubeObject {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: { name: "cross-network-gateway", namespace: istioNamespace },
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
