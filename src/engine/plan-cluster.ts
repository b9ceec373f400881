import type { AdoptionPolicy } from "../core/decide/adoption.ts";
import type { Diagnostic } from "../core/diagnostics/diagnostic.ts";
import type { KubeObject } from "../core/model/kube-object.ts";
import { idOf, keyOf } from "../core/model/kube-object.ts";
import { cedeFields } from "../core/plan/ceded-fields.ts";
import { diffObjects } from "../core/plan/diff.ts";
import { attributeChanges } from "../core/plan/field-writers.ts";
import { digestObject } from "../core/plan/digest.ts";
import type { ForceConflicts } from "../core/plan/force-conflicts.ts";
import { forcesConflicts } from "../core/plan/force-conflicts.ts";
import type { Inventory, InventoryItem, Settled } from "../core/plan/inventory.ts";
import type { ClusterPlan, PlannedObject } from "../core/plan/plan.ts";
import { ownFieldManager } from "../core/render/names.ts";
import { isPublished } from "../core/render/front-gateway.ts";
import { compareText } from "../core/render/order.ts";
import { isCatalogApp } from "../core/render/rancher-app.ts";
import { remoteOf } from "../core/render/remote-secret.ts";
import type { PlacedObject } from "../core/render/place-objects.ts";
import { waveRules, waves } from "../core/render/waves.ts";
import { KubeError, isRefusal } from "../kube/errors.ts";
import { diagnoseKubeError } from "../kube/diagnose.ts";
import type { Adoptions } from "./adoption.ts";
import { judgeAdoptions } from "./adoption.ts";
import { diffApp } from "./catalog-app.ts";
import type { Connected } from "./connect.ts";
import type { ReadLive } from "./live-objects.ts";
import { createLiveReader } from "./live-objects.ts";
import { isSettled, withoutBody } from "./settled.ts";

/** The inventory of a mesh in one cluster; an empty one where there is none. */
export function inventoryOf(one: Connected, mesh: string): Inventory {
  return (
    one.facts.inventories.find((inventory) => inventory.mesh === mesh) ?? { mesh, cluster: one.cluster.name, items: [] }
  );
}

/** What planning one cluster needs to know of the others. */
export interface ClusterScope {
  readonly unreachable: ReadonlySet<string>;
  /** Those of which no credential can be had in this apply. */
  readonly withoutCredential: ReadonlySet<string>;
  /** Collects what the API server refuses, over all clusters. */
  readonly refused: Diagnostic[];
  readonly force: ForceConflicts;
  readonly adopt: AdoptionPolicy;
  readonly signal: AbortSignal;
}

/** What an apply would change on one cluster. */
export async function planCluster(
  one: Connected,
  mesh: string,
  objects: readonly PlacedObject[],
  scope: ClusterScope,
): Promise<ClusterPlan> {
  const before = inventoryOf(one, mesh);
  const settled = new Map(before.items.map((item) => [keyOf(item.id), item.settled]));
  const adoptions = judgeAdoptions(one.cluster.name, mesh, scope.adopt);
  // A first plan finds hardly anything, and nothing that carries the label.
  const listed = before.items.length === 0 ? [] : objects.filter((placed) => namespaceExists(one, placed));
  const readLive = createLiveReader(
    one.client,
    mesh,
    listed.map(({ object }) => object),
    scope.signal,
  );
  const planned = await Promise.all(
    objects.map(async (placed) => {
      try {
        return await planObject(one, placed, { ...scope, settled, readLive, adoptions });
      } catch (error) {
        if (!isRefusal(error)) {
          throw error;
        }
        scope.refused.push(await diagnoseKubeError(error, one.cluster.name));
        return undefined;
      }
    }),
  );
  scope.refused.push(...adoptions.refusals());
  const known = planned.filter((object) => object !== undefined);
  const wanted = new Set(known.map((object) => keyOf(object.id)));
  const owned = new Set(before.items.map((item) => keyOf(item.id)));
  return {
    kind: "planned",
    cluster: one.cluster.name,
    objects: known,
    prune: before.items.filter((item) => !wanted.has(keyOf(item.id))).sort(laterWavesFirst),
    inventory: before,
    inventoryCurrent: known.every((object) => owned.has(keyOf(object.id))),
  };
}

