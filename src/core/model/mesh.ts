import type { DnsSettings, SecretPlace } from "./dns.ts";
import type { Json } from "./kube-object.ts";
import type { Drain } from "./drain.ts";
import type { RouteSettings } from "./route-settings.ts";

/**
 * The mesh as every later stage reads it: normalised, defaults filled in, all
 * rules of src/core/mesh-file/rules held. Made by `parseMesh` only.
 */
export interface Mesh {
  /** `metadata.name`: the mesh ID. */
  readonly name: string;
  readonly clusters: readonly Cluster[];
  readonly sharedNetworks: readonly string[];
  readonly istio: IstioSettings;
  readonly rancher?: RancherSettings;
  readonly trust: TrustSettings;
  readonly access: AccessSettings;
  readonly hardening: HardeningSettings;
  readonly services: readonly Service[];
  readonly issuers: readonly Issuer[];
  readonly dns?: DnsSettings;
}

export interface Cluster {
  readonly name: string;
  readonly network: string;
  readonly region?: string;
  readonly zone?: string;
  readonly access: ClusterAccess;
  /** The API address that the other clusters' istiods use, where it differs from the one in the kubeconfig. */
  readonly endpoint?: string;
  /** The same for single clusters, by their names; absent where none has another. */
  readonly endpointSeenFrom?: Readonly<Record<string, SeenEndpoint>>;
  /** Where other networks reach the east-west gateway; undefined = where its Service says. */
  readonly eastWest?: EastWestReach;
}

/** Where one cluster's istiod reaches the API server of another one. */
export interface SeenEndpoint {
  readonly server: string;
  /** The name that the certificate there is held to, where that is not the host of `server`. */
  readonly tlsServerName?: string;
}

/** Where the east-west gateway of a cluster is reached, where its Service does not say it. */
export interface EastWestReach {
  /** From every cluster that is not in `seenFrom`; undefined where all of other networks are. */
  readonly everywhere?: AnnouncedGateway;
  /** A gateway elsewhere than where isthmus makes and looks for it. */
  readonly service?: { readonly namespace: string; readonly name: string };
  /** By the names of the clusters that connect. */
  readonly seenFrom: Readonly<Record<string, AnnouncedGateway>>;
}

/** IP addresses or host names, all with one port. */
export interface AnnouncedGateway {
  readonly addresses: readonly string[];
  readonly port: number;
}

export type ClusterAccess =
  | { readonly kind: "context"; readonly context: string; readonly kubeconfig?: string }
  | { readonly kind: "rancher"; readonly rancherId: string };

export interface IstioSettings {
  /** With `install: existing` the newest known one, by which nothing goes that depends on what is installed. */
  readonly version: string;
  /** `existing`: somebody else does, and isthmus joins and routes. */
  readonly install: "istioctl" | "operator" | "helm" | "rancher" | "existing";
  readonly profile: string;
  /** Image registry and path; undefined = Istio's own default for the version. */
  readonly hub?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly containerDefaults?: ContainerDefaults;
  /** Helm-style values merged last: the user's escape hatch. */
  readonly values?: { readonly [key: string]: Json };
}

/** Kubernetes quantities. */
export interface ContainerDefaults {
  readonly limitsCpu?: string;
  readonly limitsMemory?: string;
  readonly requestsCpu?: string;
  readonly requestsMemory?: string;
}

export interface RancherSettings {
  readonly url: string;
  readonly token: { readonly env: string } | { readonly file: string };
  readonly caFile?: string;
  readonly project?: {
    readonly name: string;
    readonly description?: string;
    readonly quota?: Readonly<Record<string, string>>;
    readonly containerDefaults?: ContainerDefaults;
  };
}

export interface TrustSettings {
  readonly root:
    | { readonly kind: "generated" }
    | { readonly kind: "files"; readonly certFile: string; readonly keyFile: string }
    | { readonly kind: "secretRef"; readonly cluster: string; readonly namespace: string; readonly name: string };
  readonly intermediates: {
    /** How long an intermediate is valid, in seconds. */
    readonly validitySeconds: number;
    readonly keyType: "ecdsa-p256" | "rsa-2048" | "rsa-4096";
  };
}

export interface AccessSettings {
  readonly credentials: "serviceAccount" | "rancherToken";
  readonly rotateBeforeSeconds: number;
}

export interface HardeningSettings {
  readonly podSecurity?: "privileged" | "baseline" | "restricted";
  /** `strict`: what the mesh needs and nothing else; `runbook`: the ports of the runbook, open to everybody. */
  readonly networkPolicies: false | "strict" | "runbook";
}

export interface Service {
  readonly name: string;
  readonly namespace: string;
  readonly port: number;
  /** Path as written in the mesh file, relative to it. */
  readonly manifests?: string;
  readonly versions: readonly ServiceVersion[];
  readonly routes: readonly Route[];
  readonly failover?: Failover;
  readonly sessions?: Sessions;
  readonly exported: boolean;
  /** Where it is taken out of traffic; no mesh file says it, the clusters do (`withDrains`). */
  readonly drains?: readonly Drain[];
}

