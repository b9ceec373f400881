/** What one gateway's proxy really holds, reduced to what concerns the mesh's services and routes. */
export interface ProxyConfig {
  readonly chains: readonly FilterChainFacts[];
  /** Route tables that listeners ask for (`http.8080`). */
  readonly routeTables: readonly RouteTableFacts[];
  /** Certificates that its listeners name and that it has not got, as `<secret>` of its own namespace or `<namespace>/<secret>`. */
  readonly awaitedSecrets: readonly string[];
  /** Listeners of which the newest version is not in effect since it waits for something (`warming_state`). */
  readonly warming: readonly WarmingListener[];
  /** Envoy's clusters of the mesh's services (`outbound|5000|v1|web.shop.svc.cluster.local`) with their endpoints. */
  readonly clusters: readonly ProxyClusterFacts[];
  /** Filters of somebody's that answer requests themselves; left out where it has none. */
  readonly filters?: readonly ProxyFilterFacts[];
}

/** A filter that somebody has put into a proxy, at a listener or a virtual host. */
export interface ProxyFilterFacts {
  /** `listener 0.0.0.0_8080`, `virtual host shop.example:80` or `a route of virtual host …`. */
  readonly at: string;
  readonly filter: "local_ratelimit" | "fault" | "ext_authz" | "wasm" | FilterThatRefuses;
  /** It lets nothing through: connections are cut, or requests answered by itself. */
  readonly refusesAll?: true;
  /** Of `ext_authz`: the cluster by which it asks whether a request may pass, and which the proxy does not have. It refuses all then. */
  readonly asks?: string;
  /** Of `wasm`: the object whose extension the proxy could not fetch, `namespace.name`. It refuses all requests in its place. */
  readonly unfetched?: string;
  readonly fault?: RouteFaultFacts;
  /** What is above it is answered with `status`, 0 where that is not known; it is for `percent` of the requests. */
  readonly limit?: {
    readonly status: number;
    readonly burst: number;
    readonly perSecond: number;
    readonly percent: number;
  };
}

/** Those of which only whether they refuse everything is read, by the last part of Envoy's name. */
export type FilterThatRefuses = "lua" | "rbac" | "direct_response";

/** A listener that waits: connections go on by its older version, and where there is none nothing listens. */
export interface WarmingListener {
  readonly port: number;
  /** True where an older version takes connections. */
  readonly active: boolean;
}

/** One way through a listener. */
export interface FilterChainFacts {
  /** Of its listener. */
  readonly port: number;
  /** Names in the TLS handshake for which it is; empty: all. */
  readonly serverNames: readonly string[];
  /** The route table that it asks for. */
  readonly routeTable?: string;
  /** The cluster that it passes everything on to. */
  readonly cluster?: string;
  /** Cluster → weight, where it shares connections out. */
  readonly shares?: Readonly<Record<string, number>>;
  /** The certificate that it shows, as `kubernetes://<secret>`. */
  readonly credential?: string;
}

export interface RouteTableFacts {
  readonly name: string;
  readonly virtualHosts: readonly VirtualHostFacts[];
}

export interface VirtualHostFacts {
  readonly domains: readonly string[];
  /** In their order: the first that matches counts. */
  readonly routes: readonly ProxyRouteFacts[];
}

export interface ProxyRouteFacts {
  readonly path: PathMatch;
  readonly headers: readonly HeaderMatch[];
  /** Names of query parameters that a request must have; left out where it needs none. Their values might be somebody's secrets. */
  readonly queryParams?: readonly string[];
  /** True when it asks for something beside path, headers and query parameters. */
  readonly conditional: boolean;
  /** Envoy cluster → weight; empty for redirects and direct answers. */
  readonly clusters: Readonly<Record<string, number>>;
  /** Left out where it does not redirect. */
  readonly redirect?: RedirectFacts;
  /** The status that the proxy answers by itself; left out where it does not. */
  readonly answers?: number;
  /** How long an answer may take, in milliseconds; left out for a second and more, and where it may take as long as it likes. */
  readonly timeoutMs?: number;
  /** Errors and delays that it makes on purpose; left out where it makes none. */
  readonly fault?: RouteFaultFacts;
  /** Path and host that the application sees in place of the request's; left out where it changes neither. */
  readonly rewrite?: RouteRewriteFacts;
  /** `namespace/name` of the VirtualService that it was made of, also of one that istiod has made of routes of the Gateway API; empty where the proxy does not tell. */
  readonly source: string;
  /** What the proxy calls it, where it was made of a route of the Gateway API; left out otherwise. */
  readonly rule?: string;
}

/** Fault injection of a route; each part is left out where there is none. */
export interface RouteFaultFacts {
  /** `status` is 0 where gRPC's own is sent. */
  readonly abort?: { readonly status: number; readonly percent: number };
  readonly delay?: { readonly seconds: number; readonly percent: number };
}

/** What a route changes of a request; each part is left out where it stays. */
export interface RouteRewriteFacts {
  /** What takes the place of the path, or of the part of it that the match names, without its query. */
  readonly path?: string;
  readonly host?: string;
}

/** The answer of a redirect; a part that it keeps of the request is empty. */
export interface RedirectFacts {
  readonly code: number;
  readonly host: string;
  /** Without its query, which might be somebody's secret. */
  readonly path: string;
}

export interface PathMatch {
  /** `segments` is a prefix that ends at a slash; `other` is one that is not known here. */
  readonly kind: "exact" | "prefix" | "segments" | "regex" | "other";
  readonly value: string;
}

export interface HeaderMatch {
  readonly name: string;
  readonly kind: "exact" | "prefix" | "regex" | "other";
  /** Empty where no route of the mesh file asks for this header: it might be somebody's secret. */
  readonly value: string;
  readonly inverted: boolean;
}

export interface ProxyClusterFacts {
  readonly name: string;
  readonly endpoints: readonly {
    /** `address:port`. */
    readonly address: string;
    /** Why it gets no requests; empty where it does. */
    readonly idle: string;
    /** Requests go to the lowest number of which enough is healthy. */
    readonly priority: number;
    /** How many connections were tried, where not one of them came about; left out where one did, or at most one was tried. */
    readonly neverConnected?: number;
    /** How many connections to its address failed while check looked, where no request was answered there meanwhile; left out where none did. */
    readonly failing?: number;
  }[];
}
