import type { DrainObject, DrainStep, DrainSteps } from "../../core/drain/drain-steps.ts";
import { endsDrains, objectsOfStep } from "../../core/drain/drain-steps.ts";
import type { Drain } from "../../core/model/drain.ts";
import { idOf, keyOf } from "../../core/model/kube-object.ts";
import { diffObjects } from "../../core/plan/diff.ts";
import { forcesConflicts } from "../../core/plan/force-conflicts.ts";
import type { Inventory, InventoryItem } from "../../core/plan/inventory.ts";
import {
  inventoryName,
  inventoryNamespace,
  mergeInventories,
  parseInventory,
  renderInventory,
} from "../../core/plan/inventory.ts";
import { waveRules } from "../../core/render/waves.ts";
import { referenceOf } from "../../kube/object-reference.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import type { PlanOptions, RunOptions } from "../options.ts";

export type WriteDrainOptions = Pick<RunOptions, "signal" | "onEvent"> & Pick<PlanOptions, "forceConflicts">;

/**
 * Writes one step on one cluster: the inventory first with what is about to be
 * made, then the objects; what goes is deleted before the inventory forgets it.
 * What is there already is not written again, so that a step that was stopped
 * can be repeated.
 */
export async function writeDrainStep(
  one: Connected,
  steps: DrainSteps,
  step: DrainStep,
  options: WriteDrainOptions,
): Promise<void> {
  const { present, gone } = objectsOfStep(steps, step, one.cluster);
  const inventory = await readInventory(one, step.mesh.name, options.signal);
  const drains = recordIn(inventory, steps, step);
  const items = mergeInventories(inventory.items, present.map(itemOf));
  // While a drain is recorded its undrain can be repeated: that it has ended is written when nothing of it is left.
  const meanwhile = { ...inventory, items, drains: endsDrains(steps, step) ? (inventory.drains ?? []) : drains };
  await writeInventory(one, inventory, meanwhile, options.signal);
  for (const wanted of present) {
    await writeObject(one, wanted, options);
  }
  for (const { object } of gone) {
    await deleteObject(one, object, options);
  }
  const left = new Set(gone.map(({ object }) => keyOf(idOf(object))));
  const rest = items.filter(({ id }) => !left.has(keyOf(id)));
  await writeInventory(one, meanwhile, { ...inventory, items: rest, drains }, options.signal);
}

/** Only what the command is about is replaced: others may have recorded more since it was read. */
function recordIn({ drains = [] }: Inventory, { services }: DrainSteps, step: DrainStep): readonly Drain[] {
  const isAffected = (drain: Drain): boolean =>
    services.some(({ name, namespace }) => name === drain.service && namespace === drain.namespace);
  return [...drains.filter((one) => !isAffected(one)), ...step.drains.filter(isAffected)];
}

function itemOf({ object, wave }: DrainObject): InventoryItem {
  return { id: idOf(object), apiVersion: object.apiVersion, wave, created: true };
}

async function readInventory({ client, cluster }: Connected, mesh: string, signal: AbortSignal): Promise<Inventory> {
  const name = inventoryName(mesh, cluster.name);
  const live = await client.get(
    { apiVersion: "v1", kind: "ConfigMap", namespace: inventoryNamespace, name },
    { signal },
  );
  return live === undefined ? { mesh, cluster: cluster.name, items: [] } : parseInventory(live);
}

async function writeInventory(
  { client }: Connected,
  before: Inventory,
  after: Inventory,
  signal: AbortSignal,
): Promise<void> {
  const object = renderInventory(after);
  if (JSON.stringify(object) !== JSON.stringify(renderInventory(before))) {
    await client.apply(object, { signal });
  }
}

async function writeObject(
  { client, cluster }: Connected,
  { object, wave }: DrainObject,
  { forceConflicts, signal, onEvent }: WriteDrainOptions,
): Promise<void> {
  const live = await client.get(referenceOf(object), { signal });
  const result = await client.apply(object, { force: forcesConflicts(forceConflicts, object.kind), signal });
  if (live === undefined || diffObjects(live, result).length > 0) {
    const action = live === undefined ? "create" : "update";
    const { phase } = waveRules[wave];
    onEvent({ kind: "object.applied", cluster: cluster.name, phase, wave, action, id: idOf(object) });
  }
}

async function deleteObject(
  { client, cluster }: Connected,
  object: DrainObject["object"],
  { signal, onEvent }: WriteDrainOptions,
): Promise<void> {
  const reference = referenceOf(object);
  if ((await client.get(reference, { signal })) !== undefined) {
    await client.delete(reference, { signal });
    onEvent({ kind: "object.deleted", cluster: cluster.name, id: idOf(object) });
  }
}
