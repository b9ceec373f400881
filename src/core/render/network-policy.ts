import type { MeshFlow, Party } from "../policies/mesh-flows.ts";
import { meshFlows } from "../policies/mesh-flows.ts";
import { servicePodsOf } from "../policies/service-ports.ts";
import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Cluster, Mesh, Service } from "../model/mesh.ts";
import type { Materials } from "./materials.ts";
import { serviceKey } from "./materials.ts";
import { istioNamespace } from "./names.ts";
import { describeParty, partyKey, peersOf, policyName } from "./policy-peers.ts";
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
  const flows = meshFlows(mesh, cluster, materials);
  const parties = new Map(flows.flatMap(({ from, to }) => [from, to]).map((party) => [partyKey(party), party]));
  return [...parties.values()].flatMap((party) =>
    (["ingress", "egress"] as const).flatMap((direction) => {
      const own = flows.filter((flow) => partyKey(direction === "ingress" ? flow.to : flow.from) === partyKey(party));
      return policiesOf(party, direction, withoutCovered(own, direction), materials);
    }),
  );
}

function policiesOf(
  party: Party,
  direction: Direction,
  flows: readonly MeshFlow[],
  materials: Materials,
): readonly KubeObject[] {
  if (flows.length === 0) {
    return [];
  }
  const inMesh = flows.filter((flow) => isOfMesh(otherEnd(flow, direction)));
  const beyond = flows.filter((flow) => !inMesh.includes(flow));
  const of = (name: string, suffix = ""): Owner => ({
    namespace: istioNamespace,
    name: `${name}${suffix}`,
    selector: istioLabels[party.kind] ?? {},
  });
  switch (party.kind) {
    case "istiod":
      return [
        policy(of("np-istio"), direction, inMesh, materials),
        policy(of("np-istio-ports"), direction, beyond, materials),
      ].flat();
    case "ingress-gateway":
    case "east-west-gateway": {
      const suffix = party.kind === "ingress-gateway" ? ".ingressgateway" : ".eastwestgateway";
      return [
        policy(of("np-istio", suffix), direction, inMesh, materials),
        policy(of("np-istio-ports", suffix), direction, beyond, materials),
      ].flat();
    }
    case "http01-solver":
      return policy(of("np-istio-ports", ".http01-solver"), direction, flows, materials);
    case "service":
      return policy(ownerOf(party.service, materials), direction, flows, materials);
    default:
      // Whoever else is at the other end has no pods that are ours to protect.
      return [];
  }
}

const istioLabels: Readonly<Partial<Record<Party["kind"], Selector>>> = {
  istiod: { app: "istiod" },
  "ingress-gateway": { istio: "ingressgateway" },
  "east-west-gateway": { istio: "eastwestgateway" },
  "http01-solver": { "acme.cert-manager.io/http01-solver": "true" },
};

function ownerOf(service: Service, materials: Materials): Owner {
  const { selector } = servicePodsOf(service, materials.serviceManifests[serviceKey(service)] ?? []);
  return { namespace: service.namespace, name: `np-${service.name}`, selector };
}

function otherEnd(flow: MeshFlow, direction: Direction): Party {
  return direction === "ingress" ? flow.from : flow.to;
}

function isOfMesh({ kind }: Party): boolean {
  return ["istiod", "ingress-gateway", "east-west-gateway", "istio-pods", "service", "meshed"].includes(kind);
}

/** Without the flows that another one of the same pods and direction admits already, so that every rule is needed; it says their reasons too. */
function withoutCovered(flows: readonly MeshFlow[], direction: Direction): readonly MeshFlow[] {
  const admits = (other: MeshFlow, flow: MeshFlow): boolean =>
    flow.ports.every((one) =>
      other.ports.some(({ port, protocol }) => port === one.port && protocol === one.protocol),
    ) && covers(otherEnd(other, direction), otherEnd(flow, direction));
  // Of two that say the same the first stays.
  const needed = flows.filter(
    (flow, index) =>
      !flows.some((other, place) => other !== flow && admits(other, flow) && (place < index || !admits(flow, other))),
  );
  return needed.map((flow) => {
    const reasons = new Set(flows.filter((other) => admits(flow, other)).map((other) => other.why));
    return { ...flow, why: [...new Set([flow.why, ...reasons])].join(", and ") };
  });
}

function covers(wider: Party, narrower: Party): boolean {
  return (
    wider.kind === "world" ||
    partyKey(wider) === partyKey(narrower) ||
    (wider.kind === "istio-pods" && ["ingress-gateway", "east-west-gateway"].includes(narrower.kind)) ||
    (wider.kind === "meshed" && narrower.kind === "service")
  );
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
