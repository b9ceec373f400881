import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { ObjectId } from "../../core/model/kube-object.ts";
import type { ClusterPlan, RefusedObject } from "../../core/plan/plan.ts";
import type { Halted } from "./halted.ts";
import type { Connected } from "../clusters/connect-clusters.ts";

/**
 * The outcome that an unchanged object still has. Digests (`digestObject`,
 * `digestLive`), since the answers of a whole fleet would be most of the memory of an apply.
 */
export interface WrittenObject {
  readonly applied: string;
  /** What it was written at; an object that is still at it is what the API server answered. */
  readonly resourceVersion: unknown;
  /** Left out for large objects that hardly anybody writes to later (`largeKinds`). */
  readonly result?: string;
}

/** One cluster's share of an apply while it runs. */
export interface ClusterRun {
  readonly one: Connected;
  readonly plan: Extract<ClusterPlan, { readonly kind: "planned" }>;
  applied: number;
  deleted: number;
  /** What was written and what the API server made of it, by key. */
  readonly outcomes: Map<string, WrittenObject>;
  /** What does not stop the apply and should be known; with an error among them the cluster is not as asked. */
  readonly warnings: Diagnostic[];
  /** What is left as it is, since it is refused (`--continue`). */
  readonly leftOut: RefusedObject[];
  /** What has no pods, since somebody has scaled it to 0. */
  readonly halted: Halted[];
  /** What was written and goes again, since somebody has deleted it, by key. */
  readonly deletions: Map<string, Deletion>;
  /** When something was last written that istiod sends to proxies, in milliseconds since the epoch. */
  proxiesChangedAt: number | undefined;
  /** Fires when somebody else has taken the cluster's Lease. */
  readonly lost: AbortSignal;
  /** Why the cluster's Lease could not be taken; nothing is done there then. */
  readonly refused: readonly Diagnostic[];
  /** Set when a wave failed: others then neither wait for this cluster nor join it in this apply. */
  failed: boolean;
}

/** An object of the mesh that is being deleted, and the error that says so. */
export interface Deletion {
  readonly id: ObjectId;
  readonly diagnostic: Diagnostic;
}

/** What has no pods though the mesh needs it. */
export function needed({ halted }: Pick<ClusterRun, "halted">): readonly Halted[] {
  return halted.filter(({ diagnostic }) => diagnostic.severity === "error");
}

/** True when something is not as asked though nothing has failed: it was left out, goes again, has no pods, or is not served. */
export function isIncomplete(work: Pick<ClusterRun, "halted" | "leftOut" | "deletions" | "warnings">): boolean {
  return (
    work.leftOut.length > 0 ||
    work.deletions.size > 0 ||
    needed(work).length > 0 ||
    work.warnings.some(({ severity }) => severity === "error")
  );
}
