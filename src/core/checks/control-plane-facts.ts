import type { WrittenBy } from "./beside-facts.ts";
import type { PodFacts, ProxySyncFacts, ServicePort } from "./pod-facts.ts";
import type { LabelSelector } from "./policy-facts.ts";
import type { ProxyConfig } from "./proxy-facts.ts";

export interface WorkloadFacts {
  /** Pods that the Deployment asks for; undefined when there is no Deployment. */
  readonly desired?: number;
  readonly ready: number;
  /** Why it is not ready, in Kubernetes' own words; empty when it is. */
  readonly reason: string;
}

/** What the service account of an istiod lacks of what every istiod needs. */
export interface IstiodRights {
  /** Its name, in istio-system. */
  readonly account: string;
  /** Empty where it has all; `resource` as kubectl writes it: `gateways.networking.istio.io`. */
  readonly lacks: readonly { readonly resource: string; readonly verbs: readonly string[] }[];
}

export interface IstiodFacts extends WorkloadFacts {
  /** The name of its Deployment; left out where it is `istiod`: one with a revision carries that in its name. */
  readonly deployment?: string;
  /** Tag of the image; empty without a Deployment. */
  readonly version: string;
  /** `CLUSTER_ID` of its Deployment. */
  readonly clusterId?: string;
  readonly pods: readonly IstiodPod[];
  /** Whether the injection webhook is registered. */
  readonly webhook: boolean;
  /** Revisions and tags for which injection webhooks are registered, sorted; left out where they name none. */
  readonly revisions?: readonly string[];
  readonly validation: ValidationFacts;
  /** Left out where it cannot be read. */
  readonly meshConfig?: MeshConfigFacts;
  /** Why webhooks could not be listed: then what is said of them here means nothing. Left out where they were. */
  readonly unreadWebhooks?: string;
}

/** What istiod is told by its mesh configuration, as far as it decides what it looks at and whom it tells. */
export interface MeshConfigFacts {
  /** The name of its ConfigMap in Istio's namespace. */
  readonly name: string;
  /** Namespaces that it looks at; empty: all. */
  readonly discoverySelectors: readonly LabelSelector[];
  /** Whom it tells of objects that do not say so themselves; left out where that is everybody. */
  readonly exportTo: {
    readonly services?: readonly string[];
    readonly virtualServices?: readonly string[];
    readonly destinationRules?: readonly string[];
  };
  readonly trustDomain: string;
  /** Other trust domains whose workloads it takes for its own. */
  readonly trustDomainAliases: readonly string[];
  /** Names of what an AuthorizationPolicy may ask. */
  readonly authorizers: readonly string[];
}

/** Istio's ValidatingWebhookConfigurations. */
export interface ValidationFacts {
  /** Names of those that call istiod, sorted. */
  readonly webhooks: readonly string[];
  /** True when one of them sees routing objects that carry no `istio.io/rev` label. */
  readonly seesUnlabelled: boolean;
}

/** What one istiod pod says of itself. */
export interface IstiodPod {
  readonly name: string;
  /** ISO 8601. */
  readonly started: string;
  /** Why it could not be asked; then all lists are empty. */
  readonly problem?: string;
  /** `/debug/clusterz`. */
  readonly remotes: readonly { readonly cluster: string; readonly state: string }[];
  /** `/debug/networkz`. */
  readonly networkGateways: readonly {
    readonly network: string;
    readonly cluster: string;
    readonly address: string;
    readonly port: number;
  }[];
  /** `/debug/endpointShardz`, of the mesh's services: healthy endpoints as address:port, sorted. */
  readonly shards: readonly {
    readonly service: string;
    readonly cluster: string;
    readonly endpoints: readonly string[];
  }[];
  /** `/metrics`: when the certificate that it signs with ends, ISO 8601; left out where it does not tell. */
  readonly signerEnds?: string;
  /** `/debug/syncz`: the proxies that are connected to this pod. */
  readonly proxies: readonly ProxySyncFacts[];
}

/** Where the objects of a gateway are. */
export interface GatewayPlaces {
  readonly namespace: string;
  readonly service: string;
  readonly deployment: string;
}

export interface GatewayFacts extends WorkloadFacts {
  /** Which of the two it is: the name that isthmus itself would give it. */
  readonly name: string;
  /** Left out where its objects have that name, in istio-system. */
  readonly at?: GatewayPlaces;
  /** `ISTIO_META_NETWORK` and `ISTIO_META_CLUSTER_ID` of its pods' template. */
  readonly network?: string;
  readonly clusterId?: string;
  readonly service?: {
    readonly type: string;
    /** `topology.istio.io/network`. */
    readonly network?: string;
    /** `networking.istio.io/gatewayPort`: the port that istiods give to other networks instead of 15443. */
    readonly gatewayPort?: number;
    readonly addresses: readonly string[];
    readonly ports: readonly number[];
    readonly servicePorts: readonly ServicePort[];
    readonly selector: Readonly<Record<string, string>>;
  };
  readonly pods: readonly GatewayPod[];
  /** Running pods of others that carry the gateway's label and are no gateway; left out where there are none. */
  readonly strangers?: readonly StrangerPod[];
}

export interface StrangerPod extends Pick<PodFacts, "name" | "labels" | "ready" | "owner"> {
  /** True where its Deployment selects its pods by the label, so that no template can do without it. */
  readonly selected?: boolean;
}

export interface GatewayPod {
  readonly name: string;
  /** Why its proxy could not be asked; then the rest is empty. */
  readonly problem?: string;
  /** Ports that the proxy listens at. */
  readonly listeners: readonly number[];
  /** Identities (`CertificateFacts.identity`) of the roots that it trusts. */
  readonly roots: readonly string[];
  /** What it holds for the mesh's services and routes. */
  readonly config: ProxyConfig;
  /** What its authorization policies have counted; left out where none goes by addresses. */
  readonly authorized?: AuthorizedRequests;
}

/** How many requests the authorization policies of a proxy have let pass and refused since it started. */
export interface AuthorizedRequests {
  readonly allowed: number;
  readonly denied: number;
}

/** A Service whose addresses istiods take for those of a network's gateway. */
export interface AnnouncingService {
  readonly namespace: string;
  readonly name: string;
  readonly network: string;
  readonly addresses: readonly string[];
  readonly port: number;
}

/** A Service whose addresses its cluster's nodes lead to its pods. */
export interface ClaimingService {
  readonly namespace: string;
  readonly name: string;
  /** IP addresses, those of `externalIPs` among them. */
  readonly addresses: readonly string[];
  /** `spec.externalIPs`. */
  readonly externalIPs: readonly string[];
  /** Of TCP. */
  readonly ports: readonly number[];
  /** Empty where its endpoints are written by hand. */
  readonly selector: Readonly<Record<string, string>>;
  readonly written: WrittenBy;
}
