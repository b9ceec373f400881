import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Cluster, Mesh, Service, ServiceVersion } from "../model/mesh.ts";
import { networkingOf } from "../releases/istio-releases.ts";
import { elsewhereLabels, elsewhereSubset } from "./drain.ts";
import { renderFailoverPolicy } from "./failover-policy.ts";
import { serviceHost } from "./names.ts";
import { usesGatewayApi } from "../routing/version-service.ts";

/**
 * One subset per version, and what makes failover happen within each, on every cluster: an east-west gateway knows only
 * the subsets of its own cluster's DestinationRules, and a request for another
 * one finds no filter chain there (https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/).
 * In a cluster where the service is drained they are of pods elsewhere.
 */
export function renderDestinationRule(mesh: Mesh, service: Service, cluster: Cluster): KubeObject {
  const trafficPolicy = renderFailoverPolicy(service);
  const subsets = renderSubsets(service, cluster);
  return {
    apiVersion: networkingOf(mesh.istio),
    kind: "DestinationRule",
    metadata: { name: service.name, namespace: service.namespace },
    spec: {
      host: serviceHost(service),
      ...(trafficPolicy === undefined ? {} : { trafficPolicy }),
      ...(subsets.length === 0 ? {} : { subsets }),
    },
  };
}

/** Whether a service needs one: with routes of the Gateway API each version has a Service in place of a subset. */
export function hasDestinationRule(service: Service): boolean {
  const { versions, failover, drains = [] } = service;
  return !usesGatewayApi(service) && (versions.length > 0 || failover !== undefined || drains.length > 0);
}

function renderSubsets(service: Service, cluster: Cluster): Json[] {
  const labelsOf = (version?: ServiceVersion): Json => ({
    ...version?.labels,
    ...elsewhereLabels(service, cluster, version?.name),
  });
  const versions = service.versions.map((version) => ({ name: version.name, labels: labelsOf(version) }));
  return service.drains === undefined ? versions : [...versions, { name: elsewhereSubset, labels: labelsOf() }];
}
