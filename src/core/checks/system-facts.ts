import type { PodFacts, ServicePort } from "./pod-facts.ts";

/** Namespace kube-system. */
export interface SystemFacts {
  /** Its UID: no two clusters have the same. */
  readonly uid: string;
  /** The agents of istio-cni, which sets up redirection on the nodes, in any namespace. */
  readonly cni: readonly CniAgent[];
  readonly labels: Readonly<Record<string, string>>;
  /** The Service of the cluster's DNS; left out where none carries the label `k8s-app: kube-dns`. */
  readonly dns?: {
    readonly name: string;
    /** Ready endpoints. */
    readonly ready: number;
    /** Without ready endpoints: the Deployments behind the Service that somebody has scaled to 0. */
    readonly halted?: readonly string[];
    /** The pods' port for look-ups over UDP. */
    readonly targetPort?: number;
    readonly pods: readonly PodFacts[];
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports?: readonly ServicePort[];
    /** Its cluster IPs; left out where it has none. */
    readonly addresses?: readonly string[];
    /** Where the pods of a node look names up; left out where no node was asked. */
    readonly lookUps?: DnsAddress;
    /** What its ready pods say of a name that every cluster has; left out where nobody asked. */
    readonly answers?: readonly DnsAnswer[];
    /** Ready pods with the usual label of DNS (k8s-app=kube-dns) to which the Service does not lead; left out where there are none. */
    readonly unused?: readonly string[];
    /** What tells its pods which names they serve; read where an answer is not good. */
    readonly configuration?: DnsConfiguration;
  };
  /** Where Service kubernetes.default leads; left out where nobody looked. */
  readonly apiServers?: readonly { readonly address: string; readonly port: number }[];
  /** The kube-proxy of each node that was asked, a few of all; left out where nobody looked. */
  readonly kubeProxies?: readonly KubeProxyFacts[];
  /** Running pods of Prometheus in any namespace, with the labels of their namespaces; left out where nobody looked. */
  readonly scrapers?: readonly (PodFacts & { readonly namespaceLabels: Readonly<Record<string, string>> })[];
}

/** A DaemonSet of istio-cni. */
export interface CniAgent {
  readonly namespace: string;
  readonly name: string;
  /** Nodes that should run it; 0 also where its controller has not said yet. */
  readonly desired: number;
  /** Nodes on which it is ready. */
  readonly ready: number;
  /** Nodes that run it as it is asked for now: fewer than `desired` while it is rolled out. */
  readonly updated: number;
}

/** What a node's kube-proxy says of itself. */
export interface KubeProxyFacts {
  readonly node: string;
  /**
   * `silent`: its health port answers nothing, and that of another node does. `unheard`: it answers
   * nothing, and no other node tells whether a firewall keeps that port. `behind`: it says that it cannot write its rules.
   * In these Services lead where they led before. `follows`: it writes its rules. `none`: nothing listens there. `unknown`: see `why`.
   */
  readonly state: "silent" | "unheard" | "behind" | "follows" | "none" | "unknown";
  /** Why nothing is known of it, a clause. */
  readonly why?: string;
  /** When it wrote its rules last (RFC 3339), where it says so. */
  readonly since?: string;
}

/** What the kubelet of one node writes into the resolv.conf of its pods. */
export interface DnsAddress {
  readonly node: string;
  /** In their order; empty where the kubelet did not say. */
  readonly asked: readonly string[];
  /** Those of them that are cluster IPs of Services, of any. */
  readonly ofServices: readonly string[];
  /** Why the kubelet could not be asked. */
  readonly problem?: string;
}

/** What one pod of the DNS answers, or why it did not. */
export interface DnsAnswer {
  readonly pod: string;
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL` and so on; left out without an answer. */
  readonly says?: string;
  /** What it says of the mesh's services, with their IPv4 addresses; of one pod, and left out where it was not asked. */
  readonly names?: readonly { readonly host: string; readonly says: string; readonly addresses: readonly string[] }[];
  readonly problem?: string;
}

/** The ConfigMap that CoreDNS reads. */
export interface DnsConfiguration {
  readonly name: string;
  /** The zones of plugin kubernetes, in which Services have names. */
  readonly zones: readonly string[];
  /** Who wrote it last, and when (RFC 3339), where the API server says so. */
  readonly writer?: { readonly manager: string; readonly time: string };
}