export interface ServiceVersion {
  readonly name: string;
  /** Names of clusters that run this version. */
  readonly clusters: readonly string[];
  /** Pod labels that select the version; default `version: <name>`. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface Route extends RouteSettings {
  readonly name: string;
  /** Left out: by a VirtualService. */
  readonly api?: "gatewayAPI";
  /** Connections are routed: by the name in their TLS handshake at a Gateway, or to the service's port by sidecars. Left out: HTTP requests. */
  readonly protocol?: "tls" | "tcp";
  /** The name of one Gateway, Istio's word `mesh` for the sidecars, or both. */
  readonly gateways: readonly string[];
  /** At the Gateway; of a route for sidecars alone, inside the mesh. */
  readonly hosts: readonly string[];
  readonly match: RouteMatch;
  /** Version name → percent; every version of the service is named, the sum is 100, with `redirect` 0. */
  readonly weights: Readonly<Record<string, number>>;
  readonly tls?: { readonly secretName: string; readonly certificate?: string; readonly issuer?: string };
  readonly dns?: { readonly via: "externalDns" | "isthmus" };
  readonly verify?: RouteVerification;
}

/** How a proof asks a route; what is left out is made up from what the route matches. */
export interface RouteVerification {
  /** With the query, if any. */
  readonly path?: string;
  readonly method?: string;
  /** A value, or the environment variable that has it. */
  readonly headers?: Readonly<Record<string, string | { readonly env: string }>>;
  /** Statuses that count as good, each a number or `2xx`; without it whatever an application answers. */
  readonly expect?: readonly (number | string)[];
}

export interface RouteMatch {
  readonly path: { readonly kind: "exact" | "prefix" | "regex"; readonly value: string };
  readonly headers: Readonly<Record<string, { readonly kind: "exact" | "prefix" | "regex"; readonly value: string }>>;
  /** Undefined: all. */
  readonly methods?: readonly string[];
  /** Parameters that the request must have, by name. */
  readonly queryParams?: Readonly<Record<string, { readonly kind: "exact" | "regex"; readonly value: string }>>;
  readonly fromRegions: readonly string[];
}

/** By what a person is known who stays with a version. */
export interface Sessions {
  readonly by: "header" | "cookie" | "queryParameter";
  readonly name: string;
}

/** Which endpoints of a version take over for which, and when; `regions` and `priority` are not both there. */
export interface Failover {
  readonly regions: readonly { readonly from: string; readonly to: string }[];
  /** Labels, with or without `=value`, the most important first. */
  readonly priority: readonly string[];
  readonly connectTimeoutSeconds: number;
  readonly outlierDetection: OutlierDetection;
  readonly retries: { readonly attempts: number; readonly perTryTimeoutSeconds: number; readonly retryOn: string };
}

/** Istio's OutlierDetection: https://istio.io/latest/docs/reference/config/networking/destination-rule/#OutlierDetection */
export interface OutlierDetection {
  readonly consecutiveGatewayErrors: number;
  readonly consecutive5xxErrors: number;
  /** Only with failures to reach an endpoint counted apart from its answers. */
  readonly consecutiveLocalOriginFailures?: number;
  readonly splitExternalLocalOriginErrors: boolean;
  readonly intervalSeconds: number;
  readonly baseEjectionTimeSeconds: number;
  readonly maxEjectionPercent: number;
  readonly minHealthPercent: number;
}

export interface Issuer {
  readonly name: string;
  /** One of the two: cert-manager orders in each cluster, or isthmus for all of them. */
  readonly acme?: AcmeSettings;
  readonly isthmus?: OwnIssuer;
}

/** An ACME server from which isthmus orders. */
export interface OwnIssuer {
  readonly server: string;
  readonly email?: string;
  readonly caFile?: string;
  readonly profile?: string;
  readonly keyType: TrustSettings["intermediates"]["keyType"];
  readonly reuseKey: boolean;
  readonly renewBeforeSeconds?: number;
  readonly externalAccount?: {
    readonly keyId: string;
    readonly hmacKey: SecretPlace;
  };
}

/** An ACME server that cert-manager asks for certificates. */
export interface AcmeSettings {
  readonly server: string;
  readonly email: string;
  /** The profile that is ordered, of those that the server's directory lists; without it the server chooses. */
  readonly profile?: string;
  /** Whom the server's own certificate is trusted by: PEM. Without it whom the image trusts. */
  readonly caBundle?: string;
  /** Waited after a challenge is presented, instead of checking it. */
  readonly waitInsteadOfSelfCheckSeconds?: number;
  readonly dns01?: Json;
  readonly http01?: Json;
}

/** The cluster of that name. Throws when there is none: the mesh file's rules exclude it. */
export function clusterNamed(mesh: Mesh, name: string): Cluster {
  const found = mesh.clusters.find((cluster) => cluster.name === name);
  if (found === undefined) {
    throw new Error(`no cluster ${name} in mesh ${mesh.name}`);
  }
  return found;
}
