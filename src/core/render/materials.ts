import type { SourceRange } from "../diagnostics/diagnostic.ts";
import type { InstalledGateway, InstalledIstio } from "../model/installed-istio.ts";
import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Secret } from "../secret.ts";
import type { Path } from "../mesh-file/path.ts";

/** What istiod signs with in one cluster: the content of `cacerts`. PEM texts. */
export interface Authority {
  /** What is trusted: one root, or several while a root is being replaced. */
  readonly rootCert: string;
  readonly caCert: string;
  /** What istiod sends along with what it signs: the intermediate, then what is above it (istio tools/certs/common.mk). */
  readonly certChain: string;
  readonly caKey: Secret;
  /**
   * `tls`: the Secret is of type kubernetes.io/tls, as cert-manager makes it;
   * istiod reads its keys when it has them, and the others otherwise.
   */
  readonly form?: "tls";
}

/** A certificate of a front door with its key, as all clusters hold it. PEM texts. */
export interface IssuedCertificate {
  /** The certificate, then what is above it. */
  readonly chain: string;
  readonly key: Secret;
  /** The ACME server that it was ordered from. */
  readonly server: string;
  /** The profile that the server went by, where it has any. */
  readonly profile?: string;
}

/** How other clusters' istiods reach one cluster's API. */
export interface RemoteCredential {
  readonly server: string;
  /** Base64 of the PEM of the authority that signed what `server` presents. */
  readonly caData?: string;
  readonly tlsServerName?: string;
  /** The same of the authority of the cluster itself, which signs what its API server presents by any other way. */
  readonly ownCaData?: string;
  readonly token: Secret;
}

/**
 * What a cluster's environment asks of Istio, independent of the mesh: a
 * sandbox runs stock Envoy and local images. Comes with the kubeconfig context.
 */
export interface Platform {
  readonly hub?: string;
  readonly values: { readonly [key: string]: Json };
}

/**
 * Everything that rendering needs besides the mesh file. Gathered before, so
 * that rendering reads neither files nor clusters.
 */
export interface Materials {
  readonly platforms: Readonly<Record<string, Platform>>;
  /** Per cluster, what Istio's own renderer made of `renderIstioOperators`, or helm of `renderHelmReleases`. */
  readonly istioManifests: Readonly<Record<string, readonly KubeObject[]>>;
  /** Per cluster, the Istio that somebody else has installed; what `install: existing` renders goes by it. */
  readonly installed?: Readonly<Record<string, InstalledIstio>>;
  /** Per cluster, the Service that the mesh file names as its east-west gateway (`eastWest.service`), whoever installs Istio. */
  readonly namedGateways?: Readonly<Record<string, InstalledGateway>>;
  /** Per cluster; a missing one becomes a value that is known after apply. */
  readonly authorities: Readonly<Record<string, Authority>>;
  /**
   * By the cluster whose istiod reads, then by the cluster that is read; a missing one becomes a value that is
   * known after apply.
   */
  readonly remoteCredentials: Readonly<Record<string, Readonly<Record<string, RemoteCredential>>>>;
  /** Per cluster, the address of its API server in the kubeconfig; absent where no kubeconfig was found. */
  readonly apiAddresses: Readonly<Record<string, string>>;
  /** Per cluster, the ports of the endpoints of `kubernetes.default`, where policies see its own API server; absent where nobody asked it. */
  readonly apiPorts?: Readonly<Record<string, readonly number[]>>;
  /** Per cluster, the addresses of its ingress gateway; a cluster without becomes a value that is known after apply. */
  readonly ingressAddresses: Readonly<Record<string, readonly string[]>>;
  /** Certificates that isthmus orders, by the name of their Secret; a missing one becomes a value that is known after apply. */
  readonly certificates?: Readonly<Record<string, IssuedCertificate>>;
  /** Parsed `manifests` of each service, keyed by `serviceKey`. */
  readonly serviceManifests: Readonly<Record<string, readonly KubeObject[]>>;
  /** For messages that name a place; absent where nobody reads them. */
  readonly places?: Places;
}

/** Where things are written. */
export interface Places {
  /** The place of an object of `serviceManifests`, or of a value of it where that is known. */
  readonly manifest: (object: KubeObject, at?: Path) => SourceRange | undefined;
  /** The place of a value in the mesh file. */
  readonly mesh: (path: Path) => SourceRange;
}

/** Nothing is known: for what is rendered of the mesh file alone. */
export const noMaterials: Materials = {
  platforms: {},
  istioManifests: {},
  authorities: {},
  remoteCredentials: {},
  apiAddresses: {},
  ingressAddresses: {},
  serviceManifests: {},
};

/** `namespace/name` of a service. */
export function serviceKey(service: { readonly namespace: string; readonly name: string }): string {
  return `${service.namespace}/${service.name}`;
}