/** The order of removal: what was applied last goes first. */
export function laterWavesFirst(a: InventoryItem, b: InventoryItem): number {
  return waves.indexOf(b.wave) - waves.indexOf(a.wave) || compareText(keyOf(a.id), keyOf(b.id));
}

async function planObject(
  one: Connected,
  placed: PlacedObject,
  scope: ClusterScope & {
    readonly settled: ReadonlyMap<string, Settled | undefined>;
    readonly readLive: ReadLive;
    readonly adoptions: Adoptions;
  },
): Promise<PlannedObject> {
  const { object, wave, knownAfterApply, mergedFrom } = placed;
  const id = idOf(object);
  const merged = mergedFrom === undefined ? {} : { mergedFrom };
  const there = { phase: waveRules[wave].phase, wave, id, object, knownAfterApply, ...merged };
  const settled = scope.settled.get(keyOf(id));
  if (!namespaceExists(one, placed)) {
    return { ...there, live: undefined, action: "create", deleted: settled !== undefined, fields: [] };
  }
  const live = await scope.readLive(object);
  const adopted = live !== undefined && scope.adoptions.judge(object, live, scope.settled.has(keyOf(id)));
  const base = { ...there, adopted };
  const deleted = live === undefined && settled !== undefined;
  if (isCatalogApp(object)) {
    const fields = live === undefined ? [] : diffApp(live, object);
    return {
      ...base,
      live,
      action: live === undefined ? "create" : fields.length === 0 ? "none" : "update",
      deleted,
      fields,
    };
  }
  if (knownAfterApply) {
    // Without the other cluster its credential or address cannot be read: what is there stays.
    const kept = live !== undefined && isForUnreachable(placed, scope);
    const action = live === undefined ? "create" : kept ? "none" : "update";
    return { ...base, live, action, deleted, fields: [] };
  }
  const desired = cedeFields(object, live);
  if (live === undefined) {
    return { ...base, live, action: "create", deleted, fields: [] };
  }
  if (isSettled(settled, desired, live)) {
    return { ...base, live: withoutBody(live), object: desired, action: "none", fields: [] };
  }
  const fields = attributeChanges(live, diffObjects(live, await tryApply(one, desired, live, scope)), {
    ours: ownFieldManager,
    unchangedWish: settled?.digest === digestObject(desired),
  });
  return { ...base, live, object: desired, action: fields.length === 0 ? "none" : "update", fields };
}

/**
 * The server's answer to an apply. Another field manager's fields with other
 * values are a conflict, also where the two only spell one value differently (a
 * CPU limit of `2000m` and of `2`): that is none when taking the fields over would change nothing.
 */
async function tryApply(
  one: Connected,
  desired: KubeObject,
  live: KubeObject,
  { force: wanted, signal }: Pick<ClusterScope, "force" | "signal">,
): Promise<KubeObject> {
  const force = forcesConflicts(wanted, desired.kind);
  try {
    return await one.client.apply(desired, { dryRun: true, force, signal });
  } catch (error) {
    if (force || !(error instanceof KubeError) || error.kind !== "conflict") {
      throw error;
    }
    const forced = await one.client.apply(desired, { dryRun: true, force: true, signal });
    if (diffObjects(live, forced).length > 0) {
      throw error;
    }
    return forced;
  }
}

function namespaceExists(one: Connected, placed: PlacedObject): boolean {
  const { namespace } = placed.object.metadata;
  return namespace === undefined || one.facts.namespaces.has(`Namespace/${namespace}`);
}

/** True for a remote secret whose credential cannot be had, and for published addresses while any cluster does not answer. */
function isForUnreachable(
  { object, wave }: PlacedObject,
  { unreachable, withoutCredential }: Pick<ClusterScope, "unreachable" | "withoutCredential">,
): boolean {
  const remote = remoteOf(object);
  return wave === "join"
    ? remote !== undefined && withoutCredential.has(remote)
    : isPublished(object) && unreachable.size > 0;
}
