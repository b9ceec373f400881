import type { KubeObject } from "../core/model/kube-object.ts";
import type { Mesh } from "../core/model/mesh.ts";
import type { Platform } from "../core/render/materials.ts";
import { generateByHelm } from "./helm-manifests.ts";
import { generateByIstioctl } from "./istioctl-manifests.ts";
import type { EngineOptions } from "./options.ts";

/** A platform and the programs and charts that its kubeconfig context names, if any. */
export interface ClusterPlatform extends Platform {
  readonly istioctl?: string;
  readonly helm?: string;
  /** Folder of Istio's charts. */
  readonly charts?: string;
}

/** What generating manifests needs of an operation's options. */
export type ManifestOptions = Pick<
  EngineOptions,
  "env" | "cacheDir" | "signal" | "onEvent" | "istioctlCandidates" | "helmCandidates" | "chartCandidates"
>;

/** Istio's own objects for every cluster, control plane and gateways, by the method that the mesh file asks for. */
export async function generateIstioManifests(
  mesh: Mesh,
  platforms: Readonly<Record<string, ClusterPlatform>>,
  options: ManifestOptions,
): Promise<Readonly<Record<string, readonly KubeObject[]>>> {
  switch (mesh.istio.install) {
    case "istioctl":
      return await generateByIstioctl(mesh, platforms, options);
    case "helm":
      return await generateByHelm(mesh, platforms, options);
    case "operator":
    case "rancher":
      // Something in the cluster renders Istio's objects there; core renders what it is told.
      return {};
  }
}
