import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { ObjectId } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import type { PodFacts, ProxySyncFacts, ServicePort } from "./pod-facts.ts";
import type { ProxyConfig } from "./proxy-facts.ts";
import type { AuthorizationPolicyFacts, NetworkPolicyFacts, PeerAuthenticationFacts } from "./policy-facts.ts";

/**
 * The version of the document; a reader refuses another one. 2 has what the
 * proxies hold and acknowledge: checks would call it good where it is missing.
 */
export const factsVersion = 2;

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
}

/** The part of the mesh file that checks go by; nothing that a user could have hidden a secret in. */
export interface MeshOutline extends Pick<Mesh, "name" | "clusters" | "services"> {
  readonly istioVersion: string;
  /** The mesh file as the command line named it, for commands that a fix names; left out for the usual mesh.yaml. */
  readonly file?: string;
  /** Names of issuers whose ACME challenges come over HTTP. */
  readonly http01Issuers: readonly string[];
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
  /** The ingress and the east-west gateway. */
  readonly gateways: readonly GatewayFacts[];
  readonly remoteSecrets: readonly RemoteSecretFacts[];
  readonly services: readonly ServiceFacts[];
  /** Running pods of istiod, of the gateways and of the mesh's services, that are not being deleted. */
  readonly pods: readonly PodFacts[];
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
  /** How its objects differ from what an apply would make of them; undefined where nobody compared. */
  readonly drift?: DriftFacts;
}

/** What a plan says of the objects of one cluster. */
export type DriftFacts =
  | {
      readonly kind: "compared";
      /** False in a cluster to which this mesh was never applied; then nothing there has drifted. */
      readonly applied: boolean;
      readonly objects: readonly DriftedObject[];
      /** Objects that could not be compared, `Kind namespace/name`, and why. */
      readonly unknown: readonly { readonly object: string; readonly reason: string }[];
    }
  | { readonly kind: "not-judged"; readonly reason: string };

/** One object that is not as an apply would leave it. */
export interface DriftedObject {
  readonly id: ObjectId;
  /**
   * `gone`: an apply has made it, and it is there no more. `changed`: somebody
   * else has written over it. `pending`: the mesh file asks for what was not
   * applied yet. `left`: the mesh file asks for it no longer.
   */
  readonly state: "gone" | "changed" | "pending" | "left";
  /** What differs; empty where the whole object is gone, new or left. */
  readonly fields: readonly DriftedField[];
  /** Who changed it last, where the API server says so. */
  readonly writer?: Writer;
  /** What the API server says to an apply that would put it back; undefined where it would take it. */
  readonly refusal?: string;
  /** The service of the mesh file whose manifests it is in, `namespace/name`. */
  readonly service?: string;
  /** Labels of the pods that it makes. */
  readonly podLabels?: Readonly<Record<string, string>>;
}

export interface DriftedField {
  /** `spec.http[0].route[1].weight` */
  readonly path: string;
  /** As JSON, cut short; left out where there is none, and where it could hold a secret. */
  readonly live?: string;
  readonly wanted?: string;
}

/** A field manager, and when it wrote to the object last (RFC 3339; empty where nobody says). */
export interface Writer {
  readonly manager: string;
  readonly time: string;
}

export interface NodeFacts {
  readonly name: string;
  readonly ready: boolean;
  /** Empty where the node has no such label. */
  readonly region: string;
  readonly zone: string;
}

export interface NamespaceFacts {
  readonly name: string;
  /** `topology.istio.io/network`. */
  readonly network?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** True when sidecars are injected there. */
  readonly injected: boolean;
  /** Fingerprints of the roots in ConfigMap istio-ca-root-cert, in its order; undefined without it, empty where it holds none. */
  readonly roots?: readonly string[];
}

/** Namespace kube-system. */
export interface SystemFacts {
  /** Its UID: no two clusters have the same. */
  readonly uid: string;
  /** True where istio-cni sets up redirection on the nodes, in any namespace. */
  readonly cni: boolean;
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
  };
}

export type AuthorityFacts =
  | { readonly kind: "missing" }
  /** `effect`: who stumbles over the flaw, an istiod that starts or every proxy that meets what it signs. */
  | { readonly kind: "broken"; readonly flaw: string; readonly effect: "istiod" | "proxies" }
  | {
      readonly kind: "present";
      /** When the Secret was made, ISO 8601. */
      readonly created: string;
      /** When it was written last, ISO 8601; empty where the API server does not tell. */
      readonly changed: string;
      /** All that are trusted, in the bundle's order. */
      readonly roots: readonly CertificateFacts[];
      readonly intermediate: CertificateFacts;
      /** The way from the intermediate (which is not in it) to a root, nearest first. */
      readonly above: readonly CertificateFacts[];
    };

