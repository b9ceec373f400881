import { crossNetworkPort, eastWestGateway, istioNamespace } from "../../render/names.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { restart } from "../commands.ts";
import type { IstiodPod } from "../control-plane-facts.ts";
import type { ReachedCluster } from "../facts.ts";
import { hostNamesIn } from "../gateway-names.ts";
import { eastWestAddresses, onceFor, pairs } from "../reached.ts";
import { gatewayAddress, gatewayPods, knownGateways, needsOfJoin, networkLabelled, sync } from "../subjects.ts";

/**
 * What istiod takes for the gateways of another network: without one it hands
 * out pod addresses that lead nowhere (pains 1 and 13), and for a DNS name it
 * has addresses only once it has resolved it (docs/guides/check.md, complaint 11).
 */
export const networkGateways: Check = {
  id: "join/network-gateways",
  sentence: "every istiod knows the east-west gateways of other networks",
  pre: false,
  run: (facts) => {
    const networks = new Map(facts.mesh.clusters.map((one) => [one.name, one.network]));
    const gatewaysOf = onceFor(byCluster);
    const addressesOf = onceFor(announcedBy);
    return pairs(facts).flatMap(({ reader, remote, far }) => {
      const network = networks.get(remote) ?? "";
      if (far === undefined || network === networks.get(reader.cluster)) {
        return [];
      }
      const { announced, names } = addressesOf(far);
      return reader.istiod.pods.flatMap((pod) => {
        const known = (gatewaysOf(pod).get(remote) ?? [])
          .filter((one) => one.network === network)
          .map((one) => one.address);
        const missing = announced.filter((address) => !known.includes(address) && !names.includes(address));
        const unresolved = names.length > 0 && known.length === 0;
        if (pod.problem !== undefined || (known.length > 0 && missing.length === 0)) {
          return [];
        }
        return [
          problem("ISM438", {
            detail: describe(pod, { reader, remote, network, names, missing, known }),
            ...(unresolved
              ? {
                  fix: `Whoever runs the DNS of ${reader.cluster} has to decide: have it resolve the name, or give Service istio-system/${eastWestGateway} of ${remote} an IP address.`,
                }
              : {
                  fix: `The labels of Service istio-system/${eastWestGateway} in ${remote} are right, and istiod of ${reader.cluster} says that it is synced: have it read them again by a restart.`,
                  commands: [restart(reader, istioNamespace, "istiod")],
                }),
            cluster: reader.cluster,
            remote,
            object: { group: "", kind: "Pod", namespace: "istio-system", name: pod.name },
            breaks: [knownGateways(reader.cluster, remote)],
            needs: [
              sync(reader.cluster, remote),
              ...needsOfJoin(reader.cluster, remote),
              gatewayPods(remote, eastWestGateway),
              gatewayAddress(remote, eastWestGateway),
              networkLabelled(remote),
            ],
          }),
        ];
      });
    });
  },
};

function describe(
  pod: IstiodPod,
  it: {
    readonly reader: ReachedCluster;
    readonly remote: string;
    readonly network: string;
    readonly names: readonly string[];
    readonly missing: readonly string[];
    readonly known: readonly string[];
  },
): string {
  const { reader, remote } = it;
  if (it.known.length > 0) {
    return `${pod.name} of ${reader.cluster} does not know ${it.missing.map((one) => `${one}:${crossNetworkPort}`).join(", ")}, where ${remote} can be reached.`;
  }
  return it.names.length > 0
    ? `${pod.name} of ${reader.cluster} has no address for ${it.names.join(", ")}, the east-west gateway of ${remote}: it cannot resolve the name, or RESOLVE_HOSTNAME_GATEWAYS is off.`
    : `${pod.name} of ${reader.cluster} knows no gateway of network ${it.network}, so it hands out pod addresses of ${remote}, which lead nowhere from here.`;
}

function announcedBy(one: ReachedCluster): {
  readonly announced: readonly string[];
  readonly names: readonly string[];
} {
  const announced = eastWestAddresses(one);
  return { announced, names: hostNamesIn(announced) };
}

type NetworkGateway = IstiodPod["networkGateways"][number];

function byCluster({ networkGateways }: IstiodPod): ReadonlyMap<string, readonly NetworkGateway[]> {
  const found = new Map<string, NetworkGateway[]>();
  for (const gateway of networkGateways) {
    const known = found.get(gateway.cluster) ?? [];
    known.push(gateway);
    found.set(gateway.cluster, known);
  }
  return found;
}
