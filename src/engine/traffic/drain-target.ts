import type { DrainObject, DrainSteps } from "../../core/drain/drain-steps.ts";
import { objectsOfAll } from "../../core/drain/drain-steps.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { ObjectId } from "../../core/model/kube-object.ts";
import { idOf } from "../../core/model/kube-object.ts";
import type { FieldChange } from "../../core/plan/diff.ts";
import { diffObjects } from "../../core/plan/diff.ts";
import type { ForceConflicts } from "../../core/plan/force-conflicts.ts";
import { forcesConflicts } from "../../core/plan/force-conflicts.ts";
import { diagnoseKubeError } from "../../kube/diagnose.ts";
import { KubeError } from "../../kube/errors.ts";
import { referenceOf } from "../../kube/object-reference.ts";
import type { Connected } from "../clusters/connect-clusters.ts";

/** What a drain changes of one object. */
export interface DrainChange {
  readonly action: "create" | "update" | "delete" | "unchanged";
  readonly id: ObjectId;
  /** Of an update. */
  readonly fields: readonly FieldChange[];
}

/** A cluster that has agreed to a drain, or does not answer. */
export type DrainTarget =
  | {
      readonly kind: "ready";
      readonly cluster: string;
      readonly one: Connected;
      readonly changes: readonly DrainChange[];
    }
  | { readonly kind: "unreachable"; readonly cluster: string; readonly diagnostic: Diagnostic };

/**
 * Asks one cluster by dry-run whether it would take everything that the command
 * writes there. What it refuses is added to the `refusals`; a cluster that
 * stops answering is a value.
 */
export async function askForDrain(
  one: Connected,
  steps: DrainSteps,
  scope: {
    readonly mesh: string;
    readonly refusals: Diagnostic[];
    readonly forceConflicts: ForceConflicts;
    readonly signal: AbortSignal;
  },
): Promise<DrainTarget> {
  const cluster = one.cluster.name;
  if (!one.facts.inventories.some(({ mesh }) => mesh === scope.mesh)) {
    scope.refusals.push(notApplied(cluster, scope.mesh));
    return { kind: "ready", cluster, one, changes: [] };
  }
  const { present, gone } = objectsOfAll(steps, one.cluster);
  try {
    const changes = await Promise.all([
      ...present.map(async (wanted) => askForObject(one, wanted, scope)),
      ...gone.map(async ({ object }): Promise<DrainChange> => {
        const live = await one.client.get(referenceOf(object), { signal: scope.signal });
        return { action: live === undefined ? "unchanged" : "delete", id: idOf(object), fields: [] };
      }),
    ]);
    return { kind: "ready", cluster, one, changes };
  } catch (error) {
    scope.signal.throwIfAborted();
    const diagnostic = await diagnoseKubeError(error, cluster);
    // Whatever an API server answers is no: only one that gives no answer is away.
    if (!(error instanceof KubeError && ["unreachable", "tls", "credentials"].includes(error.kind))) {
      scope.refusals.push(diagnostic);
    }
    return { kind: "unreachable", cluster, diagnostic };
  }
}

async function askForObject(
  { client }: Connected,
  { object }: DrainObject,
  { forceConflicts, signal }: { readonly forceConflicts: ForceConflicts; readonly signal: AbortSignal },
): Promise<DrainChange> {
  const id = idOf(object);
  const live = await client.get(referenceOf(object), { signal });
  const force = forcesConflicts(forceConflicts, object.kind);
  const result = await client.apply(object, { dryRun: true, force, signal });
  if (live === undefined) {
    return { action: "create", id, fields: [] };
  }
  const fields = diffObjects(live, result);
  return { action: fields.length === 0 ? "unchanged" : "update", id, fields };
}

function notApplied(cluster: string, mesh: string): Diagnostic {
  return {
    ...errorOf("ISM612"),
    detail: `${cluster} has no inventory of mesh ${mesh}: it was not applied there yet. No cluster was changed.`,
    fix: "Run isthmus apply first.",
    cluster,
  };
}