export interface CertificateFacts {
  readonly subject: string;
  /** SHA-256, upper-case hex with colons. */
  readonly fingerprint: string;
  /** SHA-256 of subject and public key, by which chains are verified: that of a root that was renewed with its key is the same. */
  readonly identity: string;
  /** ISO 8601. */
  readonly notBefore: string;
  /** ISO 8601. */
  readonly notAfter: string;
}

export interface WorkloadFacts {
  /** Pods that the Deployment asks for; undefined when there is no Deployment. */
  readonly desired?: number;
  readonly ready: number;
  /** Why it is not ready, in Kubernetes' own words; empty when it is. */
  readonly reason: string;
}

export interface IstiodFacts extends WorkloadFacts {
  /** Tag of the image; empty without a Deployment. */
  readonly version: string;
  /** `CLUSTER_ID` of its Deployment. */
  readonly clusterId?: string;
  readonly pods: readonly IstiodPod[];
  /** Whether the injection webhook is registered. */
  readonly webhook: boolean;
  readonly validation: ValidationFacts;
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

export interface GatewayFacts extends WorkloadFacts {
  readonly name: string;
  /** `ISTIO_META_NETWORK` and `ISTIO_META_CLUSTER_ID` of its pods' template. */
  readonly network?: string;
  readonly clusterId?: string;
  readonly service?: {
    readonly type: string;
    /** `topology.istio.io/network`. */
    readonly network?: string;
    readonly addresses: readonly string[];
    readonly ports: readonly number[];
    readonly servicePorts: readonly ServicePort[];
    readonly selector: Readonly<Record<string, string>>;
  };
  readonly pods: readonly GatewayPod[];
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
}

export interface RemoteSecretFacts {
  readonly name: string;
  /** Annotation `networking.istio.io/cluster`. */
  readonly annotation?: string;
  /** Data keys: what istiod takes for the clusters' names. */
  readonly keys: readonly string[];
  /** One for each key. */
  readonly credentials: readonly CredentialFacts[];
}

export interface CredentialFacts {
  readonly cluster: string;
  readonly server: string;
  /** First 8 hex digits of the token's SHA-256. */
  readonly fingerprint: string;
  /** `jwt` is a service account's, `rancher` one of Rancher's. */
  readonly token: "jwt" | "rancher" | "other";
  /** The token's end where one is known, ISO 8601. */
  readonly expires?: string;
  /** What a request with exactly this address, authority and token ended with. */
  readonly trial: CredentialTrial;
}

export interface CredentialTrial {
  /**
   * `unreachable` says nothing of the credential: this machine may have no way to an address that the clusters have.
   * `refused`: istiod does not take the kubeconfig at all, for the reason in `detail`.
   */
  readonly outcome: "accepted" | "unauthorized" | "forbidden" | "untrusted" | "unreachable" | "not-tried" | "refused";
  readonly detail: string;
  /** The cluster that answered, by the UID of its namespace kube-system; undefined where the credential may not see it. */
  readonly clusterUid?: string;
}

/** A service of the mesh file as one cluster has it. */
export interface ServiceFacts {
  /** `namespace/name`. */
  readonly service: string;
  readonly present: boolean;
  readonly headless: boolean;
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
}

export interface RoutingFacts {
  readonly gateways: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly selector: Readonly<Record<string, string>>;
    readonly servers: readonly { readonly port: number; readonly tlsMode: string; readonly hosts: readonly string[] }[];
  }[];
  readonly destinationRules: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly host: string;
    /** ISO 8601. */
    readonly created: string;
    /** True when it carries the label of the mesh. */
    readonly own: boolean;
    /** Left out where it sets none; `tls` is the mode. */
    readonly trafficPolicy?: { readonly tls?: string };
    readonly subsets: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>> }[];
  }[];
  readonly virtualServices: readonly {
    readonly namespace: string;
    readonly name: string;
    /** Subset → weight of the first rule. */
    readonly weights: Readonly<Record<string, number>>;
  }[];
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

export interface TlsSecretFacts {
  readonly name: string;
  readonly present: boolean;
  /** SHA-256 of the first certificate; undefined when it cannot be read. */
  readonly fingerprint?: string;
  /** The hosts and addresses that it is for. */
  readonly hosts?: readonly string[];
  /** Whether the key in the Secret is that of the certificate; left out where there is none. */
  readonly keyFits?: boolean;
  /** ISO 8601. */
  readonly notBefore?: string;
  /** ISO 8601. */
  readonly notAfter?: string;
}

/** A Deployment of external-dns by its flags, however they are given; one that is not given is left out. */
export interface ExternalDnsFacts {
  readonly namespace: string;
  readonly name: string;
  /** Minor version out of the image's tag, `0.21`. */
  readonly version?: string;
  readonly ownerId?: string;
  readonly txtPrefix?: string;
  readonly txtSuffix?: string;
  readonly policy?: string;
  readonly registry?: string;
  readonly sources: readonly string[];
  /** Empty: all zones that its provider has. */
  readonly domainFilters: readonly string[];
  /** What keeps its flags from being known, in words. */
  readonly unread?: string;
}
