import { digestObject } from "../../core/plan/digest.ts";
import type { InventoryItem } from "../../core/plan/inventory.ts";
import { mergeInventories, renderInventory, withNames } from "../../core/plan/inventory.ts";
import { applyTasks, finishingOf } from "../../core/plan/apply-tasks.ts";
import { leftClusters } from "../../core/plan/left-clusters.ts";
import type { TaskRef } from "../../core/plan/task-ref.ts";
import { keysOf } from "./prune/prevent-deletion.ts";
import { deleteItems } from "./prune/delete-items.ts";
import type { ApplyRun } from "./apply-run.ts";
import { proveTaken } from "./prove-taken.ts";
import { membersOf, servedMesh } from "./apply-run.ts";
import { recordApplied } from "./record-applied.ts";
import { waitUntilLeft } from "./waits/until-left.ts";
import { waitUntilServed } from "./waits/until-served.ts";
import type { ClusterRun } from "./cluster-run.ts";
import { runClusterTask } from "./cluster-task.ts";

/** Everything that an apply of this plan is about to own, as the inventory lists it. */
export function plannedItems(plan: ClusterRun["plan"]): readonly InventoryItem[] {
  return plan.objects.map((object) => ({
    id: object.id,
    apiVersion: object.object.apiVersion,
    wave: object.wave,
    created: object.action === "create",
  }));
}

/**
 * Ends the work on one cluster: waits until its proxies have taken what was applied, prunes when asked, waits until nothing of what
 * was pruned anywhere is known or served here any more, then writes the
 * inventory that the next plan starts from; not at all when it is the same.
 * Rejects with what stopped it, which it has emitted as an event.
 */
export async function finishCluster(work: ClusterRun, run: ApplyRun): Promise<void> {
  const finishing = finishingOf(work.plan, run.pruning);
  const finish = applyTasks.finish(work.one.cluster.name, finishing);
  const part = async <Result>(ref: TaskRef, piece: () => Promise<Result>): Promise<Result> =>
    runClusterTask(ref, work, run.options, piece);
  await runClusterTask(finish, work, run.options, async (note) => {
    if (finishing.proves) {
      await part(applyTasks.proxies(finish), async () => proveTaken(work, run, note));
    }
    const gone = finishing.prunes ? await part(applyTasks.prune(finish), async () => pruneItems(work, run, note)) : [];
    if (finishing.waits) {
      // Before the inventory forgets them: an apply that is stopped here waits again.
      await part(applyTasks.left(finish), async () => waitUntilEndpointsGone(work, run, note));
    }
    await part(applyTasks.record(finish), async () => writeInventory(work, gone, run));
  });
}

/** Gives the items that are no longer ours. */
async function pruneItems(
  work: ClusterRun,
  { options, prepared }: ApplyRun,
  onNote: (note: string) => void,
): Promise<readonly InventoryItem[]> {
  const owned = keysOf([...work.plan.inventory.items, ...plannedItems(work.plan)]);
  const deleting = { ...options, rancher: prepared.rancher, owned, onNote };
  const { done, deleted, keptObjects } = await deleteItems(work.one, work.plan.prune, deleting);
  work.deleted += deleted;
  work.warnings.push(...keptObjects);
  return done;
}

/** Waits until neither istiod nor the ingress gateways have anything of what was pruned. */
async function waitUntilEndpointsGone(
  work: ClusterRun,
  run: ApplyRun,
  onPending: (note: string) => void,
): Promise<void> {
  const { mesh } = run.prepared.meshFile;
  const { timeoutMs, signal } = run.options;
  const waiting = { timeoutMs, signal, onPending };
  await waitUntilLeft(work.one, leftClusters(work.plan), waiting);
  const members = membersOf(mesh, run.all);
  const live = members.filter(({ failed }) => !failed).map(({ one }) => one);
  const mayBeForeign = (): boolean => run.prepared.scope.length > 0 || members.some(({ failed }) => failed);
  await waitUntilServed(servedMesh(run), work.one, live, { ...waiting, mayBeForeign });
}

async function writeInventory(work: ClusterRun, gone: readonly InventoryItem[], run: ApplyRun): Promise<void> {
  const { signal } = run.options;
  const left = new Set(gone);
  const known = mergeInventories(work.plan.inventory.items, plannedItems(work.plan)).filter((item) => !left.has(item));
  const items = await run.reading.run(signal, async () => recordApplied(work, known, signal));
  const before = work.plan.inventory;
  const isMarked = !work.plan.inventoryCurrent || before.unfinished !== undefined;
  const ended = { ...before, items, ...(isMarked ? { unfinished: false } : {}) };
  const inventory = renderInventory(withNames(ended, work.plan.names));
  if (!work.plan.inventoryCurrent || digestObject(inventory) !== digestObject(renderInventory(before))) {
    await work.one.client.apply(inventory, { signal });
  }
}
