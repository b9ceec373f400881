import { digestObject } from "../core/plan/digest.ts";
import type { InventoryItem } from "../core/plan/inventory.ts";
import { mergeInventories, renderInventory } from "../core/plan/inventory.ts";
import { leftClusters, offersLeftEndpoints } from "../core/plan/left-clusters.ts";
import { diagnoseFailure } from "./diagnose-failure.ts";
import { keysOf } from "./guard-deletion.ts";
import { deleteItems } from "./operations/delete-items.ts";
import type { EngineOptions } from "./options.ts";
import type { Run } from "./run-wave.ts";
import { membersOf } from "./run-wave.ts";
import { settleItems } from "./settle-items.ts";
import { waitUntilLeft } from "./wait-until-left.ts";
import { waitUntilServed } from "./wait-until-served.ts";
import type { Working } from "./working.ts";

/** Everything that an apply of this plan is about to own, as the inventory lists it. */
export function plannedItems(plan: Working["plan"]): readonly InventoryItem[] {
  return plan.objects.map((object) => ({
    id: object.id,
    apiVersion: object.object.apiVersion,
    wave: object.wave,
    created: object.action === "create",
  }));
}

/**
 * Ends the work on one cluster: prunes when asked, waits until nothing of what
 * was pruned anywhere is known or served here any more, then writes the inventory that the next plan
 * starts from; not at all when it is the same.
 */
export async function finishCluster(work: Working, run: Run, prune: boolean): Promise<void> {
  try {
    await pruneAndRecord(work, run, prune);
  } catch (error) {
    // Others then do not wait for what this cluster still offers.
    work.failed = true;
    throw error;
  }
}

async function pruneAndRecord(work: Working, run: Run, prune: boolean): Promise<void> {
  const { options, prepared } = run;
  const owned = keysOf([...work.plan.inventory.items, ...plannedItems(work.plan)]);
  const {
    done: gone,
    deleted,
    reprieves,
  } = await deleteItems(work.one, prune ? work.plan.prune : [], { ...options, rancher: prepared.rancher, owned });
  work.deleted += deleted;
  work.warnings.push(...reprieves);
  if (prune && [...run.all.values()].some(({ plan }) => offersLeftEndpoints(plan))) {
    // Before the inventory forgets them: an apply that is stopped here waits again.
    await waitUntilLetGo(work, run);
  }
  const known = mergeInventories(work.plan.inventory.items, plannedItems(work.plan)).filter(
    (item) => !gone.includes(item),
  );
  const items = await settleItems(work, known, options.signal);
  const inventory = renderInventory({ ...work.plan.inventory, items });
  if (digestObject(inventory) !== digestObject(renderInventory(work.plan.inventory))) {
    await work.one.client.apply(inventory, { signal: options.signal });
  }
}

/** Waits until neither istiod nor the ingress gateways have anything of what was pruned. */
async function waitUntilLetGo(work: Working, run: Run): Promise<void> {
  const { mesh } = run.prepared.meshFile;
  const { options } = run;
  const subject = work.one.cluster.name;
  const left = leftClusters(work.plan);
  const task = `prune: endpoints${left.length === 0 ? "" : ` of ${left.join(", ")}`}`;
  const started = options.now();
  options.onEvent({ kind: "task.started", subject, task });
  try {
    const waiting = waitingOf(options, (note) => options.onEvent({ kind: "task.note", subject, task, note }));
    await waitUntilLeft(work.one, left, waiting);
    const members = membersOf(mesh, run.all);
    const live = members.filter(({ failed }) => !failed).map(({ one }) => one);
    const mayBeForeign = (): boolean => run.prepared.scope.length > 0 || members.some(({ failed }) => failed);
    await waitUntilServed(mesh, work.one, live, { ...waiting, mayBeForeign });
    options.onEvent({ kind: "task.done", subject, task, seconds: (options.now() - started) / 1000 });
  } catch (error) {
    const [diagnostic] = options.signal.aborted ? [] : await diagnoseFailure(error, subject, task);
    if (diagnostic !== undefined) {
      options.onEvent({ kind: "task.failed", subject, task, diagnostic });
    }
    throw error;
  }
}

function waitingOf({ timeoutMs, signal }: EngineOptions, onPending: (text: string) => void) {
  return { timeoutMs, signal, onPending };
}
