import type { Service } from "../model/mesh.ts";
import { serviceHost } from "../render/names.ts";
import { usesGatewayApi, versionServiceName } from "../routing/version-service.ts";

type Routed = Pick<Service, "namespace" | "name" | "port" | "routes">;

/**
 * What proxies call that to which requests for a version go: the name that
 * istiod gives to the subset's cluster, or to the whole service's without
 * `version` (istio.io/istio, pilot/pkg/model/service.go, BuildSubsetKey). With
 * routes of the Gateway API a version has a Service of its own (docs/adr/0044).
 */
export function versionCluster(service: Routed, version?: string): string {
  const { subset, host } = versionPlace(service, version);
  return `outbound|${service.port}|${subset}|${host}`;
}

/** The name that a request for a version has in its TLS handshake with the east-west gateway of another network (BuildDNSSrvSubsetKey there). */
export function versionServerName(service: Routed, version: string): string {
  const { subset, host } = versionPlace(service, version);
  return `outbound_.${service.port}_.${subset}_.${host}`;
}

/** Subset and host in those names; the subset is empty where a version has a Service of its own, and without `version`. */
export function versionPlace(
  service: Routed,
  version: string | undefined,
): { readonly subset: string; readonly host: string } {
  return version !== undefined && usesGatewayApi(service)
    ? {
        subset: "",
        host: serviceHost({ namespace: service.namespace, name: versionServiceName(service, version) }),
      }
    : { subset: version ?? "", host: serviceHost(service) };
}
