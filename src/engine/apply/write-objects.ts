import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { keyOf } from "../../core/model/kube-object.ts";
import type { PendingDeletion } from "../../core/plan/pending-deletion.ts";
import { pendingDeletion } from "../../core/plan/pending-deletion.ts";
import type { PlannedObject } from "../../core/plan/plan.ts";
import { compareText, rankOf } from "../../core/render/order.ts";
import { remoteOf } from "../../core/render/remote-secret.ts";
import { diagnoseKubeError } from "../../kube/diagnose.ts";
import type { KubeError } from "../../kube/errors.ts";
import { isRefusal } from "../../kube/errors.ts";
import { isReadyOnceStored } from "../../kube/readiness/readiness-of.ts";
import { requestLimits } from "../clusters/request-limits.ts";
import { deletionDiagnostic } from "../plan/deletion-diagnostic.ts";
import { withContinue } from "../plan/continue-hint.ts";
import { mapAhead } from "../progress/map-ahead.ts";
import type { ApplyRun } from "./apply-run.ts";
import type { ClusterRun } from "./cluster-run.ts";
import { applyObject } from "./write-object.ts";

/**
 * Writes what changes, one rank after the other (service accounts before the
 * pods that use them), and gives what is to be waited for, changed or not.
 * Rejects with a UserError of all objects of a rank that the API server refuses.
 */
export async function applyObjects(
  objects: readonly PlannedObject[],
  work: ClusterRun,
  run: ApplyRun,
): Promise<readonly PlannedObject[]> {
  const present = objects.filter((object) => !isForMissing(object, run));
  for (const object of present) {
    noteDeletion(object, object.deletion, work);
  }
  const unready = new Set(present.filter((object) => object.action !== "none" || !isStored(object.live, object)));
  const changing = present.filter((object) => object.action !== "none");
  const ranks = [...new Set(changing.map((object) => rankOf(object.id.kind)))].sort((a, b) => a - b);
  // A client sends only so many at a time: what else was begun would wait in line, and hold its object meanwhile.
  const ahead = 2 * requestLimits(run.options, run.all.size).concurrency;
  for (const rank of ranks) {
    const batch = changing.filter((object) => rankOf(object.id.kind) === rank);
    const refused: { readonly object: PlannedObject; readonly error: KubeError }[] = [];
    const write = async (object: PlannedObject): Promise<void> => {
      try {
        const result = await applyObject(object, work, run);
        noteDeletion(object, result === undefined ? undefined : pendingDeletion(result), work);
        if (isStored(result, object)) {
          unready.delete(object);
        }
      } catch (error) {
        if (!isRefusal(error)) {
          throw error;
        }
        refused.push({ object, error });
      }
    };
    for await (const _written of mapAhead(batch, ahead, write)) {
      // Nothing to do with one alone.
    }
    await refuse(refused, work, run);
    for (const { object } of refused) {
      unready.delete(object);
    }
  }
  // Nothing that is waited for brings back what was deleted.
  return [...unready].filter(({ id }) => !work.deletions.has(keyOf(id)));
}

/** The last word counts: what a plan has seen on its way out may have gone before it was written, and is made anew. */
function noteDeletion({ id }: PlannedObject, deletion: PendingDeletion | undefined, work: ClusterRun): void {
  const diagnostic = deletionDiagnostic("error", work.one.cluster.name, {
    id,
    ...(deletion === undefined ? {} : { deletion }),
  });
  if (diagnostic === undefined) {
    work.deletions.delete(keyOf(id));
  } else {
    work.deletions.set(keyOf(id), { id, diagnostic });
  }
}

/**
 * With `--continue` what another field manager has taken meanwhile is left
 * as it is. Any other refusal is of something that is not there, or not as it
 * has to be, and stops the wave.
 */
async function refuse(
  refused: readonly { readonly object: PlannedObject; readonly error: KubeError }[],
  { one, leftOut }: ClusterRun,
  { options }: ApplyRun,
): Promise<void> {
  const found = await Promise.all(
    refused.map(async ({ object: { id, wave }, error }) => ({
      error,
      left: { id, wave, diagnostic: await diagnoseKubeError(error, one.cluster.name) },
    })),
  );
  const stays = ({ error }: { readonly error: KubeError }): boolean =>
    options.continueOnRefusal && error.kind === "conflict";
  leftOut.push(...found.filter(stays).map(({ left }) => left));
  const stopping = found
    .filter((one) => !stays(one))
    .map(({ left, error }) => (error.kind === "conflict" ? withContinue(left.diagnostic) : left.diagnostic));
  if (stopping.length > 0) {
    throw new UserError(
      stopping.toSorted((a, b) => compareText(a.detail, b.detail)),
      exitCodes.failed,
    );
  }
}

/** True for an object that is seen in the cluster and that nobody completes there. */
function isStored(seen: KubeObject | undefined, { object }: PlannedObject): boolean {
  return isReadyOnceStored(object) && seen !== undefined && seen.metadata["deletionTimestamp"] === undefined;
}

/**
 * True for the credential of a cluster that is unavailable or failed, or outside the
 * scope and without one: it cannot be read, so nothing is written for it.
 */
function isForMissing(object: PlannedObject, { all, aside, withoutCredential }: ApplyRun): boolean {
  const remote = remoteOf(object.object);
  if (object.wave !== "join" || remote === undefined) {
    return false;
  }
  const member = all.get(remote);
  return member === undefined
    ? !aside.has(remote) || (object.knownAfterApply !== undefined && withoutCredential.has(remote))
    : member.failed;
}
