import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import type { Mesh } from "../../../core/model/mesh.ts";
import type { Inventory, InventoryItem } from "../../../core/plan/inventory.ts";
import { rancherLocalTarget } from "../../../core/render/names.ts";
import type { Connected } from "../../clusters/connect-clusters.ts";
import type { Scope } from "../../clusters/scope.ts";
import { isManagedInScope } from "../../clusters/scope.ts";
import { inventoryOf, laterWavesFirst } from "../../plan/plan-cluster.ts";
import type { Labelled } from "./labelled-removal.ts";
import { notLookedAt, readLabelled, withLabelled } from "./labelled-removal.ts";

/** What isthmus makes in Rancher's own cluster. */
const projectKind = { apiVersion: "management.cattle.io/v3", kind: "Project" };

/** What a mesh has in one cluster, for its removal. */
export interface Owned {
  readonly one: Connected;
  readonly inventory: Inventory;
  /** What goes, in that order. */
  readonly items: readonly InventoryItem[];
  /** What the inventory goes on listing: in Rancher's own cluster what clusters outside the scope have there. */
  readonly rest: readonly InventoryItem[];
  /** What carries the mesh's label; undefined where the inventory is all that counts. */
  readonly labelled: Labelled | undefined;
  /** True where there is no inventory, something of the mesh all the same, and nobody asked to go by the label: nothing is touched. */
  readonly isLeft: boolean;
}

/** Reads what goes from one cluster, and what stays there (`prepareRemoval`). */
export async function readOwned(
  one: Connected,
  mesh: Mesh,
  { scope, byLabel, signal }: { readonly scope: Scope; readonly byLabel: boolean; readonly signal: AbortSignal },
): Promise<Owned> {
  const isRancherLocal = one.cluster.name === rancherLocalTarget;
  const inventory = inventoryOf(one, mesh.name);
  const goes = ({ id }: InventoryItem): boolean => !isRancherLocal || isManagedInScope(mesh, scope, id);
  const isListed = one.facts.inventories.some((found) => found.mesh === mesh.name);
  // Rancher's own cluster may be in the mesh as well: beside its projects nothing in it is looked at twice.
  const labelled =
    byLabel || (!isListed && !isRancherLocal)
      ? await readLabelled(one, inventory, signal, isRancherLocal ? [projectKind] : undefined)
      : undefined;
  const listed = inventory.items.filter(goes);
  return {
    one,
    inventory,
    items: [...(byLabel && labelled !== undefined ? withLabelled(listed, labelled).filter(goes) : listed)].sort(
      laterWavesFirst,
    ),
    rest: inventory.items.filter((item) => !goes(item)),
    labelled,
    isLeft: !byLabel && labelled !== undefined && labelled.items.length + labelled.stays.length > 0,
  };
}

/** A finding about what carries the label, with what could not be looked at. */
export function reportOf({ one, labelled }: Owned, finding: Diagnostic | undefined): readonly Diagnostic[] {
  const unseen = labelled === undefined ? undefined : notLookedAt(one.cluster.name, labelled);
  return [finding, unseen].filter((diagnostic) => diagnostic !== undefined);
}
