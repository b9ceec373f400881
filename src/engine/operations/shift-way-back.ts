import type { Weights } from "../../core/decide/shift-steps.ts";
import { describeWeights } from "../../core/decide/shift-steps.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { rollbackStep } from "../../core/plan/shift-tasks.ts";
import { quoteCommand } from "../../core/quote-command.ts";
import type { EngineOptions } from "../options.ts";
import type { ExitClass } from "./exit-class.ts";
import { proveStep } from "./shift-proof.ts";
import type { Shift, ShiftCaller, ShiftRequest } from "./shift-request.ts";
import { shiftOnce, targetOf } from "./shift-step.ts";
import type { ShiftOutcome } from "./shift.ts";

/** Goes back to the beginning where that is asked for (`rollback`), and says how otherwise. `why` follows the weights in a sentence. */
export async function endShift(shift: Shift, weights: Weights, why: string): Promise<ExitClass> {
  if (shift.request.rollback) {
    return goBack(shift, weights, { why, to: shift.from, ended: "findings" });
  }
  shift.caller.report([wayBack(shift, weights, why)]);
  return "findings";
}

/**
 * All clusters or none: where one did not take `weights`, file and clusters
 * get those back that all have had, of the step before; with `rollback` those
 * of the beginning. `failed` where all have them.
 */
export async function goBackTogether(
  shift: Shift,
  weights: Weights,
  { reached, outcomes }: { readonly reached: Weights; readonly outcomes: readonly ShiftOutcome[] },
): Promise<ExitClass> {
  const lost = outcomes.filter((one) => !isTaken(one)).map(({ cluster }) => cluster);
  const to = shift.request.rollback ? shift.from : reached;
  return goBack(shift, weights, { why: `${lost.join(" and ")} did not take them`, to, ended: "failed" });
}

/** What somebody has stopped: the weights that the mesh file has now, and those of the beginning. */
export interface StoppedShift {
  readonly weights: Weights;
  /** The same in words: how the shift stands, and the command that goes back (ISM344). */
  readonly said: Diagnostic;
  /** Goes back to the weights of the beginning, everywhere; the clusters tell `caller` about it. */
  readonly goBack: (options: EngineOptions) => Promise<ExitClass>;
}

/** How a shift stands that was interrupted; undefined where the mesh file has the weights of the beginning, so that nothing was written. */
export async function findStopped(
  request: ShiftRequest,
  caller: ShiftCaller,
  from: Weights,
): Promise<StoppedShift | undefined> {
  const meshFile = await caller.readMesh();
  const target = targetOf(meshFile, request);
  const { weights } = target.route;
  if (Object.keys({ ...from, ...weights }).every((version) => (from[version] ?? 0) === (weights[version] ?? 0))) {
    return undefined;
  }
  const shift = { request, caller, file: meshFile.name, target, from, steps: [], watch: undefined };
  const why = "the shift was interrupted";
  return {
    weights,
    said: wayBack(shift, weights, why, "Go on with the same command"),
    goBack: async (options) => goBack({ ...shift, options }, weights, { why, to: from, ended: "interrupted" }),
  };
}

/** Whether a cluster has the weights of a step, and its gateways obey them. */
export function isTaken({ state }: ShiftOutcome): boolean {
  return state === "shifted" || state === "unchanged";
}

/** Puts file and clusters back, those that answer, and looks whether that has helped. */
async function goBack(
  shift: Shift,
  weights: Weights,
  { why, to, ended }: { readonly why: string; readonly to: Weights; readonly ended: ExitClass },
): Promise<ExitClass> {
  const { request, caller, target } = shift;
  // What was there before is not held against what could answer: it was asked for by nobody now.
  const forced = { ...shift, request: { ...request, force: true, partial: true } };
  const step = rollbackStep(to);
  // Nobody is asked, so that nobody can disagree.
  const outcomes = (await shiftOnce(forced, step, { from: weights, asks: false })) ?? [];
  const [done, lost] = [outcomes.filter(isTaken), outcomes.filter((one) => !isTaken(one))];
  if (lost.length > 0) {
    const again = ["the mesh file", ...done.map(({ cluster }) => cluster)].join(" and ");
    caller.report([
      {
        ...errorOf("ISM344"),
        detail: `With ${describeWeights(weights)} ${why}. ${again} ${done.length === 0 ? "has" : "have"} ${describeWeights(to)} of route ${target.route.name} again, and not every cluster took the old weights back: ${lost.map(({ cluster }) => cluster).join(" and ")} did not.`,
        fix: `Mend what is named above, then: ${commandTo(shift, to)}`,
      },
    ]);
    return "partlyApplied";
  }
  caller.report([
    {
      ...errorOf("ISM345"),
      detail: `With ${describeWeights(weights)} ${why}. The mesh file and every cluster have ${describeWeights(to)} of route ${target.route.name} again.`,
      fix: "Mend what is named above, then shift again.",
    },
  ]);
  await proveStep(shift, step);
  return ended;
}

/** An error (ISM344) that says which weights the route has, why that is not well, and the command that goes back to those of the beginning; `instead` is what else can be done. */
export function wayBack(
  { file, target, from }: Pick<Shift, "file" | "target" | "from">,
  weights: Weights,
  why: string,
  instead = "Mend what is named above",
): Diagnostic {
  return {
    ...errorOf("ISM344"),
    detail: `Route ${target.route.name} has ${describeWeights(weights)} now, and ${why}.`,
    fix: `${instead}, or go back to ${describeWeights(from)}: ${commandTo({ file, target }, from)}`,
  };
}

function commandTo({ file, target: { service, route } }: Pick<Shift, "file" | "target">, weights: Weights): string {
  const wanted = Object.entries(weights).map(([version, percent]) => `${version}=${percent}`);
  const command = ["isthmus", "shift", service.name].concat(wanted, "-f", file, "-n", service.namespace);
  return quoteCommand([...command, "--route", route.name]);
}
