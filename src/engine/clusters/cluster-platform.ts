import type { Platform } from "../../core/render/materials.ts";

/** A platform and the programs and charts that its kubeconfig context names, if any. */
export interface ClusterPlatform extends Platform {
  readonly istioctl?: string;
  readonly helm?: string;
  /** Folder of Istio's charts. */
  readonly charts?: string;
}
