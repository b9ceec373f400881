import { BlockList } from "node:net";
import { networkInterfaces } from "node:os";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import type { ResolvedContext } from "../../kube/kubeconfig/resolve-context.ts";

/** The extension of a kubeconfig context by which a sandbox says what its clusters need of Istio. */
export const sandboxExtension = "isthmus.dev/sandbox";

/**
 * Why a sandbox's cluster cannot be reached at all: its network is not on
 * this machine. Undefined for clusters that are not a sandbox's, and when the
 * network is there. Looked at before anything is sent, since without that
 * network a packet for its addresses would take the machine's default route.
 */
export function findMissingSandbox(cluster: string, context: ResolvedContext): Diagnostic | undefined {
  const extension = context.extensions[sandboxExtension] as { readonly instance?: string } | undefined;
  if (extension === undefined || isOnLocalNetwork(new URL(context.server).hostname)) {
    return undefined;
  }
  const instance = extension.instance ?? "default";
  return {
    ...errorOf("ISM280"),
    detail: `Cluster ${cluster} is one of the sandbox ${instance} on this machine (context ${context.context}), and the sandbox's network is not there. Nothing was sent.`,
    fix: `isthmus sandbox up --instance ${instance}`,
    cluster,
  };
}

/** True when the IPv4 address belongs to a network that this machine has an interface in. */
export function isOnLocalNetwork(address: string): boolean {
  const local = new BlockList();
  for (const one of Object.values(networkInterfaces()).flat()) {
    const [network, prefix] = one?.family === "IPv4" && one.cidr !== null ? one.cidr.split("/") : [];
    if (network !== undefined && prefix !== undefined) {
      local.addSubnet(network, Number(prefix), "ipv4");
    }
  }
  return local.check(address, "ipv4");
}
