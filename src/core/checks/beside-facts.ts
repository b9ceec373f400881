import type { FilterThatRefuses } from "./proxy-facts.ts";

/** Objects of anybody's that change what proxies do beside Istio's own routes and policies. */
export interface BesideFacts {
  /** EnvoyFilters, WasmPlugins and TrafficExtensions, which may change anything in a proxy. */
  readonly filters: readonly (SelectingObject & {
    /** Envoy's filters that it puts in or changes, as they are called in `ProxyFilterFacts`; left out where it does neither. */
    readonly sets?: readonly ("local_ratelimit" | "fault" | "ext_authz" | FilterThatRefuses)[];
    /** True where it adds, changes or removes clusters; left out otherwise. */
    readonly clusters?: true;
    readonly written: WrittenBy;
  })[];
  /** Why those of some kind could not be listed; left out where all were. */
  readonly unlisted?: string;
  /** Sidecars that say at which ports the proxies of their pods take requests: these alone. */
  readonly sidecars: readonly (SelectingObject & {
    readonly ports: readonly number[];
    /** The port to which the proxies hand what comes at another, by the number of that one; left out where there are none. */
    readonly handed?: Readonly<Record<string, number>>;
  })[];
  /** Sidecars that say what the proxies of their pods know; `hosts` as they write them, `blocks` where nothing else is let out. */
  readonly scopes: readonly (SelectingObject & {
    readonly hosts: readonly string[];
    readonly blocks: boolean;
    readonly written: WrittenBy;
  })[];
  /** WorkloadEntries and ServiceEntries with addresses of their own; `hosts` of ServiceEntries alone. */
  readonly entries: readonly (NamedObject & {
    readonly addresses: readonly string[];
    readonly hosts?: readonly string[];
    readonly written: WrittenBy;
  })[];
  /** DestinationRules and VirtualServices that are exported to some namespaces only. */
  readonly exported: readonly (NamedObject & { readonly exportTo: readonly string[] })[];
  /** Left out where there are none, or none may be read. */
  readonly gatewayRoutes?: readonly GatewayRouteFacts[];
}

/** A route of the Gateway API. */
export interface GatewayRouteFacts {
  readonly kind: "HTTPRoute" | "GRPCRoute";
  readonly namespace: string;
  readonly name: string;
  /** The Services and Gateways of the Gateway API that it is for (`parentRefs`). */
  readonly parents: readonly {
    readonly kind: "Service" | "Gateway";
    readonly namespace: string;
    readonly name: string;
  }[];
  /** What proxies call its rules: by the rule's own name, or `namespace.name.0` by its place. */
  readonly rules: readonly string[];
  /** Service → weight of its first rule, as written; left out where that one leads to none. */
  readonly weights?: Readonly<Record<string, number>>;
  /** True where it carries the label of a mesh: it is a route of the mesh file's, or among a service's manifests. Left out otherwise. */
  readonly own?: true;
  readonly written: WrittenBy;
}

/** The last write of an object. */
export interface WrittenBy {
  /** The field manager; empty where the API server keeps none. */
  readonly by: string;
  /** ISO 8601; empty where it is not known. */
  readonly at: string;
}

interface NamedObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

interface SelectingObject extends NamedObject {
  /** Left out where it is for all pods: of its namespace, or of the mesh in istio-system. */
  readonly selector?: Readonly<Record<string, string>>;
}
