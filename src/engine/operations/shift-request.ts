import type { Weights } from "../../core/decide/shift-steps.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { Route, Service } from "../../core/model/mesh.ts";
import type { ShiftStep } from "../../core/plan/shift-tasks.ts";
import type { ShiftPlan } from "../events.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { EngineOptions } from "../options.ts";
import type { PreparedShift } from "../traffic/shift-target.ts";
import type { RequestWatch, WatchedRequests } from "../traffic/watch-requests.ts";
import type { ShiftOutcome } from "../traffic/write-weights.ts";
import type { Verification } from "../traffic/verification.ts";

/** By what requests of clients decide whether a shift goes on. */
export interface ShiftGate {
  /** The share of tries that may fail of a version that gets more than before: above 0, below 1; undefined leaves that out. */
  readonly maxErrorRate: number | undefined;
  /** What 99 of 100 of its answers have to take less than, in milliseconds, of two significant digits; undefined leaves that out. */
  readonly maxP99Ms: number | undefined;
  /** Goes on also where nothing was counted. */
  readonly allowUnproven: boolean;
}

/** Which weights a route is to have, and the way there. */
export interface ShiftRequest {
  readonly service: string;
  /** Where several services have the name. */
  readonly namespace: string | undefined;
  /** Where the service has several. */
  readonly route: string | undefined;
  /** Version → percent; the sum is 100. */
  readonly weights: Weights;
  /** At most this many percent at a time, or at these parts of the way in percent; all at once without it. */
  readonly step: number | readonly number[] | undefined;
  /** Between two steps, in milliseconds. */
  readonly everyMs: number;
  /** Give requests also to a version that cannot answer them. */
  readonly force: boolean;
  /** How the new split is proven after each step; undefined leaves that out. */
  readonly proof:
    | { readonly requests: number; readonly allowUnproven: boolean; readonly probePod: boolean }
    | undefined;
  /** Hold each step for `everyMs` while ingress gateways count how real requests end; undefined leaves that out. */
  readonly gate: ShiftGate | undefined;
  /** Go back to the weights of the beginning when a proof or the gate fails, or nothing can be seen any more. */
  readonly rollback: boolean;
  /** Leave the weights where some clusters have them and others do not; without it all have them or none. */
  readonly partial: boolean;
}

/** The route that is shifted. */
export interface ShiftedRoute {
  readonly service: Service;
  readonly route: Route;
}

/** What a shift is about to do. */
export interface ShiftPreview {
  /** All of it, for programs. */
  readonly plan: ShiftPlan;
  readonly target: ShiftedRoute;
  /** What the first step would change. */
  readonly prepared: PreparedShift;
  /** What each step leads to; the last one is what was asked for. */
  readonly steps: readonly Weights[];
  /** False when there is nothing to ask anybody about. */
  readonly changes: boolean;
}

/** Who asks for a shift: gives the mesh file, agrees to it, and gets what happens, in order. */
export interface ShiftCaller {
  /** The mesh file as it is now; read anew before each step, since others may edit it meanwhile. */
  readonly readMesh: () => Promise<MeshFile>;
  /** Asked once, before anything is written; false ends the shift. */
  readonly agree: (preview: ShiftPreview) => Promise<boolean>;
  /** What the clusters say to one step. */
  readonly written: (target: ShiftedRoute, step: ShiftStep, outcomes: readonly ShiftOutcome[]) => void;
  readonly proven: (verification: Verification, step: ShiftStep) => void;
  readonly watched: (requests: WatchedRequests, step: ShiftStep) => void;
  readonly report: (diagnostics: readonly Diagnostic[]) => void;
}

/** One shift on its way. */
export interface Shift {
  readonly request: ShiftRequest;
  readonly caller: ShiftCaller;
  readonly options: EngineOptions;
  /** The mesh file as the caller named it. */
  readonly file: string;
  readonly target: ShiftedRoute;
  /** The weights of the beginning. */
  readonly from: Weights;
  readonly steps: readonly ShiftStep[];
  /** Counts for the gate. */
  readonly watch: RequestWatch | undefined;
}
