import type { AdoptionPolicy } from "../../core/decide/adoption.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { warningOf } from "../../core/diagnostics/coded.ts";
import type { KubeObject, ObjectId } from "../../core/model/kube-object.ts";
import { describeId, idOf, keyOf } from "../../core/model/kube-object.ts";
import { cedeFields } from "../../core/plan/ceded-fields.ts";
import { diffObjects } from "../../core/plan/diff.ts";
import { attributeChanges } from "../../core/plan/field-writers.ts";
import { digestObject } from "../../core/plan/digest.ts";
import type { ForceConflicts } from "../../core/plan/force-conflicts.ts";
import { forcesConflicts } from "../../core/plan/force-conflicts.ts";
import type { Inventory, InventoryItem, LastApplied } from "../../core/plan/inventory.ts";
import { overlay } from "../../core/plan/overlay.ts";
import type { ClusterPlan, PlannedObject, RefusedObject } from "../../core/plan/plan.ts";
import { ownFieldManager } from "../../core/render/names.ts";
import type { KnownAfterApply } from "../../core/render/known-after-apply.ts";
import { isIstioConfig } from "../../core/render/istio-config.ts";
import { compareText } from "../../core/render/order.ts";
import { isCatalogApp } from "../../core/render/rancher-app.ts";
import type { PlacedObject } from "../../core/render/place-objects.ts";
import { waveRules, waves } from "../../core/render/waves.ts";
import { KubeError, isAbsence, isRefusal, isWebhookAway } from "../../kube/errors.ts";
import { diagnoseKubeError } from "../../kube/diagnose.ts";
import type { Adoptions } from "./adoption.ts";
import { describeRefusal, judgeAdoptions } from "./adoption.ts";
import { diffApp } from "../../core/plan/diff-app.ts";
import { withContinue } from "./continue-hint.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import type { ReadLive } from "./live-objects.ts";
import { createLiveReader } from "./live-objects.ts";
import { isUnchangedSinceApply, withoutBody } from "./unchanged-since-apply.ts";

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
  /** Collects what the plan could not find out. */
  readonly warnings: Diagnostic[];
  /** Leave what is refused out of the plan instead (`--continue`). */
  readonly continueOnRefusal: boolean;
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
  const unasked: ObjectId[] = [];
  const planned = await Promise.all(
    objects.map(async (placed) => {
      try {
        return await planObject(one, placed, { ...scope, mesh, settled, readLive, adoptions, unasked });
      } catch (error) {
        if (!isRefusal(error)) {
          throw error;
        }
        return refusedObject(placed, await diagnoseKubeError(error, one.cluster.name));
      }
    }),
  );
  const refused = planned.filter((object) => "diagnostic" in object);
  if (!scope.continueOnRefusal) {
    scope.refused.push(
      ...refused.filter((one) => one.diagnostic.code !== "ISM315").map(({ diagnostic }) => withContinue(diagnostic)),
    );
    scope.refused.push(...adoptions.refusals().map(withContinue));
  }
  scope.warnings.push(...unaskedWarning(one.cluster.name, unasked));
  const known = planned.filter((object): object is PlannedObject => !("diagnostic" in object));
  // What is refused is wanted all the same, and nothing to prune.
  const wanted = new Set(planned.map((object) => keyOf(object.id)));
  const owned = new Set(before.items.map((item) => keyOf(item.id)));
  return {
    kind: "planned",
    cluster: one.cluster.name,
    objects: known,
    prune: before.items.filter((item) => !wanted.has(keyOf(item.id))).sort(laterWavesFirst),
    inventory: before,
    inventoryCurrent: known.every((object) => owned.has(keyOf(object.id))),
    ...(refused.length > 0 ? { refused } : {}),
  };
}

function refusedObject({ object, wave }: PlacedObject, diagnostic: Diagnostic): RefusedObject {
  return { id: idOf(object), wave, diagnostic };
}

function unaskedWarning(cluster: string, unasked: readonly ObjectId[]): readonly Diagnostic[] {
  if (unasked.length === 0) {
    return [];
  }
  const [first, ...rest] = unasked.map(describeId).toSorted(compareText);
  return [
    {
      ...warningOf("ISM319"),
      detail: `${cluster} cannot say what an apply of ${first ?? ""}${rest.length === 0 ? "" : ` and ${rest.length} more`} would change, since its API server has to ask Istio's webhook and does not reach it. They were compared with what is there instead. The apply writes them when istiod runs.`,
      fix: `Nothing when istiod is about to be applied or to start; otherwise see why it does not run: isthmus check`,
      cluster,
    },
  ];
}

