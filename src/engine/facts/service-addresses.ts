import type { KubeObject } from "../../core/model/kube-object.ts";

interface ServiceStatus {
  readonly loadBalancer?: {
    readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string; readonly ipMode?: string }[];
  };
}

/** The addresses under which a LoadBalancer Service is reached from outside; empty while it has none. */
export function serviceAddresses(service: KubeObject): string[] {
  const balanced = balancersOf(service).flatMap((one) => one.ip ?? one.hostname ?? []);
  return [...balanced, ...externalOf(service)];
}

/**
 * Those of them that the cluster's own nodes lead to the Service's pods, so that
 * no pod's connection leaves the cluster: all but a load balancer's with the
 * mode Proxy (https://kubernetes.io/docs/concepts/services-networking/service/#load-balancer-ip-mode).
 */
export function ledAddresses(service: KubeObject): string[] {
  const balanced = balancersOf(service).flatMap(({ ip, ipMode }) =>
    ip === undefined || ipMode === "Proxy" ? [] : [ip],
  );
  return [...balanced, ...externalOf(service)];
}

function balancersOf(service: KubeObject): NonNullable<NonNullable<ServiceStatus["loadBalancer"]>["ingress"]> {
  return (service["status"] as ServiceStatus | undefined)?.loadBalancer?.ingress ?? [];
}

function externalOf(service: KubeObject): readonly string[] {
  return (service["spec"] as { readonly externalIPs?: readonly string[] } | undefined)?.externalIPs ?? [];
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
