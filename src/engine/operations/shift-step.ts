import type { Weights } from "../../core/decide/shift-steps.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { WeightEdit } from "../../core/mesh-file/edit-weights.ts";
import { editWeights, findWeights } from "../../core/mesh-file/edit-weights.ts";
import type { ShiftStep } from "../../core/plan/shift-tasks.ts";
import type { MeshFile } from "../mesh-file.ts";
import { parseMeshFile } from "../mesh-file.ts";
import { planShift } from "./shift-plan.ts";
import type { Shift, ShiftPreview, ShiftRequest, ShiftedRoute } from "./shift-request.ts";
import type { PreparedShift, ShiftOutcome } from "./shift.ts";
import { carryOutShift, prepareShift, replaceMeshFile } from "./shift.ts";

/**
 * Writes one step to file and clusters; undefined when nobody agreed. `from`
 * are the weights before it, `asks` whether anybody is asked. A UserError
 * where it is refused before anything is written.
 */
export async function shiftOnce(
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
  const prepared = await prepareShift(next, target, { ...options, raised, partial: request.partial });
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
    plan: planShift({
      file,
      target,
      prepared,
      from,
      steps,
      proves,
      watches,
      rollsBack: request.rollback || !request.partial,
    }),
    target,
    prepared,
    steps: steps.map(({ weights }) => weights),
    changes: differs || steps.length > 1,
  };
}

/** The mesh file with the new weights, held against all rules before anything is touched; a UserError (65) with what speaks against them. */
export function withWeights(meshFile: MeshFile, request: ShiftRequest, weights: Weights): MeshFile {
  const edit = editWeights(meshFile.text, { ...namesOf(request), weights, fileName: meshFile.name });
  if (edit.diagnostics.some((one) => one.severity === "error")) {
    throw new UserError(edit.diagnostics, exitCodes.invalidMeshFile);
  }
  return parseMeshFile(edit.text, meshFile);
}

/** The route that is meant, as this mesh file has it; a UserError (65) where there is none, or several. */
export function targetOf(meshFile: MeshFile, request: ShiftRequest): ShiftedRoute {
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
