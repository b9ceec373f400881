import type { KubeObject } from "../model/kube-object.ts";
import type { Cluster, Mesh } from "../model/mesh.ts";
import { istioNamespace, networkLabel } from "./names.ts";

/**
 * `istio-system` with the cluster's network, and every service's namespace
 * with sidecar injection. The network label tells istiod the default network
 * of the cluster; without it endpoints are taken for local ones (facts 2.3).
 */
export function renderNamespaces(mesh: Mesh, cluster: Cluster): KubeObject[] {
  const services = [...new Set(mesh.services.map((service) => service.namespace))].sort();
  return [
    renderIstioNamespace(mesh, cluster),
    ...services
      .filter((name) => name !== istioNamespace)
      .map((name) => ({
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name, labels: { "istio-injection": "enabled" } },
      })),
  ];
}

function renderIstioNamespace(mesh: Mesh, cluster: Cluster): KubeObject {
  const selector = mesh.istio.nodeSelector;
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: istioNamespace,
      labels: { [networkLabel]: cluster.network },
      ...(selector === undefined
        ? {}
        : {
            annotations: {
              "scheduler.alpha.kubernetes.io/node-selector": Object.keys(selector)
                .sort()
                .map((key) => `${key}=${selector[key]}`)
                .join(","),
            },
          }),
    },
  };
}
