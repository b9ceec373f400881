import { setTimeout as pause } from "node:timers/promises";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { Weights } from "../../core/decide/shift-steps.ts";
import { planSteps } from "../../core/decide/shift-steps.ts";
import type { Route, Service } from "../../core/model/mesh.ts";
import type { ForceConflicts } from "../../core/plan/force-conflicts.ts";
import { editWeights } from "../../core/mesh-file/edit-weights.ts";
import type { MeshFile } from "../../engine/mesh-file.ts";
import { parseMeshFile } from "../../engine/mesh-file.ts";
import type { ShiftOutcome } from "../../engine/operations/shift.ts";
import { carryOutShift, prepareShift, replaceMeshFile } from "../../engine/operations/shift.ts";
import type { MeshContext } from "../terminal/context.ts";
import { quoteCommand } from "../../core/quote-command.ts";
import type { VerifyEnd } from "./verify.ts";
import { runVerification } from "./verify.ts";
import { viewShift, viewShiftPlan } from "../views/human/shift.ts";
import { verifyView } from "../views/verify.ts";

export interface ShiftArgs {
  readonly service: string;
  readonly namespace: string | undefined;
  readonly route: string | undefined;
  /** Version → percent; the sum is 100. */
  readonly weights: Weights;
  readonly step: number | undefined;
  readonly everyMs: number;
  readonly forceConflicts: ForceConflicts;
  /** Give requests also to a version that cannot answer them. */
  readonly force: boolean;
  /** How the new split is proven after each step; undefined leaves that out. */
  readonly proof: { readonly requests: number; readonly allowUnproven: boolean } | undefined;
  /** Go back to the weights of the beginning when a proof fails. */
  readonly rollback: boolean;
  readonly yes: boolean;
}

/**
 * Shifts weights: every cluster agrees in a dry-run, the mesh file is
 * replaced, then all clusters are written at the same moment; with `step`
 * again and again until the end is reached. Each step is proven before the
 * next. Stops at the first step that not every reachable cluster took or that
 * the proof finds wrong, and then says how to go back or, with `rollback`, does.
 */
export async function shiftWeights(args: ShiftArgs, context: MeshContext): Promise<ExitCode> {
  const { meshFile: before } = await context.readMesh();
  const last = edited(before, args, args.weights);
  const target = targetOf(last, args);
  const from = targetOf(before, args).route.weights;
  const steps = planSteps(from, target.route.weights, args.step);
  context.report(before.warnings);
  const back = { args, target, from, context };
  let exitCode: ExitCode = exitCodes.ok;
  let reached = from;
  let first = true;
  for (const weights of steps) {
    if (!first) {
      await pause(args.everyMs, undefined, { signal: context.signal });
    }
    const way = { context, ask: first, final: target.route.weights, steps: steps.length, from: reached };
    const outcomes = await shiftOnce(args, weights, way);
    if (outcomes === undefined) {
      return exitCodes.failed;
    }
    context.print(viewShift(target, weights, outcomes, context.palette));
    context.report(outcomes.flatMap((outcome) => outcome.diagnostics));
    if (!tookAll(outcomes)) {
      context.report([wayBack(back, weights, "not every cluster took the new weights")]);
      return exitCodes.partlyApplied;
    }
    const proof = await prove(args, target, context);
    if (proof.failed) {
      return args.rollback ? rollBack(back, weights) : stopWith(back, weights);
    }
    exitCode = proof.exitCode;
    reached = weights;
    first = false;
  }
  return exitCode;
}

function tookAll(outcomes: readonly ShiftOutcome[]): boolean {
  return outcomes.every((outcome) => outcome.state === "shifted" || outcome.state === "unchanged");
}

async function prove(args: ShiftArgs, target: Target, context: MeshContext): Promise<VerifyEnd> {
  if (args.proof === undefined) {
    return { exitCode: exitCodes.ok, failed: false };
  }
  const { service, route } = target;
  const select = { service: service.name, namespace: service.namespace, route: route.name };
  return runVerification({ select, ...args.proof }, verifyView("table", context), context);
}

/** Where a shift came from, for the way back. */
interface WayBack {
  readonly args: ShiftArgs;
  readonly target: Target;
  readonly from: Weights;
  readonly context: MeshContext;
}

function stopWith(back: WayBack, weights: Weights): ExitCode {
  back.context.report([wayBack(back, weights, "the proof of the new weights failed")]);
  return exitCodes.findings;
}

