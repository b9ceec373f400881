import { coded } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { ObjectId } from "../../core/model/kube-object.ts";
import { describeId } from "../../core/model/kube-object.ts";
import type { PendingDeletion } from "../../core/plan/pending-deletion.ts";
import { describeHold, isOfKubernetes } from "../../core/plan/pending-deletion.ts";

/**
 * ISM767: somebody has deleted an object that an apply writes. A warning of a
 * plan, an error of an apply, after which the object is not as asked. Undefined for
 * namespaces, in which nothing can be made meanwhile: what that stops is told by itself.
 */
export function deletionDiagnostic(
  severity: "warning" | "error",
  cluster: string,
  { id, deletion }: { readonly id: ObjectId; readonly deletion?: PendingDeletion },
): Diagnostic | undefined {
  if (deletion === undefined || id.kind === "Namespace") {
    return undefined;
  }
  const { since, finalizers } = deletion;
  return {
    ...coded("ISM767", severity),
    detail: `${describeId(id)} of ${cluster} was deleted at ${since}: ${describeHold(deletion)}. Whatever an apply writes to it goes with it.`,
    fix: finalizers.every(isOfKubernetes)
      ? "Wait until it is gone, then apply again."
      : "Have the finalizer taken away, and apply when the object is gone. Who has to, and how: isthmus check",
    cluster,
    object: id,
  };
}
