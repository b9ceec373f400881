import type { ObjectId } from "../core/model/kube-object.ts";
import type { Plan } from "../core/plan/plan.ts";
import type { Progress } from "../core/progress.ts";
import type { Phase, Wave } from "../core/render/waves.ts";

/**
 * What an operation tells while it works. The first event of an apply carries
 * the whole plan, so that a view can draw everything before work starts.
 */
export type EngineEvent =
  | Progress
  | { readonly kind: "plan"; readonly plan: Plan }
  | {
      readonly kind: "object.applied";
      readonly cluster: string;
      readonly phase: Phase;
      readonly wave: Wave;
      readonly action: "create" | "update";
      readonly id: ObjectId;
    }
  | { readonly kind: "object.deleted"; readonly cluster: string; readonly id: ObjectId };

/** Receives events. Must not throw and must return at once. */
export type OnEvent = (event: EngineEvent) => void;
