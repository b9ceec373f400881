import { setTimeout as pause } from "node:timers/promises";
import type { Weights } from "../../core/decide/shift-steps.ts";
import { describeWeights, planSteps, planStepsAt } from "../../core/decide/shift-steps.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { ShiftStep } from "../../core/plan/shift-tasks.ts";
import { numberSteps } from "../../core/plan/shift-tasks.ts";
import type { EngineOptions } from "../options.ts";
import type { ExitClass } from "./exit-class.ts";
import { proveStep } from "./shift-proof.ts";
import type { Shift, ShiftCaller, ShiftRequest } from "./shift-request.ts";
import { openWatch, passGate, refuseUncounted } from "./shift-gate.ts";
import { shiftOnce, targetOf, withWeights } from "./shift-step.ts";
import { endShift, goBackTogether, isTaken, wayBack } from "./shift-way-back.ts";
import type { ShiftOutcome } from "./shift.ts";

export type { ShiftCaller, ShiftPreview, ShiftRequest, ShiftedRoute } from "./shift-request.ts";

/**
 * Shifts weights: every cluster agrees in a dry-run, the mesh file is
 * replaced, then all clusters are written at the same moment; with `step`
 * again and again until the end is reached. Each step is proven before the
 * next, and with a gate held while real requests are counted. A step that not
 * every cluster takes is taken back everywhere (`failed`; `partlyApplied`
 * where that did not come about), with `partial` it stays for those that
 * answer. Stops at the first step that the proof or the gate finds wrong
 * (`findings`), and then reports how to go back or, with `rollback`, goes
 * back. `failed` when nobody agreed.
 */
export async function shiftProgressively(
  request: ShiftRequest,
  caller: ShiftCaller,
  options: EngineOptions,
): Promise<ExitClass> {
  const before = await caller.readMesh();
  const target = targetOf(withWeights(before, request, request.weights), request);
  const from = targetOf(before, request).route.weights;
  const steps = numberSteps(stepsOf(from, target.route.weights, request.step));
  refuseUncounted(request, target);
  caller.report(before.warnings);
  const watch = await openWatch(request, target, before, options);
  try {
    return await takeSteps({ request, caller, options, file: before.name, target, from, steps, watch });
  } finally {
    await watch?.close();
  }
}

async function takeSteps(shift: Shift): Promise<ExitClass> {
  const { request, options, from, steps } = shift;
  let ended: ExitClass = "ok";
  let reached = from;
  for (const [index, step] of steps.entries()) {
    if (index > 0 && request.gate === undefined) {
      await pause(request.everyMs, undefined, { signal: options.signal });
    }
    const taken = await takeStep(shift, step, { reached, isFirst: index === 0 });
    if (taken.kind === "ended") {
      return taken.ended;
    }
    // A cluster that was away has not been shifted, however well the others were.
    ended = ended === "partlyApplied" ? ended : taken.ended;
    reached = step.weights;
  }
  return ended;
}

interface Judged {
  readonly kind: "on" | "ended";
  /** How the shift ends: now, or where no further step follows. */
  readonly ended: ExitClass;
}

async function takeStep(
  shift: Shift,
  step: ShiftStep,
  { reached, isFirst }: { readonly reached: Weights; readonly isFirst: boolean },
): Promise<Judged> {
  const { request, caller } = shift;
  const { weights } = step;
  let outcomes: readonly ShiftOutcome[] | undefined;
  try {
    outcomes = await shiftOnce(shift, step, { from: reached, asks: isFirst });
  } catch (error) {
    if (isFirst || !(error instanceof UserError)) {
      throw error;
    }
    caller.report(error.diagnostics);
    const why = `the next step to ${describeWeights(weights)} was not taken by any cluster`;
    return { kind: "ended", ended: await endShift(shift, reached, why) };
  }
  if (outcomes === undefined) {
    return { kind: "ended", ended: "failed" };
  }
  const lost = outcomes.filter((one) => !isTaken(one));
  if (!request.partial && lost.length > 0) {
    return { kind: "ended", ended: await goBackTogether(shift, weights, { reached, outcomes }) };
  }
  if (lost.some(({ state }) => state !== "unreachable")) {
    caller.report([wayBack(shift, weights, "not every cluster took the new weights")]);
    return { kind: "ended", ended: "partlyApplied" };
  }
  const judged = await judgeStep(shift, step);
  return lost.length > 0 && judged.kind === "on" ? { kind: "on", ended: "partlyApplied" } : judged;
}

function stepsOf(from: Weights, to: Weights, step: ShiftRequest["step"]): readonly Weights[] {
  return typeof step === "object" ? planStepsAt(from, to, step) : planSteps(from, to, step);
}

/** Proves what a step has written, and holds it while requests are counted. */
async function judgeStep(shift: Shift, step: ShiftStep): Promise<Judged> {
  const { weights } = step;
  const proof = await proveStep(shift, step);
  if (proof.failed) {
    return { kind: "ended", ended: await endShift(shift, weights, "the proof of the new weights failed") };
  }
  const passed = await passGate(shift, step);
  if (passed === "on") {
    return { kind: "on", ended: proof.ended };
  }
  if (passed !== "stop") {
    const why = {
      errors: "too many requests of clients failed",
      times: "too many answers came late",
      unseen: "how its requests end could not be seen",
    }[passed];
    return { kind: "ended", ended: await endShift(shift, weights, why) };
  }
  shift.caller.report([wayBack(shift, weights, "the shift stops here")]);
  return { kind: "ended", ended: "findings" };
}
