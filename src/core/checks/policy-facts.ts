/** A Kubernetes label selector; without parts it selects everything. */
export interface LabelSelector {
  readonly matchLabels: Readonly<Record<string, string>>;
  readonly matchExpressions: readonly LabelExpression[];
}

export interface LabelExpression {
  readonly key: string;
  /** `In`, `NotIn`, `Exists` or `DoesNotExist`. */
  readonly operator: string;
  readonly values: readonly string[];
}

/** A NetworkPolicy with what Kubernetes fills in: both of `types` are said. */
export interface NetworkPolicyFacts {
  readonly namespace: string;
  readonly name: string;
  readonly podSelector: LabelSelector;
  readonly types: { readonly ingress: boolean; readonly egress: boolean };
  readonly ingress: readonly NetworkRule[];
  readonly egress: readonly NetworkRule[];
  /** True where it carries the label of a mesh: isthmus has written it. */
  readonly own?: boolean;
}

export interface NetworkRule {
  /** Empty: everybody. */
  readonly peers: readonly NetworkPeer[];
  /** Empty: all ports. */
  readonly ports: readonly NetworkPort[];
}

export interface NetworkPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except: readonly string[] };
}

export interface NetworkPort {
  readonly protocol: string;
  /** A number, or the name of a container's port; left out: all ports of the protocol. */
  readonly port?: number | string;
  readonly endPort?: number;
}

/** A PeerAuthentication. */
export interface PeerAuthenticationFacts {
  readonly namespace: string;
  readonly name: string;
  /** ISO 8601: the oldest of several counts. */
  readonly created: string;
  /** Labels of the pods that it is for; left out: all of its namespace, or of the mesh. */
  readonly selector?: Readonly<Record<string, string>>;
  /** `UNSET`, `DISABLE`, `PERMISSIVE` or `STRICT`. */
  readonly mode: string;
  /** By port of the pod; Istio heeds it beside a selector only. */
  readonly portModes: Readonly<Record<string, string>>;
}

/** An AuthorizationPolicy. What `when` compares with may be a credential and is left out. */
export interface AuthorizationPolicyFacts {
  readonly namespace: string;
  readonly name: string;
  /** `ALLOW`, `DENY`, `AUDIT` or `CUSTOM`. */
  readonly action: string;
  /** Of action CUSTOM: who is asked; `missing` where istiod's mesh configuration has no authorizer of that name. */
  readonly provider?: { readonly name: string; readonly missing?: true };
  readonly selector?: Readonly<Record<string, string>>;
  /** True when it is for gateways or services of the Gateway API by name, and not for pods by label. */
  readonly targeted: boolean;
  readonly rules: readonly AuthorizationRule[];
}

export interface AuthorizationRule {
  /** One of them has to match; empty: everybody. */
  readonly from: readonly AuthorizationFields[];
  /** One of them has to match; empty: everything. */
  readonly to: readonly AuthorizationFields[];
  /** Conditions of what is also said by fields of `from` and `to`, in their words; all have to match. Left out where there are none. */
  readonly when?: readonly AuthorizationFields[];
  /** True when it has conditions beside these. */
  readonly conditional: boolean;
}

/** Fields of a source or an operation (`principals`, `notPaths`) → values, of which one has to match. */
export type AuthorizationFields = Readonly<Record<string, readonly string[]>>;
