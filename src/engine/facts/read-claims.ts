import type { ClaimingService } from "../../core/checks/control-plane-facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { compareText } from "../../core/render/order.ts";
import type { KubeClient } from "../../kube/client.ts";
import { ledAddresses } from "./service-addresses.ts";
import { writtenBy } from "./written-by.ts";

interface WireSpec {
  readonly clusterIP?: string;
  readonly externalIPs?: readonly string[];
  readonly ports?: readonly { readonly port: number; readonly protocol?: string }[];
  readonly selector?: Readonly<Record<string, string>>;
}

/**
 * The Services of all namespaces whose addresses the cluster's nodes lead to
 * their pods, wherever these addresses are: external IPs and those of load
 * balancers. kube-proxy leaves headless Services out
 * (kubernetes/kubernetes, pkg/proxy/servicechangetracker.go).
 */
export async function readClaims(client: KubeClient, signal: AbortSignal): Promise<readonly ClaimingService[]> {
  const services = await client.list({ apiVersion: "v1", kind: "Service" }, { signal });
  return services
    .flatMap(claimOf)
    .toSorted((a, b) => compareText(`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`));
}

function claimOf(service: KubeObject): readonly ClaimingService[] {
  const { clusterIP, externalIPs = [], ports = [], selector = {} } = (service["spec"] ?? {}) as WireSpec;
  const addresses = ledAddresses(service);
  const tcp = ports.flatMap(({ port, protocol = "TCP" }) => (protocol === "TCP" ? [port] : []));
  if (clusterIP === "None" || addresses.length === 0 || tcp.length === 0) {
    return [];
  }
  const { namespace = "", name } = service.metadata;
  return [{ namespace, name, addresses, externalIPs, ports: tcp, selector, written: writtenBy(service) }];
}
