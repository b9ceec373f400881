import { waves } from "../render/waves.ts";
import type { InventoryItem } from "./inventory.ts";
import type { PlannedTask, TaskRef } from "./task-ref.ts";
import { partOf, plannedPart } from "./task-ref.ts";

/** What is deleted together, and then waited for. */
export interface RemovalBatch {
  /** Part of a task's id: a wave, or which webhooks. */
  readonly name: string;
  readonly items: readonly InventoryItem[];
}

/**
 * In the order of removal. A validating webhook whose istiod does not answer refuses every write of Istio's objects,
 * also that by which our fields of them are given back, so these go first of all. The injector's goes before the
 * istiod that answers it, and after the workloads.
 */
export function removalBatches(items: readonly InventoryItem[]): readonly RemovalBatch[] {
  const validators = items.filter((item) => item.id.kind === "ValidatingWebhookConfiguration");
  const others = items.filter((item) => !validators.includes(item));
  const perWave = [...waves].reverse().flatMap((wave): RemovalBatch[] => {
    const ofWave = others.filter((item) => item.wave === wave);
    const first = ofWave.filter((item) => item.id.kind.endsWith("WebhookConfiguration"));
    return [
      { name: `${wave}-webhooks`, items: first },
      { name: wave, items: ofWave.filter((item) => !first.includes(item)) },
    ];
  });
  return [{ name: "validating-webhooks", items: validators }, ...perWave].filter((batch) => batch.items.length > 0);
}

/** The tasks of a removal. */
export const removalTasks = {
  remove: (cluster: string): TaskRef => ({ id: `${cluster}/remove`, task: "removing" }),
  batch: (whole: TaskRef, { name }: Pick<RemovalBatch, "name">): TaskRef =>
    partOf(whole, name, `${name.replaceAll("-", " ")} deleted`),
  record: (whole: TaskRef): TaskRef => partOf(whole, "inventory", "inventory"),
} as const;

/** Every task of the removal from one cluster, in order. */
export function planRemovalTasks(cluster: string, items: readonly InventoryItem[]): readonly PlannedTask[] {
  const whole = removalTasks.remove(cluster);
  return [
    { ...whole, cluster, kind: "delete", needs: [] },
    ...removalBatches(items).map((batch) => plannedPart(cluster, "delete", removalTasks.batch(whole, batch))),
    plannedPart(cluster, "inventory", removalTasks.record(whole)),
  ];
}
