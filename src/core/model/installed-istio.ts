import type { Cluster } from "./mesh.ts";

/** Istio as somebody else has installed it in one cluster. */
export interface InstalledIstio {
  /** Every istiod Deployment of the cluster, in any namespace. */
  readonly controlPlanes: readonly ControlPlane[];
  /**
   * Every Service with a network label (`topology.istio.io/network`), the ingress
   * gateway, and the east-west gateway by its name, also without a label; those of isthmus left out.
   */
  readonly gateways: readonly InstalledGateway[];
  /** The labels of each pod in istio-system with `istio=ingressgateway`; left out where the mesh file names no other gateway (`eastWest.service`), with which they could be taken for each other. */
  readonly ingressPods?: readonly Readonly<Record<string, string>>[];
  /** Whether istio-system has a Deployment istio-eastwestgateway that isthmus has not made. */
  readonly eastWestDeployment: boolean;
  /** Whether the account is there with which other clusters' istiods read this one. */
  readonly readerAccount: boolean;
  /** Fingerprints of the roots in ConfigMap istio-ca-root-cert of istio-system; empty without it. */
  readonly roots: readonly string[];
  /** Namespaces that exist → their labels that decide who injects. */
  readonly injection: Readonly<Record<string, InjectionLabels>>;
}

/** A cluster with what somebody has installed there. */
export interface Installation {
  readonly cluster: Cluster;
  /** Its kubeconfig context, for commands that a fix names. */
  readonly context: string;
  readonly installed: InstalledIstio;
}

export interface ControlPlane {
  readonly namespace: string;
  /** Its Deployment. */
  readonly name: string;
  /** The label `istio.io/rev`: `default` for a control plane without a revision. */
  readonly revision: string;
  /** Tags that lead to it, sorted. */
  readonly tags: readonly string[];
  /** `x.y.z` of its image's tag; empty where the tag says no version. */
  readonly version: string;
  /** What has installed it, by the labels that it leaves. */
  readonly tool: "helm" | "istioctl" | "unknown";
  /** Left out where Helm says none, also of what `helm template` made. */
  readonly release?: HelmRelease;
  /** Helm values by which it was installed; a missing one is not set. */
  readonly values: {
    readonly meshID?: string;
    readonly clusterName?: string;
    readonly network?: string;
  };
  readonly trustDomain: string;
  /** From which settings are for all namespaces (`meshConfig.rootNamespace`), where it is not the namespace of Istio. */
  readonly rootNamespace?: string;
  /** Which services it keeps in their cluster and which it does not (`meshConfig.serviceSettings`), in its order. */
  readonly clusterLocal: readonly ClusterLocal[];
  /** True where isthmus has made it, for this mesh or another. */
  readonly own: boolean;
}

/** What is said of a service by its name, or of several by a wildcard. */
export interface ClusterLocal {
  readonly host: string;
  readonly local: boolean;
}

/** The release of an object, as Helm writes it into the annotations meta.helm.sh/release-name and release-namespace. */
export interface HelmRelease {
  readonly name: string;
  readonly namespace: string;
}

export interface InstalledGateway {
  readonly namespace: string;
  /** Its Service. */
  readonly name: string;
  /** Left out where Helm says none. */
  readonly release?: HelmRelease;
  /** Left out for one that joins no networks. */
  readonly network?: string;
  readonly selector: Readonly<Record<string, string>>;
}

/** An east-west gateway that the mesh file names (`eastWest.service`), in a cluster whose Istio isthmus installs. */
export interface NamedGateway {
  /** Left out where the cluster has no such Service. */
  readonly service?: InstalledGateway;
  /** Whether isthmus has made that Service: it would delete it with the next pruning. */
  readonly own: boolean;
  /** The labels of each pod in istio-system with `istio=ingressgateway`, with which its pods could be taken for each other. */
  readonly ingressPods: readonly Readonly<Record<string, string>>[];
  /** Whether the gateway is still there that isthmus makes without it, with its network's label: istiods of other clusters know both. */
  readonly former: boolean;
}

/** The labels of a namespace by which Istio's webhooks decide about sidecars. */
export interface InjectionLabels {
  readonly injection?: string;
  readonly revision?: string;
}

/** The revision of a control plane that was installed without one. */
export const defaultRevision = "default";

/** The control plane that a mesh joins: the only one of the cluster. Undefined where there is none or several. */
export function controlPlaneOf(installed: InstalledIstio | undefined): ControlPlane | undefined {
  const [only, second] = installed?.controlPlanes ?? [];
  return second === undefined ? only : undefined;
}
