import { hasLabels } from "../../model/labels.ts";
import { isInBlock } from "../../policies/address-block.ts";
import { eastWestGateway } from "../../render/names.ts";
import type { Check, Finding } from "../check.ts";
import { problem, warning } from "../check.ts";
import { kubectlCommand } from "../commands.ts";
import type { ClaimingService, GatewayFacts } from "../control-plane-facts.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { gatewaysSeenBy } from "../far-gateways.ts";
import type { GatewayPlace } from "../gateway-place.ts";
import { formatPlace } from "../gateway-place.ts";
import { gatewayServiceId, meshClusters, networkOf, placesOfGateway } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import { gatewayAddress, trustBetween } from "../subjects.ts";

/**
 * Whatever address a Service names for its own, the nodes of its cluster send
 * what is for it to that Service's pods: connections of pods on their way out,
 * and those that a load balancer brings to a node with their address.
 */
export const claimedAddresses: Check = {
  id: "gateways/claimed-addresses",
  sentence: "no other Service takes the address of a gateway for its own",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) => (one.claims ?? []).flatMap((claim) => findings(facts, one, claim))),
};

/** A gateway, by its cluster, at the places where it is reached. */
interface Target {
  readonly cluster: ReachedCluster;
  readonly gateway: string;
  readonly places: readonly GatewayPlace[];
  /** Whose connections go there. */
  readonly who: string;
  /** False where it is not certain that connections of the mesh meet the claim. */
  readonly certain: boolean;
  readonly breaks: readonly Subject[];
}

function findings(facts: MeshFacts, one: ReachedCluster, claim: ClaimingService): readonly Finding[] {
  const own = one.gateways.map(({ name }) => placesOfGateway(one, name));
  if (own.some(({ namespace, service }) => namespace === claim.namespace && service === claim.name)) {
    return [];
  }
  return [...ownTargets(one, claim), ...farTargets(facts, one)].flatMap((target) => {
    const taken = target.places.filter(
      ({ address, port }) => claim.addresses.includes(address) && claim.ports.includes(port),
    );
    return taken.length === 0 ? [] : [found(one, claim, target, taken)];
  });
}

function ownTargets(one: ReachedCluster, claim: ClaimingService): readonly Target[] {
  return one.gateways
    .filter((gateway) => !leadsTo(one, claim, gateway))
    .map(({ name, service }) => {
      const { namespace, service: own } = placesOfGateway(one, name);
      const led = (one.claims ?? []).filter((other) => other.namespace === namespace && other.name === own);
      return {
        cluster: one,
        gateway: name,
        places: placesIn(service),
        who: name === eastWestGateway ? "proxies of other clusters" : "clients",
        // Where a load balancer hands connections over with another address, only pods of the cluster meet the claim.
        certain: led.some(({ addresses }) => addresses.some((address) => claim.addresses.includes(address))),
        breaks: [gatewayAddress(one.cluster, name)],
      };
    });
}

/** Gateways of other clusters, to which pods of this one connect. */
function farTargets(facts: MeshFacts, one: ReachedCluster): readonly Target[] {
  return meshClusters(facts)
    .filter(({ cluster }) => cluster !== one.cluster)
    .flatMap((far) => [
      ...(isOneNetwork(facts, one, far)
        ? []
        : [
            {
              cluster: far,
              gateway: eastWestGateway,
              places: gatewaysSeenBy(facts, one, far),
              who: `proxies of ${one.cluster}`,
              certain: true,
              breaks: [trustBetween(one.cluster, far.cluster)],
            },
          ]),
      ...far.gateways
        .filter(({ name }) => name !== eastWestGateway)
        .map(({ name, service }) => ({
          cluster: far,
          gateway: name,
          places: placesIn(service).filter(({ address }) => isOneNetwork(facts, one, far) || !isPrivate(address)),
          who: `pods of ${one.cluster} that call the mesh from outside`,
          certain: false,
          breaks: [],
        })),
    ]);
}

function isOneNetwork(facts: MeshFacts, one: ReachedCluster, far: ReachedCluster): boolean {
  return networkOf(facts, one.cluster) === networkOf(facts, far.cluster);
}

/** RFC 1918, RFC 6598 and RFC 4193: every network may have these addresses, and each means something else by them. */
const privateBlocks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];

function isPrivate(address: string): boolean {
  return privateBlocks.some((block) => isInBlock(address, block));
}

function placesIn(service: GatewayFacts["service"]): readonly GatewayPlace[] {
  const { addresses = [], ports = [] } = service ?? {};
  return addresses.flatMap((address) => ports.map((port) => ({ address, port })));
}

/** A second Service for the same pods takes nothing away. */
function leadsTo(one: ReachedCluster, { namespace, selector }: ClaimingService, { name, pods }: GatewayFacts): boolean {
  const place = placesOfGateway(one, name);
  const own = one.pods.filter((pod) => pods.some((other) => other.name === pod.name));
  return (
    namespace === place.namespace &&
    Object.keys(selector).length > 0 &&
    own.length > 0 &&
    own.every((pod) => hasLabels(pod.labels, selector))
  );
}

function found(one: ReachedCluster, claim: ClaimingService, target: Target, taken: readonly GatewayPlace[]): Finding {
  const { namespace, name, written, externalIPs } = claim;
  const id = { group: "", kind: "Service", namespace, name };
  const by = written.by === "" ? "" : ` (written by ${written.by}${written.at === "" ? "" : ` at ${written.at}`})`;
  const byField = taken.every(({ address }) => externalIPs.includes(address));
  const service = gatewayServiceId(target.cluster, target.gateway);
  const isFar = target.cluster.cluster !== one.cluster;
  return (target.certain ? problem : warning)("ISM752", {
    detail: `Service ${namespace}/${name} of ${one.cluster}${by} has ${taken.map(formatPlace).join(", ")} for its own (${byField ? "spec.externalIPs" : "its load balancer"}), which is the address of Service ${service.namespace ?? ""}/${service.name} of ${target.cluster.cluster}: the nodes of ${one.cluster} send connections of ${target.who} to the pods of ${namespace}/${name}, or refuse them where it has none.`,
    fix: `Whoever deploys ${namespace}/${name} has to decide: take the address or the port out of it, also where it is written down. ${kubectlCommand(one, "get", id, "-o", "yaml")}`,
    cluster: one.cluster,
    ...(isFar ? { remote: target.cluster.cluster } : {}),
    object: id,
    breaks: target.breaks,
    provenBy: { own: ["claims", "gateways"], ...(isFar ? { remote: ["gateways", "announcers"] } : {}) },
  });
}
