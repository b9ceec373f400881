import { setTimeout as pause } from "node:timers/promises";
import type { ExitCode } from "../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../core/diagnostics/exit-codes.ts";
import { UserError } from "../core/diagnostics/user-error.ts";
import type { Weights } from "../core/decide/shift-steps.ts";
import { planSteps } from "../core/decide/shift-steps.ts";
import type { Route, Service } from "../core/model/mesh.ts";
import type { ForceConflicts } from "../core/plan/force-conflicts.ts";
import { editWeights } from "../core/spec/edit-weights.ts";
import type { MeshFile } from "../engine/mesh-file.ts";
import { parseMeshFile, readMeshFile } from "../engine/mesh-file.ts";
import type { ShiftOutcome } from "../engine/operations/shift.ts";
import { carryOutShift, prepareShift, replaceMeshFile } from "../engine/operations/shift.ts";
import type { CliContext } from "./context.ts";
import { engineOptions } from "./engine-options.ts";
import { viewShift, viewShiftPlan } from "./views/human/shift.ts";

export interface ShiftArgs {
  readonly file: string;
  readonly service: string;
  readonly namespace: string | undefined;
  readonly route: string | undefined;
  /** Version → percent; the sum is 100. */
  readonly weights: Weights;
  readonly step: number | undefined;
  readonly everyMs: number;
  readonly forceConflicts: ForceConflicts;
  readonly yes: boolean;
}

export interface ShiftEnd {
  readonly exitCode: ExitCode;
  /** The route that was shifted; undefined when nothing was. */
  readonly shifted?: { readonly service: string; readonly namespace: string; readonly route: string };
}

/**
 * Shifts weights: every cluster agrees in a dry-run, the mesh file is
 * replaced, then all clusters are written at the same moment; with `step`
 * again and again until the end is reached. Stops at the first step that not
 * every reachable cluster took.
 */
export async function shiftWeights(args: ShiftArgs, context: CliContext): Promise<ShiftEnd> {
  const before = await readMeshFile(args.file, context.cwd);
  const last = edited(before, args, args.weights);
  const target = targetOf(last, args);
  const from = targetOf(before, args).route.weights;
  const steps = planSteps(from, target.route.weights, args.step);
  context.report(before.warnings);
  let first = true;
  for (const weights of steps) {
    if (!first) {
      await pause(args.everyMs, undefined, { signal: context.signal });
    }
    const outcomes = await shiftOnce(args, weights, {
      context,
      ask: first,
      final: target.route.weights,
      steps: steps.length,
    });
    if (outcomes === undefined) {
      return { exitCode: exitCodes.failed };
    }
    context.print(viewShift(target, weights, outcomes, context.palette));
    context.report(outcomes.flatMap((outcome) => outcome.diagnostics));
    if (outcomes.some(({ state }) => state !== "shifted" && state !== "unchanged")) {
      return { exitCode: exitCodes.partlyApplied };
    }
    first = false;
  }
  return {
    exitCode: exitCodes.ok,
    shifted: { service: target.service.name, namespace: target.service.namespace, route: target.route.name },
  };
}

interface Once {
  readonly context: CliContext;
  readonly ask: boolean;
  readonly final: Weights;
  readonly steps: number;
}

async function shiftOnce(args: ShiftArgs, weights: Weights, once: Once): Promise<readonly ShiftOutcome[] | undefined> {
  const { context } = once;
  const next = edited(await readMeshFile(args.file, context.cwd), args, weights);
  const target = targetOf(next, args);
  const options = await engineOptions(context, { forceConflicts: args.forceConflicts });
  const prepared = await prepareShift(next, target, options);
  try {
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

function targetOf(meshFile: MeshFile, args: ShiftArgs): { readonly service: Service; readonly route: Route } {
  const service = meshFile.mesh.services.find(
    (one) => one.name === args.service && (args.namespace === undefined || one.namespace === args.namespace),
  );
  const route = service?.routes.find((one) => args.route === undefined || one.name === args.route);
  if (service === undefined || route === undefined) {
    throw new Error("editing the weights has found the service and its route");
  }
  return { service, route };
}
