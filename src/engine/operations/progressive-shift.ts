import { setTimeout as pause } from "node:timers/promises";
import type { Weights } from "../../core/decide/shift-steps.ts";
import { describeWeights, planSteps } from "../../core/decide/shift-steps.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { Route, Service } from "../../core/model/mesh.ts";
import type { ShiftStep } from "../../core/plan/shift-tasks.ts";
import type { TaskRef } from "../../core/plan/task-ref.ts";
import { numberSteps, rollbackStep, shiftTasks } from "../../core/plan/shift-tasks.ts";
import { quoteCommand } from "../../core/quote-command.ts";
import type { WeightEdit } from "../../core/mesh-file/edit-weights.ts";
import { editWeights, findWeights } from "../../core/mesh-file/edit-weights.ts";
import type { ShiftPlan } from "../events.ts";
import type { MeshFile } from "../mesh-file.ts";
import { parseMeshFile } from "../mesh-file.ts";
import type { EngineOptions } from "../options.ts";
import type { ExitClass } from "./exit-class.ts";
import { classOfVerification } from "./exit-class.ts";
import { planShift } from "./shift-plan.ts";
import type { PreparedShift, ShiftOutcome } from "./shift.ts";
import { carryOutShift, prepareShift, replaceMeshFile } from "./shift.ts";
import type { Verification } from "./verify.ts";
import { diagnosticsOf, verifyMesh } from "./verify.ts";

/** Which weights a route is to have, and the way there. */
export interface ShiftRequest {
  readonly service: string;
  /** Where several services have the name. */
  readonly namespace: string | undefined;
  /** Where the service has several. */
  readonly route: string | undefined;
  /** Version → percent; the sum is 100. */
  readonly weights: Weights;
  /** At most this many percent at a time; all at once without it. */
  readonly step: number | undefined;
  /** Between two steps, in milliseconds. */
  readonly everyMs: number;
  /** Give requests also to a version that cannot answer them. */
  readonly force: boolean;
  /** How the new split is proven after each step; undefined leaves that out. */
  readonly proof:
    | { readonly requests: number; readonly allowUnproven: boolean; readonly probePod: boolean }
    | undefined;
  /** Go back to the weights of the beginning when a proof fails. */
  readonly rollback: boolean;
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
  readonly final: Weights;
  /** How many steps there are. */
  readonly steps: number;
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
  readonly report: (diagnostics: readonly Diagnostic[]) => void;
}

/**
 * Shifts weights: every cluster agrees in a dry-run, the mesh file is
 * replaced, then all clusters are written at the same moment; with `step`
 * again and again until the end is reached. Each step is proven before the
 * next. Stops at the first step that not every reachable cluster took
 * (`partlyApplied`) or that the proof finds wrong (`findings`), and then reports
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
  const steps = numberSteps(planSteps(from, target.route.weights, request.step));
  caller.report(before.warnings);
  const shift: Shift = { request, caller, options, file: before.name, target, from, steps };
  let ended: ExitClass = "ok";
  let reached = from;
  for (const [index, step] of steps.entries()) {
    const { weights } = step;
    if (index > 0) {
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
    const proof = await prove(shift, step);
    if (proof.failed) {
      return request.rollback ? rollBack(shift, weights) : stop(shift, weights);
    }
    ended = proof.ended;
    reached = weights;
  }
  return ended;
}

/** One shift on its way. */
interface Shift {
  readonly request: ShiftRequest;
  readonly caller: ShiftCaller;
  readonly options: EngineOptions;
  /** The mesh file as the caller named it. */
  readonly file: string;
  readonly target: ShiftedRoute;
  /** The weights of the beginning. */
  readonly from: Weights;
  readonly steps: readonly ShiftStep[];
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
  const next = withWeights(await caller.readMesh(), request, weights);
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
    const replace = async (): Promise<void> => replaceMeshFile(next.path, next.text);
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
  return {
    plan: planShift({ file, target, prepared, from, steps, proves, rollsBack: proves && request.rollback }),
    target,
    prepared,
    final: shift.target.route.weights,
    steps: steps.length,
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
  const only = { service: service.name, namespace: service.namespace, route: route.name };
  const taskOf = (cluster: string): TaskRef => shiftTasks.proof(cluster, step);
  const verification = await verifyMesh(await caller.readMesh(), { ...options, requests, probePod, only, taskOf });
  caller.proven(verification, step);
  caller.report(diagnosticsOf(verification));
  return { ended: classOfVerification(verification, request.proof), failed: verification.failed > 0 };
}

function stop(shift: Shift, weights: Weights): ExitClass {
  shift.caller.report([wayBack(shift, weights, "the proof of the new weights failed")]);
  return "findings";
}

/** Puts file and clusters back to the weights of the beginning, and looks whether that has helped. */
async function rollBack(shift: Shift, weights: Weights): Promise<ExitClass> {
  const { request, caller, target, from } = shift;
  // What was there before is not held against what could answer: it was asked for by nobody now.
  const forced = { ...shift, request: { ...request, force: true } };
  const step = rollbackStep(from);
  const outcomes = await shiftOnce(forced, step, { from: weights, asks: false });
  if (outcomes === undefined || !tookAll(outcomes)) {
    caller.report([wayBack(shift, weights, "the proof failed, and not every cluster took the old weights back")]);
    return "partlyApplied";
  }
  caller.report([
    {
      ...errorOf("ISM345"),
      detail: `The proof of ${describeWeights(weights)} failed. The mesh file and every cluster have ${describeWeights(from)} of route ${target.route.name} again.`,
      fix: "Mend what the proof names, then shift again.",
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
  const edit = editWeights(meshFile.text, { ...namesOf(request), weights });
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
