import type { MeshFlow, Party } from "../policies/mesh-flows.ts";
import { meshFlows } from "../policies/mesh-flows.ts";
import { podsOfService } from "../policies/service-ports.ts";
import { groupBy } from "../model/group-by.ts";
import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Cluster, Mesh, Service } from "../model/mesh.ts";
import type { Materials } from "./materials.ts";
import { istioNamespace } from "./names.ts";
import { describeParty, istioPods, partyKey, peersOf, policyName } from "./policy-peers.ts";
import { renderRunbookPolicies } from "./runbook-policy.ts";

type Direction = "ingress" | "egress";
type Selector = Readonly<Record<string, string>>;

/** Pods that get policies, and the first part of their policies' names. */
interface Owner {
  readonly namespace: string;
  readonly name: string;
  readonly selector: Selector;
}

/**
 * The NetworkPolicies of one cluster, when the mesh asks for them. `strict`:
 * what `meshFlows` has and nothing more, each pod with rules of its own.
 * `runbook`: the port lists of the runbook, open to everybody.
 *
 * One policy has one direction, numbers for ports and one block of addresses
 * in a rule: there are enforcers that take the other shapes for something else
 * (docs/adr/0022). They add to what Rancher's project network isolation
 * admits. The annotation of a policy has the reason of every rule.
 */
export function renderNetworkPolicies(mesh: Mesh, cluster: Cluster, materials: Materials): KubeObject[] {
  switch (mesh.hardening.networkPolicies) {
    case false:
      return [];
    case "runbook":
      return renderRunbookPolicies(mesh, cluster, materials);
    case "strict":
      return renderStrictPolicies(mesh, cluster, materials);
  }
}

function renderStrictPolicies(mesh: Mesh, cluster: Cluster, materials: Materials): KubeObject[] {
  return byParty(meshFlows(mesh, cluster, materials)).flatMap(({ party, ...flows }) =>
    (["ingress", "egress"] as const).flatMap((direction) => policiesOf(party, direction, flows[direction], materials)),
  );
}

interface PartyFlows {
  readonly party: Party;
  readonly ingress: MeshFlow[];
  readonly egress: MeshFlow[];
}

/** In one pass: in a fleet nearly every flow has a party of its own. */
function byParty(flows: readonly MeshFlow[]): readonly PartyFlows[] {
  const found = new Map<string, PartyFlows>();
  const of = (party: Party): PartyFlows => {
    const key = partyKey(party);
    const one = found.get(key) ?? { party, ingress: [], egress: [] };
    found.set(key, one);
    return one;
  };
  for (const flow of flows) {
    of(flow.from).egress.push(flow);
    of(flow.to).ingress.push(flow);
  }
  return [...found.values()];
}

function policiesOf(
  party: Party,
  direction: Direction,
  all: readonly MeshFlow[],
  materials: Materials,
): readonly KubeObject[] {
  switch (party.kind) {
    case "istiod":
    case "ingress-gateway":
    case "east-west-gateway":
    case "egress-gateway": {
      const flows = withoutCovered(all, direction);
      const ofMesh = (flow: MeshFlow): boolean => isOfMesh(otherEnd(flow, direction));
      const of = (name: string): Owner => ({
        namespace: istioNamespace,
        name: `${name}${suffixes[party.kind]}`,
        selector: istioPods[party.kind],
      });
      return [
        ...policy(of("np-istio"), direction, flows.filter(ofMesh), materials),
        ...policy(
          of("np-istio-ports"),
          direction,
          flows.filter((flow) => !ofMesh(flow)),
          materials,
        ),
      ];
    }
    case "http01-solver": {
      const owner = {
        namespace: istioNamespace,
        name: "np-istio-ports.http01-solver",
        selector: istioPods[party.kind],
      };
      return policy(owner, direction, withoutCovered(all, direction), materials);
    }
    case "service":
      return policy(ownerOf(party.service, materials), direction, withoutCovered(all, direction), materials);
    default:
      // Whoever else is at the other end has no pods that are ours to protect.
      return [];
  }
}

const suffixes = {
  istiod: "",
  "ingress-gateway": ".ingressgateway",
  "east-west-gateway": ".eastwestgateway",
  "egress-gateway": ".egressgateway",
} as const;

