import type { NodeFacts } from "./node-facts.ts";
import type { NamesPlan } from "../front-door/names-plan.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Mesh } from "../model/mesh.ts";
import type { BesideFacts, WrittenBy } from "./beside-facts.ts";
import type { BypassFacts } from "./bypass-facts.ts";
import type { CallerFacts } from "./caller-facts.ts";
import type { AuthorityFacts, TlsSecretFacts } from "./certificate-facts.ts";
import type {
  AnnouncingService,
  ClaimingService,
  GatewayFacts,
  IstiodFacts,
  IstiodRights,
} from "./control-plane-facts.ts";
import type { ControllerFacts, StorageFacts } from "./controller-facts.ts";
import type { RemoteSecretFacts } from "./credential-facts.ts";
import type { DriftFacts } from "./drift-facts.ts";
import type { ExternalDnsFacts } from "./external-dns-facts.ts";
import type { HinderedWorkload } from "./hindrance-facts.ts";
import type { BesidePod, PodFacts, ServicePort, WaitingPod } from "./pod-facts.ts";
import type { CertManagerFacts } from "./program-facts.ts";
import type { SystemFacts } from "./system-facts.ts";
import type { WriteHookFacts } from "./webhook-facts.ts";
import type { AuthorizationPolicyFacts, NetworkPolicyFacts, PeerAuthenticationFacts } from "./policy-facts.ts";

/**
 * The version of the document; a reader refuses another one. It is raised for a
 * part without which checks are wrong: 18 has which objects are on their way
 * out, which Services claim a gateway's address and whether writes are stored.
 */
export const factsVersion = 23;

/**
 * Everything that the checks judge, as one JSON document: what the mesh file
 * asks for and what each cluster had when it was asked. Secrets are not in it;
 * where two of them have to be told apart it has fingerprints.
 */
export interface MeshFacts {
  readonly apiVersion: "isthmus.dev/v1alpha1";
  readonly kind: "Facts";
  readonly version: typeof factsVersion;
  /** When the clusters were asked, ISO 8601. */
  readonly takenAt: string;
  readonly mesh: MeshOutline;
  /** In the order of the mesh file. */
  readonly clusters: readonly ClusterSnapshot[];
  /** The names that isthmus publishes, with what their zone has; left out where there are none, or nobody looked. */
  readonly names?: NamesFacts;
}

export interface NamesFacts extends NamesPlan {
  /** Why the zone could not be asked at all; there are no names then. */
  readonly problem?: Diagnostic;
}

/**
 * The part of the mesh file that checks go by, without what a token or a key of
 * a route can be in; values of query parameters are fingerprints.
 */
export interface MeshOutline extends Pick<Mesh, "name" | "clusters" | "services"> {
  readonly istioVersion: string;
  /** Somebody else installs Istio: its version is not the mesh file's, and no apply puts it back. Left out otherwise. */
  readonly install?: "existing";
  /** The mesh file as the command line named it, for commands that a fix names; left out for the usual mesh.yaml. */
  readonly file?: string;
  /** The mesh file's pod security has istio-cni redirect the connections of pods; left out otherwise. */
  readonly istioCni?: true;
  /** Names of issuers whose ACME challenges come over HTTP. */
  readonly http01Issuers: readonly string[];
  /** The TTL that isthmus writes at published Gateways; undefined where the mesh file names none. */
  readonly dnsTtlSeconds?: number;
  /** The issuers from which cert-manager orders certificates of routes; left out where there are none. */
  readonly acmeIssuers?: readonly AcmeIssuer[];
  /** By name, the issuers from which isthmus orders; left out where there are none. */
  readonly ownIssuers?: Readonly<Record<string, { readonly server: string; readonly renewBeforeSeconds?: number }>>;
}

/** An issuer of cert-manager, with where it has cert-manager connect. */
export interface AcmeIssuer {
  readonly name: string;
  /** The URL of its directory. */
  readonly server: string;
  /** True where cert-manager does not check a challenge itself before the server is asked to. */
  readonly uncheckedChallenges?: boolean;
  readonly http01?: boolean;
  /** How names are proven in DNS: cert-manager's word for the provider, and for rfc2136 the server and how it is asked. */
  readonly dns01?: { readonly provider: string; readonly nameserver?: string; readonly protocol?: "TCP" | "UDP" };
}

export type ClusterSnapshot =
  | ReachedCluster
  | { readonly kind: "unreachable"; readonly cluster: string; readonly diagnostic: Diagnostic };

