import { setTimeout as pause } from "node:timers/promises";
import type { Weights } from "../../core/decide/shift-steps.ts";
import { describeWeights, planSteps, planStepsAt } from "../../core/decide/shift-steps.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { ShiftStep } from "../../core/plan/shift-tasks.ts";
import type { TaskRef } from "../../core/plan/task-ref.ts";
import { numberSteps, rollbackStep, shiftTasks } from "../../core/plan/shift-tasks.ts";
import { quoteCommand } from "../../core/quote-command.ts";
import type { WeightEdit } from "../../core/mesh-file/edit-weights.ts";
import { editWeights, findWeights } from "../../core/mesh-file/edit-weights.ts";
import type { MeshFile } from "../mesh-file.ts";
import { parseMeshFile } from "../mesh-file.ts";
import type { EngineOptions } from "../options.ts";
import type { ExitClass } from "./exit-class.ts";
import { classOfVerification } from "./exit-class.ts";
import { planShift } from "./shift-plan.ts";
import type { Shift, ShiftCaller, ShiftPreview, ShiftRequest, ShiftedRoute } from "./shift-request.ts";
import { openWatch, passGate, refuseUncounted } from "./shift-gate.ts";
import type { PreparedShift, ShiftOutcome } from "./shift.ts";
import { carryOutShift, prepareShift, replaceMeshFile } from "./shift.ts";

export type { ShiftCaller, ShiftPreview, ShiftRequest, ShiftedRoute } from "./shift-request.ts";

/**
 * Shifts weights: every cluster agrees in a dry-run, the mesh file is
 * replaced, then all clusters are written at the same moment; with `step`
 * again and again until the end is reached. Each step is proven before the
 * next, and with a gate held while real requests are counted. Stops at the first step that not every reachable cluster took
 * (`partlyApplied`) or that the proof or the gate finds wrong (`findings`), and then reports
 * how to go back or, with `rollback`, goes back. `failed` when nobody agreed.
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
  const { request, caller, options, from, steps } = shift;
  let ended: ExitClass = "ok";
  let reached = from;
  for (const [index, step] of steps.entries()) {
    const { weights } = step;
    if (index > 0 && request.gate === undefined) {
      await pause(request.everyMs, undefined, { signal: options.signal });
    }
    const outcomes = await shiftOnce(shift, step, { from: reached, asks: index === 0 });
    if (outcomes === undefined) {
      return "failed";
    }
    if (!tookAll(outcomes)) {
      caller.report([wayBack(shift, weights, "not every cluster took the new weights")]);
      return "partlyApplied";
    }
    const judged = await judgeStep(shift, step);
    if (judged.kind === "ended") {
      return judged.ended;
    }
    ({ ended } = judged);
    reached = weights;
  }
  return ended;
}

function stepsOf(from: Weights, to: Weights, step: ShiftRequest["step"]): readonly Weights[] {
  return typeof step === "object" ? planStepsAt(from, to, step) : planSteps(from, to, step);
}

function tookAll(outcomes: readonly ShiftOutcome[]): boolean {
  return outcomes.every((outcome) => outcome.state === "shifted" || outcome.state === "unchanged");
}

/** Writes one step to file and clusters; undefined when nobody agreed. */
async function shiftOnce(
  shift: Shift,
  step: ShiftStep,
  { from, asks }: { readonly from: Weights; readonly asks: boolean },
): Promise<readonly ShiftOutcome[] | undefined> {
  const { request, caller, options } = shift;
  const { weights } = step;
  const before = await caller.readMesh();
  const next = withWeights(before, request, weights);
  const target = targetOf(next, request);
  const raised = request.force
    ? []
    : Object.keys(weights).filter((version) => (weights[version] ?? 0) > (from[version] ?? 0));
  const prepared = await prepareShift(next, target, { ...options, raised });
  try {
    caller.report(prepared.warnings);
    if (asks && !(await caller.agree(previewOf(shift, target, prepared)))) {
      return undefined;
    }
    const replace = async (): Promise<void> => {
      await shift.watch?.begin();
      await replaceMeshFile(next, before.text, next.text);
    };
    const outcomes = await carryOutShift(prepared, replace, { ...options, step });
    caller.written(target, step, outcomes);
    caller.report(outcomes.flatMap((outcome) => outcome.diagnostics));
    return outcomes;
  } finally {
    await prepared.close();
  }
}

function previewOf(shift: Shift, target: ShiftedRoute, prepared: PreparedShift): ShiftPreview {
  const { file, from, steps, request } = shift;
  const differs = prepared.targets.some((one) => one.kind === "ready" && one.fields.length > 0);
  const proves = request.proof !== undefined;
  const watches = request.gate !== undefined;
  return {
    plan: planShift({ file, target, prepared, from, steps, proves, watches, rollsBack: request.rollback }),
    target,
    prepared,
    steps: steps.map(({ weights }) => weights),
    changes: differs || steps.length > 1,
  };
}

