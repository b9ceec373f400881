import type { KubeObject } from "../../core/model/kube-object.ts";

/** Where an object stands, in kstatus' words (https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md). */
export interface Readiness {
  /** `failed` is Kubernetes' own verdict; most failed objects can still recover. */
  readonly state: "current" | "inProgress" | "failed" | "terminating" | "notFound";
  /** One sentence without a full stop, for people. */
  readonly reason: string;
}

/** A rule for one kind. */
export type ReadinessRule = (object: KubeObject) => Readiness;

export function current(reason: string): Readiness {
  return { state: "current", reason };
}

export function inProgress(reason: string): Readiness {
  return { state: "inProgress", reason };
}

export function failed(reason: string): Readiness {
  return { state: "failed", reason };
}