/** What one cluster had. */
export interface ReachedCluster {
  readonly kind: "reached";
  readonly cluster: string;
  /** Its kubeconfig context, for commands that a fix names. */
  readonly context: string;
  /** The UID of its namespace kube-system. */
  readonly uid?: string;
  readonly kubernetesVersion: string;
  /** The mesh ID that istiod there is configured with; undefined without an istiod. */
  readonly meshId?: string;
  readonly nodes: readonly NodeFacts[];
  /** istio-system and the namespaces of the mesh's services, those that are there. */
  readonly namespaces: readonly NamespaceFacts[];
  readonly authority: AuthorityFacts;
  readonly istiod: IstiodFacts;
  /** Of an istiod that somebody else has installed; left out where nobody looked. */
  readonly istiodRights?: IstiodRights;
  /** The ingress and the east-west gateway. */
  readonly gateways: readonly GatewayFacts[];
  /** What the sidecars of the services' namespaces do with requests to the mesh's services. */
  readonly callers: readonly CallerFacts[];
  readonly remoteSecrets: readonly RemoteSecretFacts[];
  readonly services: readonly ServiceFacts[];
  /** Running pods of istiod, of the gateways and of the mesh's services, that are not being deleted. */
  readonly pods: readonly PodFacts[];
  /** All other running pods of these namespaces; left out where nobody looked. */
  readonly otherPods?: readonly BesidePod[];
  /** Pods of istiod, of the gateways and of the mesh's services that have not been ready for a minute; left out where nobody looked. */
  readonly waitingPods?: readonly WaitingPod[];
  /** Pods of the services' namespaces that send something past their sidecars; left out where nobody looked. */
  readonly bypasses?: readonly BypassFacts[];
  /** Webhooks of others that can refuse every write of Istio's routing objects; left out where nobody looked. */
  readonly writeHooks?: readonly WriteHookFacts[];
  /** What Kubernetes' own controllers leave undone; left out where nobody looked. */
  readonly controllers?: ControllerFacts;
  /** Left out where nobody can say. */
  readonly storage?: StorageFacts;
  /** Workloads of the mesh that lack pods, and why. */
  readonly hindered: readonly HinderedWorkload[];
  readonly routing: RoutingFacts;
  readonly quotas: readonly QuotaFacts[];
  /** Those of the namespaces above. */
  readonly networkPolicies: readonly NetworkPolicyFacts[];
  /** Policies of kinds that nobody here judges, which may decide over the mesh's connections too: `CiliumNetworkPolicy shop/deny`; left out where nobody looked. */
  readonly otherPolicies?: readonly string[];
  readonly peerAuthentications: readonly PeerAuthenticationFacts[];
  readonly authorizationPolicies: readonly AuthorizationPolicyFacts[];
  readonly system: SystemFacts;
  /** TLS Secrets that routes name, in istio-system. */
  readonly tlsSecrets: readonly TlsSecretFacts[];
  readonly externalDns: readonly ExternalDnsFacts[];
  /** The controllers of cert-manager, where a route has its certificate by one; left out where nobody looked. */
  readonly certManager?: readonly CertManagerFacts[];
  /** Services beside the east-west gateway's own that announce a gateway by the label `topology.istio.io/network`; left out where nobody looked. */
  readonly announcers?: readonly AnnouncingService[];
  /** The Services of all namespaces, the gateways' among them, whose addresses the nodes lead to their pods; left out where nobody looked. */
  readonly claims?: readonly ClaimingService[];
  /** How its objects differ from what an apply would make of them; undefined where nobody compared. */
  readonly drift?: DriftFacts;
  /** What this account may not read there: these parts are empty, and say nothing. Left out where it may read all. */
  readonly unread?: readonly { readonly part: UnreadPart; readonly why: string }[];
}

/** A part of a cluster's facts that an account may be refused. */
export type UnreadPart = Exclude<
  keyof ReachedCluster,
  "kind" | "cluster" | "context" | "uid" | "kubernetesVersion" | "drift" | "unread"
>;

export interface NamespaceFacts {
  readonly name: string;
  /** `topology.istio.io/network`. */
  readonly network?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** True when sidecars are injected there. */
  readonly injected: boolean;
  /** Fingerprints of the roots in ConfigMap istio-ca-root-cert, in its order; undefined without it, empty where it holds none. */
  readonly roots?: readonly string[];
  /** Where somebody has deleted it and it is not gone yet: since when (RFC 3339), and Kubernetes' words of what keeps it, empty where nothing does for long. */
  readonly deletion?: { readonly since: string; readonly waitsFor: string };
}

