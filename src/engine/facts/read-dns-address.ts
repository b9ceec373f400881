import type { DnsAddress } from "../../core/checks/system-facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { KubeClient } from "../../kube/client.ts";
import { KubeError } from "../../kube/errors.ts";

/**
 * At which addresses the pods of a node look names up, as its kubelet writes
 * them into their resolv.conf, and which of them a Service of any kind has.
 * Asks one node: those of a cluster are told the same.
 */
export async function readDnsAddress(
  client: KubeClient,
  { node, services }: { readonly node: string; readonly services: readonly KubeObject[] },
  signal: AbortSignal,
): Promise<DnsAddress> {
  try {
    const { clusterDNS } = await client.kubeletConfig(node, { signal });
    const asked = Array.isArray(clusterDNS) ? clusterDNS.map(String) : [];
    const own = services.flatMap(addressesOf);
    const strange = asked.filter((address) => !own.includes(address));
    const others = await Promise.all(
      strange.map(async (address) => {
        const query = { apiVersion: "v1", kind: "Service", fieldSelector: `spec.clusterIP=${address}` };
        return (await client.list(query, { signal })).length > 0 ? [address] : [];
      }),
    );
    return { node, asked, ofServices: [...asked.filter((address) => own.includes(address)), ...others.flat()] };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof KubeError) {
      return { node, asked: [], ofServices: [], problem: error.message };
    }
    throw error;
  }
}

/** The cluster IPs of a Service; none of a headless one. */
export function addressesOf(service: KubeObject): readonly string[] {
  const { clusterIP, clusterIPs } = (service["spec"] ?? {}) as {
    readonly clusterIP?: string;
    readonly clusterIPs?: readonly string[];
  };
  return (clusterIPs ?? (clusterIP === undefined ? [] : [clusterIP])).filter((one) => one !== "None" && one !== "");
}