/** `failed`: something was seen to be wrong, not only unseen. */
async function prove(
  { request, caller, options, target }: Shift,
  step: ShiftStep,
): Promise<{ readonly ended: ExitClass; readonly failed: boolean }> {
  if (request.proof === undefined) {
    return { ended: "ok", failed: false };
  }
  const { service, route } = target;
  const { requests, probePod } = request.proof;
  // Not needed before the clusters are written, and the larger half of a shift's code.
  const { diagnosticsOf, verifyMesh } = await import("./verify.ts");
  const only = { service: service.name, namespace: service.namespace, route: route.name };
  const taskOf = (cluster: string): TaskRef => shiftTasks.proof(cluster, step);
  const verification = await verifyMesh(await caller.readMesh(), { ...options, requests, probePod, only, taskOf });
  caller.proven(verification, step);
  caller.report(diagnosticsOf(verification));
  return { ended: classOfVerification(verification, request.proof), failed: verification.failed > 0 };
}

/** Proves what a step has written, and holds it while requests are counted. `ended` is how the shift ends where it does not go on. */
async function judgeStep(
  shift: Shift,
  step: ShiftStep,
): Promise<{ readonly kind: "on" | "ended"; readonly ended: ExitClass }> {
  const { weights } = step;
  const proof = await prove(shift, step);
  if (proof.failed) {
    return { kind: "ended", ended: await end(shift, weights, "the proof of the new weights failed") };
  }
  const passed = await passGate(shift, step);
  if (passed === "on") {
    return { kind: "on", ended: proof.ended };
  }
  if (passed !== "stop") {
    const why = { errors: "too many requests of clients failed", times: "too many answers came late" }[passed];
    return { kind: "ended", ended: await end(shift, weights, why) };
  }
  shift.caller.report([wayBack(shift, weights, "the shift stops here")]);
  return { kind: "ended", ended: "findings" };
}

/** Goes back where that is asked for, and says how otherwise. */
async function end(shift: Shift, weights: Weights, why: string): Promise<ExitClass> {
  if (shift.request.rollback) {
    return rollBack(shift, weights, why);
  }
  shift.caller.report([wayBack(shift, weights, why)]);
  return "findings";
}

/** Puts file and clusters back to the weights of the beginning, and looks whether that has helped. */
async function rollBack(shift: Shift, weights: Weights, why: string): Promise<ExitClass> {
  const { request, caller, target, from } = shift;
  // What was there before is not held against what could answer: it was asked for by nobody now.
  const forced = { ...shift, request: { ...request, force: true } };
  const step = rollbackStep(from);
  const outcomes = await shiftOnce(forced, step, { from: weights, asks: false });
  if (outcomes === undefined || !tookAll(outcomes)) {
    caller.report([wayBack(shift, weights, `${why}, and not every cluster took the old weights back`)]);
    return "partlyApplied";
  }
  caller.report([
    {
      ...errorOf("ISM345"),
      detail: `With ${describeWeights(weights)} ${why}. The mesh file and every cluster have ${describeWeights(from)} of route ${target.route.name} again.`,
      fix: "Mend what is named above, then shift again.",
    },
  ]);
  await prove(shift, step);
  return "findings";
}

function wayBack({ file, target, from }: Shift, weights: Weights, why: string): Diagnostic {
  const { service, route } = target;
  const wanted = Object.entries(from).map(([version, percent]) => `${version}=${percent}`);
  const command = ["isthmus", "shift", service.name].concat(wanted, "-f", file, "-n", service.namespace);
  return {
    ...errorOf("ISM344"),
    detail: `Route ${route.name} has ${describeWeights(weights)} now, and ${why}.`,
    fix: `Mend what is named above, or go back to ${describeWeights(from)}: ${quoteCommand([...command, "--route", route.name])}`,
  };
}

/** The mesh file with the new weights, held against all rules before anything is touched. */
function withWeights(meshFile: MeshFile, request: ShiftRequest, weights: Weights): MeshFile {
  const edit = editWeights(meshFile.text, { ...namesOf(request), weights, fileName: meshFile.name });
  if (edit.diagnostics.some((one) => one.severity === "error")) {
    throw new UserError(edit.diagnostics, exitCodes.invalidMeshFile);
  }
  return parseMeshFile(edit.text, meshFile);
}

function targetOf(meshFile: MeshFile, request: ShiftRequest): ShiftedRoute {
  const found = findWeights(meshFile.mesh, namesOf(request));
  if ("problem" in found) {
    throw new UserError([found.problem], exitCodes.invalidMeshFile);
  }
  return { service: found.service, route: found.route };
}

/** What a request names of the mesh file. */
function namesOf({ service, namespace, route }: ShiftRequest): Pick<WeightEdit, "service" | "namespace" | "route"> {
  return {
    service,
    ...(namespace === undefined ? {} : { namespace }),
    ...(route === undefined ? {} : { route }),
  };
}
