/** What an istiod pod says of one proxy that is connected to it. */
export interface ProxySyncFacts {
  /** Of the proxy's pod. */
  readonly namespace: string;
  readonly name: string;
  /** Kinds of configuration (`routes`, `listeners`) of which the proxy has refused the newest, in its own words where istiod keeps them. */
  readonly refused: readonly { readonly kind: string; readonly words: string }[];
  /** Kinds that it has neither taken nor refused two seconds after they were sent. */
  readonly behind: readonly string[];
}

/** A pod that carries the mesh's requests or its configuration. */
export interface PodFacts {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** All of its addresses. */
  readonly addresses: readonly string[];
  readonly ready: boolean;
  /** ISO 8601. */
  readonly started: string;
  /** True when one of its containers is Istio's proxy. */
  readonly proxy: boolean;
  /** True when an init container of Istio's sets up the redirection, which needs NET_ADMIN. */
  readonly init: boolean;
  readonly hostNetwork: boolean;
  /** Which ports its annotations lead past its sidecar, or have it take alone; left out where they say nothing of it. */
  readonly inbound?: {
    readonly exclude?: readonly number[];
    readonly include?: readonly number[];
    /** The Deployment that made it. */
    readonly deployment?: string;
  };
  readonly serviceAccount: string;
  /** What made it: a Deployment, where one made its ReplicaSet, or whatever it names; left out for a pod that somebody made by itself. */
  readonly owner?: { readonly kind: string; readonly name: string };
  /** Of containers that keep running; `sidecar` is true for those of init containers that do, whose names policies do not find. */
  readonly ports: readonly {
    readonly name?: string;
    readonly port: number;
    readonly protocol: string;
    readonly sidecar?: boolean;
  }[];
}

/** A pod of the mesh that has not been ready for longer than pods take to start. */
export interface WaitingPod extends Pick<PodFacts, "namespace" | "name" | "labels" | "owner"> {
  /** ISO 8601: when it stopped being ready, or was made. */
  readonly since: string;
  /** Kubernetes' own words for what keeps it. */
  readonly words: string;
}

/** A pod of the mesh's namespaces that is none of the mesh's, with what policies go by. */
export type BesidePod = Pick<
  PodFacts,
  "namespace" | "name" | "labels" | "addresses" | "proxy" | "hostNetwork" | "ports"
>;

export interface ServicePort {
  readonly port: number;
  readonly name?: string;
  readonly appProtocol?: string;
  readonly protocol: string;
  /** A container's port, by number or name. */
  readonly targetPort: number | string;
}
