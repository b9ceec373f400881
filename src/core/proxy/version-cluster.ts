import type { Service } from "../model/mesh.ts";
import { serviceHost } from "../render/names.ts";

/**
 * What proxies call that to which requests for a version go: the name that
 * istiod gives to the subset's cluster, or to the whole service's without
 * `version` (istio.io/istio, pilot/pkg/model/service.go, BuildSubsetKey).
 */
export function versionCluster(service: Pick<Service, "namespace" | "name" | "port">, version?: string): string {
  return `outbound|${service.port}|${version ?? ""}|${serviceHost(service)}`;
}
