import type { DrainAction } from "../core/drain/drain-steps.ts";
import type { HealthChange } from "../core/front-door/health-book.ts";
import type { NamesPlan } from "../core/front-door/names-plan.ts";
import type { Weights } from "../core/decide/shift-steps.ts";
import type { Diagnostic } from "../core/diagnostics/diagnostic.ts";
import type { ObjectId } from "../core/model/kube-object.ts";
import type { FieldChange } from "../core/plan/diff.ts";
import type { Plan } from "../core/plan/plan.ts";
import type { PlannedTask } from "../core/plan/task-ref.ts";
import type { Progress } from "../core/progress.ts";
import type { Phase, Wave } from "../core/render/waves.ts";

/** What an operation emits while it works. */
export type EngineEvent =
  | Progress
  | {
      readonly kind: "object.applied";
      readonly cluster: string;
      readonly phase: Phase;
      readonly wave: Wave;
      readonly action: "create" | "update";
      readonly id: ObjectId;
    }
  | { readonly kind: "object.deleted"; readonly cluster: string; readonly id: ObjectId }
  /** An address of a name has failed its health checks, or holds again. */
  | ({ readonly kind: "address" } & HealthChange);

/** What a removal is about to take away, in its order. */
export interface RemovalPlan {
  readonly mesh: string;
  /** What leaves DNS first; absent for a mesh that publishes no names. */
  readonly names?: NamesPlan;
  readonly clusters: readonly {
    readonly cluster: string;
    readonly objects: readonly {
      /** `release` gives back our fields of an object that was there before. */
      readonly action: "delete" | "release";
      readonly wave: Wave;
      readonly id: ObjectId;
    }[];
    /** What is done, in order. */
    readonly tasks: readonly PlannedTask[];
    /** Objects with the mesh's label that stay, by kind; not there where only the inventory counts. */
    readonly labelled?: readonly { readonly kind: string; readonly count: number }[];
  }[];
}

/** What a shift of weights is about to change: one route, in the mesh file and on every cluster. */
export interface ShiftPlan {
  readonly mesh: string;
  /** The mesh file as the caller named it; every step edits it. */
  readonly file: string;
  readonly route: { readonly service: string; readonly namespace: string; readonly name: string };
  /** The weights of the beginning, in percent. */
  readonly from: Weights;
  /** The weights that each step writes; the last ones are what was asked for. */
  readonly steps: readonly Weights[];
  readonly clusters: readonly (
    | {
        readonly kind: "planned";
        readonly cluster: string;
        /** The route's VirtualService. */
        readonly id: ObjectId;
        /** What the first step changes in it; empty where the weights are there already. */
        readonly fields: readonly FieldChange[];
        /** What is done, in order. */
        readonly tasks: readonly PlannedTask[];
      }
    | { readonly kind: "unreachable"; readonly cluster: string; readonly diagnostic: Diagnostic }
  )[];
}

/** What a drain or an undrain is about to change: services of the mesh file, in one cluster. */
export interface DrainPlan {
  readonly action: DrainAction;
  readonly mesh: string;
  /** The cluster that leaves traffic, or comes back. */
  readonly cluster: string;
  /** What becomes of the published names; absent for a mesh that publishes none. */
  readonly names?: NamesPlan;
  readonly services: readonly {
    readonly namespace: string;
    readonly name: string;
    /** The cluster that answers what is asked inside the drained one; of a drain. */
    readonly instead?: string;
  }[];
  readonly clusters: readonly (
    | {
        readonly kind: "planned";
        readonly cluster: string;
        readonly objects: readonly {
          readonly action: "create" | "update" | "delete";
          readonly id: ObjectId;
          /** Of an update. */
          readonly fields: readonly FieldChange[];
        }[];
        /** What is done, in order. */
        readonly tasks: readonly PlannedTask[];
      }
    | { readonly kind: "unreachable"; readonly cluster: string; readonly diagnostic: Diagnostic }
  )[];
}

/**
 * What is going to be done, whole, before the first thing is: a view can draw
 * everything before work starts. Emitted before anybody is asked, so by whoever asks.
 */
export type PlanEvent =
  | { readonly kind: "plan"; readonly plan: Plan; readonly prune: boolean }
  | { readonly kind: "removal"; readonly removal: RemovalPlan }
  | { readonly kind: "shift"; readonly shift: ShiftPlan }
  | { readonly kind: "drain"; readonly drain: DrainPlan }
  | { readonly kind: "names"; readonly mesh: string; readonly names: NamesPlan; readonly prune: boolean };

/** Receives events. Must not throw and must return at once. */
export type OnEvent = (event: EngineEvent) => void;