/** A service of the mesh file as one cluster has it. */
export interface ServiceFacts {
  /** `namespace/name`. */
  readonly service: string;
  readonly present: boolean;
  readonly headless: boolean;
  /** What its name leads to where it is of type ExternalName; left out otherwise. */
  readonly externalName?: string;
  /** Its cluster IPs; left out where it has none. */
  readonly addresses?: readonly string[];
  /** The namespaces to which its annotation exports it; left out where it has none. */
  readonly exportTo?: readonly string[];
  readonly ports: readonly number[];
  /** Empty where its endpoints are written by hand. */
  readonly selector: Readonly<Record<string, string>>;
  /** The ports with what tells Istio their protocol. */
  readonly servicePorts: readonly ServicePort[];
  /** Version → ready pods as address:port. */
  readonly podsOf: Readonly<Record<string, readonly string[]>>;
  /** Address of a pod → its addresses of other families, at which a proxy may have it instead. */
  readonly alsoAt: Readonly<Record<string, readonly string[]>>;
  /** All ready endpoints of all ports, also those of no version, sorted. */
  readonly endpoints: readonly string[];
  /** Names of pods of a version that have no sidecar. */
  readonly withoutSidecar: readonly string[];
  /** Those of them that refuse one themselves, with the Deployment that made them. */
  readonly refusesSidecar?: readonly { readonly pod: string; readonly deployment?: string }[];
  /** All of them with the Deployment that made them, where one did, and whether they are on their node's network; left out where there are none. */
  readonly bare?: readonly { readonly pod: string; readonly deployment?: string; readonly hostNetwork?: true }[];
  /** EndpointSlices of a Service with a selector that Kubernetes' own controller does not keep; left out where there are none. */
  readonly foreignSlices?: readonly {
    readonly name: string;
    /** Its ready addresses, with the port of the mesh file where it has that. */
    readonly endpoints: readonly string[];
    readonly written: WrittenBy;
  }[];
  /** EndpointSlices with ready endpoints that Kubernetes' own controller kept while the Service had a selector, which it has no more; left out where there are none. */
  readonly abandonedSlices?: readonly string[];
  /** True where only endpoints on the caller's own node get its requests (internalTrafficPolicy: Local); left out otherwise. */
  readonly nodeLocal?: true;
  /** The workloads of a version that has several, and of pods of no version; left out where there are none. */
  readonly workloads?: readonly WorkloadOfVersion[];
}

/** What made pods that a Service selects. */
export interface WorkloadOfVersion {
  /** Empty for pods of no version of the mesh file. */
  readonly version: string;
  readonly kind: string;
  readonly name: string;
  readonly pods: readonly string[];
  /** True where it carries the label of a mesh. */
  readonly own: boolean;
  readonly written: WrittenBy;
}

/** A Gateway of Istio. */
export interface GatewayObject {
  readonly namespace: string;
  readonly name: string;
  /** ISO 8601. */
  readonly created: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly servers: readonly GatewayServer[];
}

export interface GatewayServer {
  readonly port: number;
  /** Of the port, as its Gateway writes it: `HTTP`, `TCP`. */
  readonly protocol: string;
  /** Empty for a server without TLS. */
  readonly tlsMode: string;
  readonly hosts: readonly string[];
  /** Left out where it listens at every address. */
  readonly bind?: string;
}

export interface RoutingFacts {
  readonly gateways: readonly GatewayObject[];
  readonly destinationRules: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly host: string;
    /** ISO 8601. */
    readonly created: string;
    /** True when it carries the label of the mesh. */
    readonly own: boolean;
    /** Of one that is not its own. */
    readonly written?: WrittenBy;
    /** Left out where it sets none; `tls` is the mode, `distributesTo` the localities (`region/zone`, `*`) that its loadBalancer sends requests to, left out where it leaves that open. */
    readonly trafficPolicy?: { readonly tls?: string; readonly distributesTo?: readonly string[] };
    readonly subsets: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>> }[];
  }[];
  readonly virtualServices: readonly {
    readonly namespace: string;
    readonly name: string;
    /** Who wrote it last, where it does not carry the label of a mesh: it is somebody else's. */
    readonly foreign?: WrittenBy;
    /** Subset → weight of the first rule. */
    readonly weights: Readonly<Record<string, number>>;
  }[];
  /** Left out where nobody looked. */
  readonly beside?: BesideFacts;
  /** Istio's configuration objects of the whole cluster by their last write, newest first; ten at most. */
  readonly writtenLast: readonly WrittenObject[];
}

export interface WrittenObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** ISO 8601. */
  readonly at: string;
  /** The field manager of that write. */
  readonly by: string;
}

export interface QuotaFacts {
  readonly namespace: string;
  readonly name: string;
  /** Resource → what is allowed and used, as Kubernetes writes quantities. */
  readonly resources: Readonly<Record<string, { readonly hard: string; readonly used: string }>>;
}
