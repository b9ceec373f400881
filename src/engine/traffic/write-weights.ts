import { forcesConflicts } from "../../core/plan/force-conflicts.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { idOf } from "../../core/model/kube-object.ts";
import type { ShiftStep } from "../../core/plan/shift-tasks.ts";
import { shiftTasks } from "../../core/plan/shift-tasks.ts";
import { waveRules } from "../../core/render/waves.ts";
import type { HeldLeases } from "../apply/lease/hold-leases.ts";
import { createCulpritFinder } from "../apply/waits/find-culprits.ts";
import { waitUntilCertified } from "../apply/waits/until-certified.ts";
import { waitUntilTaken } from "../apply/waits/until-taken.ts";
import type { LeaseOptions, PlanOptions, ProgramLookup, RunOptions } from "../options.ts";
import { diagnoseFailure } from "../progress/diagnose-failure.ts";
import { runTask } from "../progress/run-task.ts";
import type { PreparedShift, ShiftTarget } from "./shift-target.ts";

export type ShiftOptions = RunOptions &
  LeaseOptions &
  Pick<PlanOptions, "forceConflicts"> &
  Pick<ProgramLookup, "env" | "istioctlCandidates"> & { readonly step: ShiftStep };

export interface ShiftOutcome {
  readonly cluster: string;
  /**
   * `notTaken`: the API server has the weights, and a gateway does not obey
   * them. `notServed`: the gateways have them too, and no certificate for the route.
   */
  readonly state: "shifted" | "unchanged" | "notTaken" | "notServed" | "failed" | "unreachable";
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
      const { cluster } = target;
      try {
        await runTask({ ...shiftTasks.write(cluster, options.step), cluster }, options, async () =>
          writeTo(target, leases, options),
        );
        return { cluster, state: target.fields.length === 0 ? "unchanged" : "shifted", diagnostics: [] };
      } catch (error) {
        return { cluster, state: "failed", diagnostics: await diagnoseFailure(error, cluster, "shift") };
      }
    }),
  );
}

/** Weights that are there already are not written again. */
async function writeTo(
  { cluster, client, object, fields }: Extract<ShiftTarget, { readonly kind: "ready" }>,
  leases: HeldLeases,
  { forceConflicts, signal, onEvent }: ShiftOptions,
): Promise<void> {
  if (fields.length === 0) {
    return;
  }
  await leases.held.get(cluster)?.ensure();
  await client.apply(object, { force: forcesConflicts(forceConflicts, object.kind), signal });
  const { phase } = waveRules.routes;
  onEvent({ kind: "object.applied", cluster, phase, wave: "routes", action: "update", id: idOf(object) });
}

/** What is stored already may be obeyed by nobody, so it is looked at like what was written. */
export async function proveWeightsTaken(
  { targets, istio, asked, secure }: PreparedShift,
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
    const task = { ...shiftTasks.taken(target.cluster, options.step), cluster: target.cluster };
    const { taken, certified } = await runTask(task, options, async (onPending) => {
      const waiting = {
        timeoutMs: options.timeoutMs,
        signal: options.signal,
        onPending,
        findCulprits: createCulpritFinder(istio, options),
      };
      return {
        taken: await waitUntilTaken(place, asked[target.cluster] ?? [], waiting),
        certified: await waitUntilCertified(place, secure, waiting),
      };
    });
    return {
      ...outcome,
      state: certified.some(({ severity }) => severity === "error") ? "notServed" : outcome.state,
      diagnostics: [...outcome.diagnostics, ...taken, ...certified],
    };
  } catch (error) {
    options.signal.throwIfAborted();
    return {
      cluster: target.cluster,
      state: "notTaken",
      diagnostics: await diagnoseFailure(error, target.cluster, "shift"),
    };
  }
}