/** Puts file and clusters back to the weights of the beginning, and looks whether that has helped. */
async function rollBack(back: WayBack, weights: Weights): Promise<ExitCode> {
  const { args, target, from, context } = back;
  // What was there before is not held against what could answer: it was asked for by nobody now.
  const way = { context, ask: false, final: from, steps: 1, from: weights };
  const outcomes = await shiftOnce({ ...args, force: true }, from, way);
  if (outcomes === undefined) {
    return exitCodes.failed;
  }
  context.print(viewShift(target, from, outcomes, context.palette));
  context.report(outcomes.flatMap((outcome) => outcome.diagnostics));
  if (!tookAll(outcomes)) {
    context.report([wayBack(back, weights, "the proof failed, and not every cluster took the old weights back")]);
    return exitCodes.partlyApplied;
  }
  context.report([
    {
      code: "ISM345",
      severity: "error",
      summary: "The shift was taken back",
      detail: `The proof of ${weightsText(weights)} failed. The mesh file and every cluster have ${weightsText(from)} of route ${target.route.name} again.`,
      fix: "Mend what the proof names, then shift again.",
    },
  ]);
  await prove(args, target, context);
  return exitCodes.findings;
}

function wayBack({ context, target, from }: WayBack, weights: Weights, why: string): Diagnostic {
  const { service, route } = target;
  const wanted = Object.entries(from).map(([version, percent]) => `${version}=${percent}`);
  const command = ["isthmus", "shift", service.name].concat(wanted, "-f", context.file, "-n", service.namespace);
  return {
    code: "ISM344",
    severity: "error",
    summary: "The shift did not end well",
    detail: `Route ${route.name} has ${weightsText(weights)} now, and ${why}.`,
    fix: `Mend what is named above, or go back to ${weightsText(from)}: ${quoteCommand([...command, "--route", route.name])}`,
  };
}

function weightsText(weights: Weights): string {
  return Object.entries(weights)
    .map(([version, percent]) => `${version}=${percent}`)
    .join(" ");
}

interface Once {
  readonly context: MeshContext;
  readonly ask: boolean;
  readonly final: Weights;
  readonly steps: number;
  /** The weights before. */
  readonly from: Weights;
}

interface Target {
  readonly service: Service;
  readonly route: Route;
}

async function shiftOnce(args: ShiftArgs, weights: Weights, once: Once): Promise<readonly ShiftOutcome[] | undefined> {
  const { context } = once;
  const { meshFile } = await context.readMesh();
  const next = edited(meshFile, args, weights);
  const target = targetOf(next, args);
  const options = await context.engineOptions({ forceConflicts: args.forceConflicts });
  const raised = args.force
    ? []
    : Object.keys(weights).filter((version) => (weights[version] ?? 0) > (once.from[version] ?? 0));
  const prepared = await prepareShift(next, target, { ...options, raised });
  try {
    context.report(prepared.warnings);
    if (once.ask) {
      context.print(viewShiftPlan(target, prepared, once, context.palette));
      const changes = prepared.targets.some((one) => one.kind === "ready" && one.fields.length > 0) || once.steps > 1;
      if (changes && !(await context.confirm("Shift the weights?", args))) {
        context.log("Nothing was changed.");
        return undefined;
      }
    }
    return await carryOutShift(prepared, async () => replaceMeshFile(next.path, next.text), options);
  } finally {
    await prepared.close();
  }
}

/** The mesh file with the new weights, held against all rules before anything is touched. */
function edited(meshFile: MeshFile, args: ShiftArgs, weights: Weights): MeshFile {
  const edit = editWeights(meshFile.text, {
    service: args.service,
    ...(args.namespace === undefined ? {} : { namespace: args.namespace }),
    ...(args.route === undefined ? {} : { route: args.route }),
    weights,
  });
  if (edit.diagnostics.some((one) => one.severity === "error")) {
    throw new UserError(edit.diagnostics, exitCodes.invalidMeshFile);
  }
  return parseMeshFile(edit.text, meshFile);
}

function targetOf(meshFile: MeshFile, args: ShiftArgs): Target {
  const service = meshFile.mesh.services.find(
    (one) => one.name === args.service && (args.namespace === undefined || one.namespace === args.namespace),
  );
  const route = service?.routes.find((one) => args.route === undefined || one.name === args.route);
  if (service === undefined || route === undefined) {
    throw new Error("editing the weights has found the service and its route");
  }
  return { service, route };
}
