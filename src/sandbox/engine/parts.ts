/** The Go programs that nodes and people run; the others live in images only. */
export const builtPrograms = [
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kube-proxy",
  "kube-router",
  "kubelet",
  "kubectl",
  "istioctl",
  "helm",
  "etcd",
] as const;

/** The programs that a sandbox node runs, and those that people use against it. */
export const programs = [...builtPrograms, "containerd", "containerd-shim-runc-v2", "ctr", "runc"] as const;

export type Program = (typeof programs)[number];

/** Istio's Helm charts, by the names that Istio's chart repository gives them. */
export const charts = ["base", "istiod", "gateway", "cni"] as const;

export type Chart = (typeof charts)[number];

/** The container images that are made here; names as Kubernetes and Istio manifests use them. */
export interface EngineImages {
  readonly pause: string;
  readonly coredns: string;
  readonly pilot: string;
  readonly proxyv2: string;
  readonly helloworld: string;
}

/**
 * A complete sandbox engine in the cache: every path is absolute and exists.
 * Read-only; a cluster that needs to write works on copies.
 */
export interface EngineParts {
  /** Content key: equal exactly when the pinned inputs are. */
  readonly key: string;
  /** `<cache>/engine/<key>`. */
  readonly dir: string;
  readonly programs: Readonly<Record<Program, string>>;
  /** Folder of Istio's charts, one folder each (`base`, `istiod`, `gateway`, `cni`), as the engine's release of Istio has them. */
  readonly chartsDir: string;
  /** Folder of the CNI plugins (`bridge`, `host-local`, `portmap`, `loopback`). */
  readonly cniDir: string;
  /**
   * A containerd root folder (metadata, content, overlayfs snapshots) into
   * which every image is imported and unpacked, made by an engine's own
   * containerd that has ended. A node copies it (hard links for content and
   * snapshot files, which are never written again; real copies of `*.db`).
   */
  readonly containerdRoot: string;
  readonly images: EngineImages;
  readonly versions: {
    readonly kubernetes: string;
    readonly istio: string;
    readonly envoy: string;
    readonly coredns: string;
    /** Undefined in what earlier programs have written of an engine that had Debian's etcd 3.4. */
    readonly etcd?: string;
  };
}