/** The order of removal: what was applied last goes first. */
export function laterWavesFirst(a: InventoryItem, b: InventoryItem): number {
  return waves.indexOf(b.wave) - waves.indexOf(a.wave) || compareText(keyOf(a.id), keyOf(b.id));
}

async function planObject(
  one: Connected,
  placed: PlacedObject,
  scope: ClusterScope & {
    readonly mesh: string;
    readonly settled: ReadonlyMap<string, LastApplied | undefined>;
    readonly readLive: ReadLive;
    readonly adoptions: Adoptions;
    /** Collects what a webhook that does not answer kept from being asked. */
    readonly unasked: ObjectId[];
  },
): Promise<PlannedObject | RefusedObject> {
  const { object, wave, knownAfterApply, mergedFrom } = placed;
  const id = idOf(object);
  const merged = mergedFrom === undefined ? {} : { mergedFrom };
  const later = knownAfterApply === undefined ? {} : { knownAfterApply };
  const there = { phase: waveRules[wave].phase, wave, id, object, ...later, ...merged };
  const settled = scope.settled.get(keyOf(id));
  if (!namespaceExists(one, placed)) {
    return { ...there, live: undefined, action: "create", deleted: settled !== undefined, fields: [] };
  }
  const live = await scope.readLive(object);
  const verdict = live === undefined ? "ours" : scope.adoptions.judge(object, live, scope.settled.has(keyOf(id)));
  if (live !== undefined && verdict === "refuse") {
    return refusedObject(placed, describeRefusal(one.cluster.name, scope.mesh, scope.adopt, object, live));
  }
  const adopted = verdict === "adopt";
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
  if (knownAfterApply !== undefined) {
    // Without the other cluster its credential or address cannot be read: what is there stays.
    const kept = live !== undefined && isOutOfReach(knownAfterApply, scope);
    const action = live === undefined ? "create" : kept ? "none" : "update";
    return { ...base, live, action, deleted, fields: [] };
  }
  const desired = cedeFields(object, live);
  if (live === undefined) {
    await tryCreate(one, desired, scope);
    return { ...base, live, action: "create", deleted, fields: [] };
  }
  if (isUnchangedSinceApply(settled, desired, live)) {
    return { ...base, live: withoutBody(live), object: desired, action: "none", fields: [] };
  }
  const fields = attributeChanges(live, diffObjects(live, await askApply(one, desired, live, scope)), {
    ours: ownFieldManager,
    unchangedWish: settled?.digest === digestObject(desired),
  });
  return { ...base, live, object: desired, action: fields.length === 0 ? "none" : "update", fields };
}

/** Has Istio judge an object that is not there yet. Says nothing where there is no Istio to ask. */
async function tryCreate(one: Connected, desired: KubeObject, scope: Pick<ClusterScope, "signal">): Promise<void> {
  if (!isIstioConfig(desired)) {
    return;
  }
  try {
    await one.client.apply(desired, { dryRun: true, signal: scope.signal });
  } catch (error) {
    if (!isAbsence(error) && !isWebhookAway(error)) {
      throw error;
    }
  }
}

/** The server's answer to an apply, or what it should be where a webhook that does not answer stands before it. */
async function askApply(
  one: Connected,
  desired: KubeObject,
  live: KubeObject,
  scope: Pick<ClusterScope, "force" | "signal"> & { readonly unasked: ObjectId[] },
): Promise<KubeObject> {
  const judged = isIstioConfig(desired);
  // One such answer takes its time, and the next would be the same.
  if (judged && scope.unasked.length > 0) {
    scope.unasked.push(idOf(desired));
    return overlay(live, desired);
  }
  try {
    return await tryApply(one, desired, live, scope);
  } catch (error) {
    if (!judged || !isWebhookAway(error)) {
      throw error;
    }
    scope.unasked.push(idOf(desired));
    return overlay(live, desired);
  }
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

/** True for a credential that cannot be had, and for published addresses while any cluster does not answer. */
function isOutOfReach(
  awaited: KnownAfterApply,
  { unreachable, withoutCredential }: Pick<ClusterScope, "unreachable" | "withoutCredential">,
): boolean {
  switch (awaited.needs) {
    case "cacerts":
      return false;
    case "credential":
      return withoutCredential.has(awaited.remote);
    case "ingress-addresses":
      return unreachable.size > 0;
  }
}
