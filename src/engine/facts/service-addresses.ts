import type { KubeObject } from "../../core/model/kube-object.ts";

interface ServiceStatus {
  readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] };
}

/** The addresses under which a LoadBalancer Service is reached from outside; empty while it has none. */
export function serviceAddresses(service: KubeObject): string[] {
  const status = service["status"] as ServiceStatus | undefined;
  const external = (service["spec"] as { readonly externalIPs?: readonly string[] } | undefined)?.externalIPs ?? [];
  const balanced = (status?.loadBalancer?.ingress ?? []).flatMap((one) => one.ip ?? one.hostname ?? []);
  return [...balanced, ...external];
}

/**
 * The port that a Service gives to istiods of other networks instead of 15443, by
 * its label `networking.istio.io/gatewayPort`; undefined without one. istiod takes
 * 15443 for what is no number (istio.io/istio, pkg/config/labels).
 */
export function gatewayPortOf(service: KubeObject): number | undefined {
  const port = Number(service.metadata.labels?.["networking.istio.io/gatewayPort"]);
  return Number.isInteger(port) && port > 0 ? port : undefined;
}
