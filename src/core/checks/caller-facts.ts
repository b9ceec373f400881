import type { ProxyClusterFacts, ProxyFilterFacts, ProxyRouteFacts } from "./proxy-facts.ts";

/**
 * What one sidecar does with requests that its pod sends to services of the
 * mesh. It speaks for all pods of which Istio makes the same: what differs from
 * caller to caller are objects that are for some namespaces or pods only.
 */
export interface CallerFacts {
  /** Of the pod that was asked. */
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The namespaces for whose pods it speaks, sorted; where another caller has one of them too, each speaks for a part of its pods. */
  readonly namespaces: readonly string[];
  /** Why it could not be asked; then the rest is empty. */
  readonly problem?: string;
  /** One for each TCP port of each service of the mesh that the cluster has. */
  readonly ways: readonly CallerWay[];
  /** Envoy's clusters to which the ways lead, as far as the proxy has them. */
  readonly clusters: readonly CallerCluster[];
  /** Filters of somebody's that answer requests themselves, those that its pod is sent (`listener virtualInbound`) among them; left out where it has none. */
  readonly filters?: readonly ProxyFilterFacts[];
}

/** What takes a request to a service's name and port. */
export interface CallerWay {
  /** `namespace/name`. */
  readonly service: string;
  readonly port: number;
  /** `past`: no listener is for it, and it takes the way of unknown addresses. */
  readonly kind: "http" | "tcp" | "past";
  /** In their order: the first that matches counts. Of TCP and `past` one for everything. */
  readonly routes: readonly ProxyRouteFacts[];
}

export interface CallerCluster extends ProxyClusterFacts {
  /**
   * How it encrypts: `auto` as each endpoint takes it, `istio` always by mesh
   * certificates, `none` not at all, `other` by TLS of another kind.
   */
  readonly tls: "auto" | "istio" | "none" | "other";
  /** It connects to the address that the caller looked up, and has no endpoints of its own. */
  readonly direct?: true;
  /** What it lets through at once, and how long a connection may take to come about, where that is little; left out otherwise. */
  readonly limits?: ConnectionLimits;
  /** `namespace/name` of the DestinationRule that it was made by; left out where none is named. */
  readonly rule?: string;
  /** The namespace of a ServiceEntry that stands for the service instead of the Service itself; left out where none does. */
  readonly entryOf?: string;
}

/** Each is left out where it is not little: above ten at once, a second and more. */
export interface ConnectionLimits {
  readonly connections?: number;
  /** Requests that wait for a connection. */
  readonly pending?: number;
  readonly requests?: number;
  readonly connectMs?: number;
}
