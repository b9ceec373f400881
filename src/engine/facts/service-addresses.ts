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
