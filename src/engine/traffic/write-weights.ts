import { forcesConflicts } from "../../core/plan/force-conflicts.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { diagnoseKubeError } from "../../kube/diagnose.ts";
import type { HeldLeases } from "../apply/lease/hold-leases.ts";
import { createCulpritFinder } from "../apply/waits/find-culprits.ts";
import { waitUntilTaken } from "../apply/waits/until-taken.ts";
import type { LeaseOptions, PlanOptions, ProgramLookup, RunOptions } from "../options.ts";
import { diagnoseFailure } from "../progress/diagnose-failure.ts";
import type { PreparedShift } from "./shift-target.ts";

export type ShiftOptions = RunOptions &
  LeaseOptions &
  Pick<PlanOptions, "forceConflicts"> &
  Pick<ProgramLookup, "env" | "istioctlCandidates">;

export interface ShiftOutcome {
  readonly cluster: string;
  /** `notTaken`: the API server has the weights, and a gateway does not obey them. */
  readonly state: "shifted" | "unchanged" | "notTaken" | "failed" | "unreachable";
  readonly diagnostics: readonly Diagnostic[];
}

/** Writes the weights to every cluster at the same moment. Never rejects for one cluster's sake. */
export async function writeWeights(
  prepared: PreparedShift,
  leases: HeldLeases,
  options: ShiftOptions,
): Promise<readonly ShiftOutcome[]> {
  return Promise.all(
    prepared.targets.map(async (target): Promise<ShiftOutcome> => {
      if (target.kind === "unreachable") {
        return { cluster: target.cluster, state: "unreachable", diagnostics: [target.diagnostic] };
      }
      if (target.fields.length === 0) {
        return { cluster: target.cluster, state: "unchanged", diagnostics: [] };
      }
      try {
        await leases.held.get(target.cluster)?.ensure();
        const force = forcesConflicts(options.forceConflicts, target.object.kind);
        await target.client.apply(target.object, { force, signal: options.signal });
        return { cluster: target.cluster, state: "shifted", diagnostics: [] };
      } catch (error) {
        return {
          cluster: target.cluster,
          state: "failed",
          diagnostics: [await diagnoseKubeError(error, target.cluster)],
        };
      }
    }),
  );
}

/** What is stored already may be obeyed by nobody, so it is looked at like what was written. */
export async function proveWeightsTaken(
  { targets, istio, asked }: PreparedShift,
  outcome: ShiftOutcome,
  options: ShiftOptions,
): Promise<ShiftOutcome> {
  const target = targets.find((one) => one.kind === "ready" && one.cluster === outcome.cluster);
  const stored = outcome.state === "shifted" || outcome.state === "unchanged";
  if (target?.kind !== "ready" || !stored) {
    return outcome;
  }
  const place = { name: target.cluster, context: target.context, client: target.client };
  try {
    const diagnostics = await waitUntilTaken(place, asked, {
      timeoutMs: options.timeoutMs,
      signal: options.signal,
      onPending: () => {},
      findCulprits: createCulpritFinder(istio, options),
    });
    return { ...outcome, diagnostics: [...outcome.diagnostics, ...diagnostics] };
  } catch (error) {
    options.signal.throwIfAborted();
    return {
      cluster: target.cluster,
      state: "notTaken",
      diagnostics: await diagnoseFailure(error, target.cluster, "shift"),
    };
  }
}
