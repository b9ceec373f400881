import type { ClusterAccess, RancherSettings } from "../model/mesh.ts";

/** A cluster that goes into a new mesh file. */
export interface InitCluster {
  /** A DNS-1123 label, unique in the file. */
  readonly name: string;
  /** The name of the cluster where it is left out. */
  readonly network?: string;
  readonly access: ClusterAccess;
  /** The Service of its east-west gateway, where one is there that has another name than isthmus would give it. */
  readonly eastWest?: { readonly namespace: string; readonly name: string };
  /** Sentences that stand above it. */
  readonly remarks: readonly string[];
}

/** What a new mesh file says; everything else in it is switched off. */
export interface InitMesh {
  readonly name: string;
  /** At least one. */
  readonly clusters: readonly InitCluster[];
  /** Networks that several of the clusters have in common; left out where there is none. */
  readonly sharedNetworks?: readonly string[];
  readonly rancher?: Pick<RancherSettings, "url" | "token" | "caFile">;
  /** Where the default is not to be left to itself: what, and why. */
  readonly credentials?: { readonly kind: "serviceAccount" | "rancherToken"; readonly remarks: readonly string[] };
  /** Somebody else installs Istio; left out where isthmus does. */
  readonly install?: "existing";
  /** Sentences that stand above the Istio version. */
  readonly istioRemarks: readonly string[];
}
