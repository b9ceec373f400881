import { decideLabelled } from "../../../core/decide/labelled.ts";
import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import { errorOf, warningOf } from "../../../core/diagnostics/coded.ts";
import type { ObjectId } from "../../../core/model/kube-object.ts";
import { idOf, keyOf } from "../../../core/model/kube-object.ts";
import type { Inventory, InventoryItem } from "../../../core/plan/inventory.ts";
import { inventoryName, inventoryNamespace } from "../../../core/plan/inventory.ts";
import { waveOfLabelled } from "../../../core/plan/labelled-wave.ts";
import { meshLabel } from "../../../core/render/names.ts";
import type { ResourceKind } from "../../../kube/object-reference.ts";
import type { Connected } from "../../clusters/connect-clusters.ts";
import { findLabelled } from "../../facts/labelled-objects.ts";

/** What of a cluster carries the mesh's label, beside what its inventory says. */
export interface Labelled {
  /** What a removal by label deletes, whether or not the inventory lists it. */
  readonly items: readonly InventoryItem[];
  readonly stays: readonly LabelledStay[];
  /** Kinds that could not be looked at. */
  readonly unseen: readonly string[];
}

/** An object with the label that a removal by label does not delete. */
export interface LabelledStay {
  readonly id: ObjectId;
  /** A clause: `it was there before`. */
  readonly reason: string;
  /** True where another tool would put it back, so that it is asked for and not done. */
  readonly refused: boolean;
}

/** Looks for what carries the mesh's label and decides about each object. */
export async function readLabelled(
  one: Connected,
  inventory: Inventory,
  signal: AbortSignal,
  kinds?: readonly ResourceKind[],
): Promise<Labelled> {
  const listed = new Map(inventory.items.map((item) => [keyOf(item.id), item]));
  const found = await findLabelled(one.client, inventory.mesh, signal, kinds);
  const judged = found.objects.map((live) => {
    const id = idOf(live);
    const item = listed.get(keyOf(id));
    const adopted = item?.created === false;
    return { live, id, wave: item?.wave ?? waveOfLabelled(live), ...decideLabelled({ live, adopted }) };
  });
  return {
    items: judged
      .filter(({ action }) => action === "delete")
      .map(({ live, id, wave }) => ({ id, apiVersion: live.apiVersion, wave, created: true })),
    stays: judged
      .filter(({ action }) => action === "stay" || action === "refuse")
      .map(({ id, reason, action }) => ({ id, reason, refused: action === "refuse" })),
    unseen: found.unseen,
  };
}

/** An inventory's items with those that are deleted by label; an object of both is deleted. */
export function withLabelled(items: readonly InventoryItem[], labelled: Labelled): readonly InventoryItem[] {
  const byKey = new Map(items.map((item) => [keyOf(item.id), item]));
  labelled.items.forEach((item) => byKey.set(keyOf(item.id), item));
  return [...byKey.values()];
}

/** How many objects of which kind, most of them first: `14 objects: 3 Deployment, 2 Service, …`. */
export function countKinds({ items, stays }: Pick<Labelled, "items" | "stays">): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { id } of [...items, ...stays]) {
    counts.set(id.kind, (counts.get(id.kind) ?? 0) + 1);
  }
  return new Map([...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}

/** Says that nothing was removed where there is no inventory and yet something of the mesh. */
export function leftBehind(cluster: string, mesh: string, labelled: Labelled): Diagnostic {
  const counts = countKinds(labelled);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const kinds = [...counts].map(([kind, count]) => `${count} ${kind}`).join(", ");
  return {
    ...errorOf("ISM346"),
    detail: `Cluster ${cluster} has no inventory of mesh ${mesh} (ConfigMap ${inventoryNamespace}/${inventoryName(mesh, cluster)}), which says what isthmus made, so nothing was removed there. ${total === 1 ? "One object carries" : `${total} objects carry`} the label ${meshLabel}=${mesh}: ${kinds}.`,
    fix: "If they were made from an export, delete them with the tool that applied it, or run the same command with --labelled: it shows what carries the label and asks before it deletes that.",
    cluster,
  };
}

/** Says what other tools would put back, and so was not deleted; undefined where nothing is. */
export function notRemoved(cluster: string, { stays }: Labelled): Diagnostic | undefined {
  const refused = stays.filter((one) => one.refused);
  return refused.length === 0
    ? undefined
    : {
        ...errorOf("ISM347"),
        detail: `On ${cluster} these were not deleted, since they would come back:\n${refused.map(({ id, reason }) => `    ${keyOf(id)}: ${reason}`).join("\n")}`,
        fix: "Delete them in the tool that is named: its Application, Kustomization, release or app.",
        cluster,
      };
}

/** Says which kinds could not be looked at; undefined where all were. */
export function notLookedAt(cluster: string, { unseen }: Labelled): Diagnostic | undefined {
  return unseen.length === 0
    ? undefined
    : {
        ...warningOf("ISM348"),
        detail: `On ${cluster} objects of the mesh may be left of these: ${unseen.join(", ")}.`,
        fix: "Run the command with a context whose user may list them. Where a server behind an aggregated API is away, its APIService says so.",
        cluster,
      };
}
