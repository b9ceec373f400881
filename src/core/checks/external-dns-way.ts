import { blockOf, isAddress } from "../policies/address-block.ts";
import { closingPolicies, compilePolicies } from "../policies/network-policy.ts";
import type { Finding } from "./check.ts";
import { problem } from "./check.ts";
import type { Publisher } from "./publishers.ts";

/** Where the API of a DNS provider is asked. */
const httpsPort = 443;

/**
 * Whether network policies of its namespace close an external-dns off from where it writes: the server of RFC 2136, for
 * other providers anything at port 443. Of an address that is not known a rule with any block of addresses is taken to admit it.
 */
export function closedWay(one: Publisher): readonly Finding[] {
  const { namespace, name, networkPolicies = [], provider, server } = one;
  if (networkPolicies.length === 0 || (provider === "rfc2136" && server === undefined)) {
    return [];
  }
  const { host = "", port = httpsPort } = server ?? {};
  const address = isAddress(host) ? host : "";
  const closing = closingOf(one, { address, port });
  if (closing.length === 0) {
    return [];
  }
  const where = host === "" ? "its DNS provider" : host;
  const isolating = `NetworkPolicy ${closing.join(", ")} ${closing.length === 1 ? "isolates" : "isolate"} its pods`;
  return [
    problem("ISM687", {
      detail: `external-dns of ${one.cluster} (${namespace}/${name}) does not reach ${where} at TCP port ${port}: ${isolating}, and no rule lets that out. It writes no name.`,
      fix: `Add a rule to the egress of its pods: to ${address === "" ? "its DNS provider" : `the block ${blockOf(address)}`}, port ${port}${provider === "rfc2136" ? " of TCP and UDP" : ""}. Whoever made the policies has to decide.`,
      cluster: one.cluster,
      object: { group: "apps", kind: "Deployment", namespace, name },
    }),
  ];
}

/** Names of the policies that close its pods off from there. */
function closingOf(
  { namespace, name, labels = {}, networkPolicies = [] }: Publisher,
  { address, port }: { readonly address: string; readonly port: number },
): readonly string[] {
  const pod = {
    namespace,
    name,
    labels,
    namespaceLabels: { "kubernetes.io/metadata.name": namespace },
    addresses: [],
    hostNetwork: false,
    ports: [],
  };
  const peer = { kind: "outside", address } as const;
  const connection = { pod, direction: "egress", peer, port, protocol: "TCP" } as const;
  return closingPolicies(compilePolicies(networkPolicies), connection).map(
    (policy) => `${policy.namespace}/${policy.name}`,
  );
}