function ownerOf(service: Service, materials: Materials): Owner {
  const { selector } = podsOfService(service, materials);
  return { namespace: service.namespace, name: `np-${service.name}`, selector };
}

function otherEnd(flow: MeshFlow, direction: Direction): Party {
  return direction === "ingress" ? flow.from : flow.to;
}

function isOfMesh({ kind }: Party): boolean {
  return [
    "istiod",
    "ingress-gateway",
    "east-west-gateway",
    "egress-gateway",
    "istio-pods",
    "service",
    "meshed",
  ].includes(kind);
}

/**
 * Without the flows that another one of the same pods and direction admits
 * already, so that every rule is needed; it says their reasons too. A fleet has
 * thousands of flows: each is held against those only that may admit it.
 */
function withoutCovered(flows: readonly MeshFlow[], direction: Direction): readonly MeshFlow[] {
  const endOf = (flow: MeshFlow): string => partyKey(otherEnd(flow, direction));
  // Of those that say the same the first stays.
  const distinct = [...groupBy(flows, (flow) => `${endOf(flow)} ${portsKey(flow)}`).values()].flatMap((same) =>
    same.slice(0, 1),
  );
  const byEnd = groupBy(distinct, endOf);
  const admitting = (flow: MeshFlow): readonly MeshFlow[] =>
    coveringKeys(otherEnd(flow, direction))
      .flatMap((key) => byEnd.get(key) ?? [])
      .filter((other) => opens(other, flow));
  const needed = distinct.filter((flow) => admitting(flow).every((other) => other === flow));
  const reasons = new Map(needed.map((flow) => [flow, new Set([flow.why])]));
  for (const flow of flows) {
    admitting(flow).forEach((other) => reasons.get(other)?.add(flow.why));
  }
  return [...reasons].map(([flow, why]) => ({ ...flow, why: [...why].join(", and ") }));
}

/** The keys of the parties that a party is among. */
function coveringKeys(party: Party): readonly string[] {
  const own = partyKey(party);
  switch (party.kind) {
    case "world":
      return [own];
    case "ingress-gateway":
    case "east-west-gateway":
      return [own, "istio-pods", "world"];
    case "service":
      return [own, "meshed", "world"];
    default:
      return [own, "world"];
  }
}

/** True for one that opens every port of another. */
function opens(other: MeshFlow, { ports }: MeshFlow): boolean {
  return ports.every((one) => other.ports.some(({ port, protocol }) => port === one.port && protocol === one.protocol));
}

function policy(
  owner: Owner,
  direction: Direction,
  flows: readonly MeshFlow[],
  materials: Materials,
): readonly KubeObject[] {
  const side = direction === "ingress" ? "from" : "to";
  const rules = flows.flatMap((flow) => {
    const party = otherEnd(flow, direction);
    return peersOf(party, owner.namespace, materials).map(({ peers, what }) => ({
      reason: `${portsText(flow)} ${side} ${what ?? describeParty(party)}: ${flow.why}`,
      rule: {
        ...(peers.length === 0 ? {} : { [side]: peers }),
        ports: flow.ports.map(({ port, protocol }) => ({ port, protocol })),
      } satisfies Json,
    }));
  });
  return rules.length === 0
    ? []
    : [
        {
          apiVersion: "networking.k8s.io/v1",
          kind: "NetworkPolicy",
          metadata: {
            name: policyName(owner.name, direction),
            namespace: owner.namespace,
            annotations: {
              [`isthmus.dev/${direction}`]: rules.map(({ reason }, index) => `${index + 1}) ${reason}`).join("; "),
            },
          },
          spec: {
            podSelector: { matchLabels: owner.selector },
            policyTypes: [direction === "ingress" ? "Ingress" : "Egress"],
            [direction]: rules.map(({ rule }) => rule),
          },
        },
      ];
}

function portsText({ ports }: MeshFlow): string {
  return ports.map(({ port, protocol }) => `${port}/${protocol}`).join(", ");
}

/** Equal exactly where two flows have the same ports. */
function portsKey({ ports }: MeshFlow): string {
  return [...new Set(ports.map(({ port, protocol }) => `${port}/${protocol}`))].toSorted().join(" ");
}
