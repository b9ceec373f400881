import type { ShiftStep } from "../../core/plan/shift-tasks.ts";
import { shiftTasks } from "../../core/plan/shift-tasks.ts";
import type { TaskRef } from "../../core/plan/task-ref.ts";
import type { ExitClass } from "./exit-class.ts";
import { classOfVerification } from "./exit-class.ts";
import type { Shift } from "./shift-request.ts";

/** Proves a step by real requests where the shift is to. `failed`: something was seen to be wrong, not only unseen. */
export async function proveStep(
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
