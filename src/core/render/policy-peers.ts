import type { Json } from "../model/kube-object.ts";
import { blockOf } from "../policies/address-block.ts";
import type { Party } from "../policies/mesh-flows.ts";
import { podsOfService } from "../policies/service-ports.ts";
import type { Materials } from "./materials.ts";
import { istioNamespace } from "./names.ts";

/** The label that every namespace carries since Kubernetes 1.21. https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-metadata-name */
const namespaceName = "kubernetes.io/metadata.name";

/** Where NodeLocal DNSCache answers pods, before the cluster's DNS is asked. https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/ */
const nodeLocalDns = "169.254.20.10/32";

/** Labels of the pods in Istio's namespace that policies name. */
export const istioPods = {
  istiod: { app: "istiod" },
  "ingress-gateway": { istio: "ingressgateway" },
  "east-west-gateway": { istio: "eastwestgateway" },
  "egress-gateway": { istio: "egressgateway" },
  "http01-solver": { "acme.cert-manager.io/http01-solver": "true" },
} as const;

/**
 * The namespaces whose pods get sidecars: those with the label of Istio's
 * default, and those of a revision, whichever it is
 * (https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy).
 */
export const sidecarNamespaces: readonly Json[] = [
  { namespaceSelector: { matchLabels: { "istio-injection": "enabled" } } },
  { namespaceSelector: { matchExpressions: [{ key: "istio.io/rev", operator: "Exists" }] } },
];

/** A dot is in no Service's name: no policy of another service has the name with the suffix. */
export function policyName(name: string, direction: "ingress" | "egress"): string {
  return direction === "ingress" ? name : `${name}.egress`;
}

/** Equal exactly where two parties are the same. */
export function partyKey(party: Party): string {
  switch (party.kind) {
    case "service":
      return `service ${party.service.namespace}/${party.service.name}`;
    case "address":
      return `address ${party.address}`;
    default:
      return party.kind;
  }
}

/** For the reasons of rules. */
export function describeParty(party: Party): string {
  switch (party.kind) {
    case "service":
      return `${party.service.namespace}/${party.service.name}`;
    case "address":
      return party.address;
    case "ingress-gateway":
      return "the ingress gateway";
    case "east-west-gateway":
      return "the east-west gateway";
    case "egress-gateway":
      return "the egress gateway";
    case "istio-pods":
      return "gateways and whatever else is in its namespace";
    case "meshed":
      return "namespaces with sidecars";
    case "http01-solver":
      return "cert-manager's solvers";
    case "any-pod":
      return "any pod of this cluster";
    case "world":
      return "everybody";
    case "dns":
      return "the cluster's DNS";
    case "istiod":
      return party.kind;
  }
}

/** What one rule says of a party. */
export interface RulePeers {
  /** Empty: everybody. */
  readonly peers: readonly Json[];
  /** Which part of the party it is, where there are several. */
  readonly what?: string;
}

/**
 * The peers of a party in policies of one namespace, for every rule that they
 * take: some enforcers look at one block of addresses in a rule only.
 */
export function peersOf(party: Party, namespace: string, materials: Materials): readonly RulePeers[] {
  const pods = (of: string, matchLabels: Readonly<Record<string, string>>): RulePeers => ({
    peers: [
      {
        ...(of === namespace ? {} : { namespaceSelector: { matchLabels: { [namespaceName]: of } } }),
        podSelector: Object.keys(matchLabels).length === 0 ? {} : { matchLabels },
      },
    ],
  });
  const block = (cidr: string): RulePeers => ({ peers: [{ ipBlock: { cidr } }] });
  switch (party.kind) {
    case "istiod":
    case "ingress-gateway":
    case "east-west-gateway":
    case "egress-gateway":
    case "http01-solver":
      return [pods(istioNamespace, istioPods[party.kind])];
    case "service": {
      const { selector } = podsOfService(party.service, materials);
      return [pods(party.service.namespace, selector)];
    }
    case "istio-pods":
      return [pods(istioNamespace, {})];
    case "meshed":
      return [{ peers: sidecarNamespaces }];
    case "any-pod":
      return [{ peers: [{ namespaceSelector: {} }] }];
    case "dns":
      return [pods("kube-system", { "k8s-app": "kube-dns" }), { ...block(nodeLocalDns), what: "NodeLocal DNSCache" }];
    case "address":
      return [block(blockOf(party.address))];
    case "world":
      return [{ peers: [] }];
  }
}
