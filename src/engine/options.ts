import type { AdoptionPolicy } from "../core/decide/adoption.ts";
import type { ForceConflicts } from "../core/plan/force-conflicts.ts";
import type { OnEvent } from "./events.ts";

/** For everything that works and waits. */
export interface RunOptions {
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onEvent: OnEvent;
  /** For every wait of the operation, in milliseconds. */
  readonly timeoutMs: number;
  /** For each look at one cluster, in milliseconds (`withinClusterTime`); without it only its single requests have limits. */
  readonly clusterTimeoutMs?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Where kubeconfigs, tokens and the data folder are looked for. */
export interface AccessOptions {
  readonly env: Environment;
  /** `--kubeconfig`: used before `KUBECONFIG` and `~/.kube/config`. */
  readonly kubeconfig?: string;
  /** Kubeconfig files to look at last, where a context is found nowhere else (running sandboxes). */
  readonly extraKubeconfigs: readonly string[];
}

/** Where programs that make manifests are looked for, and what they made is kept. Candidates may be found when they are gone through for the first time. */
export interface ProgramLookup {
  readonly env: Environment;
  /** Folder for what can be made again. */
  readonly cacheDir: string;
  /** istioctl programs to try besides those of `$ISTHMUS_ISTIOCTL`, the contexts and `$PATH`. */
  readonly istioctlCandidates: Iterable<string>;
  /** helm programs to try besides those of `$ISTHMUS_HELM`, the contexts and `$PATH`. */
  readonly helmCandidates: Iterable<string>;
  /** Folders of Istio's charts to try besides those of `$ISTHMUS_ISTIO_CHARTS` and the contexts. */
  readonly chartCandidates: Iterable<string>;
  /** kubectl programs that build kustomizations where `$PATH` has none that does. */
  readonly kubectlCandidates: Iterable<string>;
}

/** What a plan, and the apply that carries it out, may do to objects that others have to do with. */
export interface PlanOptions {
  /** Take fields over that other field managers own, instead of refusing (server-side apply's `force`). */
  readonly forceConflicts: ForceConflicts;
  /** Which objects that are there already and that isthmus has not made may become the mesh's. */
  readonly adopt: AdoptionPolicy;
  /** Leave alone what is refused and do everything else, instead of refusing the whole (`--continue`). */
  readonly continueOnRefusal: boolean;
  /** Ask also whether objects that are as they were applied could be written, by dry-runs of some of them. */
  readonly tryWrites?: boolean;
}

/** How a run of this program names itself in the Leases that it takes. */
export interface Holder {
  /** `user@host/pid` */
  readonly identity: string;
  readonly pid: number;
}

/** For everything that changes clusters. */
export interface LeaseOptions {
  /** Who changes clusters, for others who want to at the same time. */
  readonly holder: Holder;
}

/**
 * Everything that a caller of the engine has; operations read no globals.
 * Functions take the parts that they need.
 */
export interface EngineOptions extends RunOptions, AccessOptions, ProgramLookup, PlanOptions, LeaseOptions {}
