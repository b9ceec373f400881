import type { KubeObject } from "../model/kube-object.ts";
import type { Mesh, Service } from "../model/mesh.ts";
import { networkingOf } from "../releases/istio-releases.ts";
import { renderFailoverPolicy } from "./failover-policy.ts";
import { serviceHost } from "./names.ts";

/**
 * One subset per version, and what makes failover happen within each, on every cluster: an east-west gateway knows only
 * the subsets of its own cluster's DestinationRules, and a request for another
 * one finds no filter chain there (https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/).
 */
export function renderDestinationRule(mesh: Mesh, service: Service): KubeObject {
  const trafficPolicy = renderFailoverPolicy(service);
  return {
    apiVersion: networkingOf(mesh.istio),
    kind: "DestinationRule",
    metadata: { name: service.name, namespace: service.namespace },
    spec: {
      host: serviceHost(service),
      ...(trafficPolicy === undefined ? {} : { trafficPolicy }),
      ...(service.versions.length === 0
        ? {}
        : { subsets: service.versions.map((version) => ({ name: version.name, labels: { ...version.labels } })) }),
    },
  };
}
