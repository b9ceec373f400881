import type {
  LabelExpression,
  LabelSelector,
  NetworkPeer,
  NetworkPolicyFacts,
  NetworkRule,
} from "../checks/policy-facts.ts";
import { meshLabel } from "../render/names.ts";
import type { KubeObject } from "../model/kube-object.ts";

interface WireSelector {
  readonly matchLabels?: Readonly<Record<string, string>> | null;
  readonly matchExpressions?: readonly (Omit<LabelExpression, "values"> & Partial<LabelExpression>)[] | null;
}

interface WirePeer {
  readonly podSelector?: WireSelector | null;
  readonly namespaceSelector?: WireSelector | null;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] | null } | null;
}

interface WirePort {
  readonly protocol?: string | null;
  readonly port?: number | string | null;
  readonly endPort?: number | null;
}

interface WireRule {
  readonly from?: readonly (WirePeer | null)[] | null;
  readonly to?: readonly (WirePeer | null)[] | null;
  readonly ports?: readonly (WirePort | null)[] | null;
}

interface WireSpec {
  readonly podSelector?: WireSelector | null;
  readonly policyTypes?: readonly string[] | null;
  readonly ingress?: readonly (WireRule | null)[] | null;
  readonly egress?: readonly (WireRule | null)[] | null;
}

/**
 * A NetworkPolicy with what Kubernetes takes where nothing is said: ingress
 * always, and egress where a rule for it is there; an empty rule admits
 * everything, an empty list of them nothing
 * (https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/).
 */
export function policyFactsOf(object: KubeObject): NetworkPolicyFacts {
  const spec = (object["spec"] ?? {}) as WireSpec;
  const [ingress, egress] = [spec.ingress ?? [], spec.egress ?? []];
  const types = spec.policyTypes ?? [];
  return {
    namespace: object.metadata.namespace ?? "",
    name: object.metadata.name,
    podSelector: readSelector(spec.podSelector ?? {}),
    types:
      types.length === 0
        ? { ingress: true, egress: egress.length > 0 }
        : { ingress: types.includes("Ingress"), egress: types.includes("Egress") },
    ingress: ingress.map((rule) => readRule(rule, rule?.from)),
    egress: egress.map((rule) => readRule(rule, rule?.to)),
    ...(object.metadata.labels?.[meshLabel] === undefined ? {} : { own: true }),
  };
}

function readRule(rule: WireRule | null, peers: readonly (WirePeer | null)[] | null | undefined): NetworkRule {
  return {
    peers: (peers ?? []).map((peer) => readPeer(peer ?? {})),
    ports: (rule?.ports ?? []).map((item) => {
      const { protocol, port, endPort } = item ?? {};
      return {
        protocol: protocol ?? "TCP",
        ...(isMissing(port) ? {} : { port }),
        ...(isMissing(endPort) ? {} : { endPort }),
      };
    }),
  };
}

function readPeer({ podSelector, namespaceSelector, ipBlock }: WirePeer): NetworkPeer {
  return {
    ...(isMissing(podSelector) ? {} : { podSelector: readSelector(podSelector) }),
    ...(isMissing(namespaceSelector) ? {} : { namespaceSelector: readSelector(namespaceSelector) }),
    ...(isMissing(ipBlock) ? {} : { ipBlock: { cidr: ipBlock.cidr, except: ipBlock.except ?? [] } }),
  };
}

function readSelector({ matchLabels, matchExpressions }: WireSelector): LabelSelector {
  return {
    matchLabels: matchLabels ?? {},
    matchExpressions: (matchExpressions ?? []).map(({ key, operator, values }) => ({
      key,
      operator,
      values: values ?? [],
    })),
  };
}

/** An API server may hand out null for what is not there. */
function isMissing<Value>(value: Value | null | undefined): value is null | undefined {
  return value === undefined || value === null;
}
