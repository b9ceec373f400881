import type { AdoptionPolicy } from "../../core/decide/adoption.ts";
import { installedParts } from "../../core/plan/installed-parts.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { warningOf } from "../../core/diagnostics/coded.ts";
import type { ObjectId } from "../../core/model/kube-object.ts";
import type { Service } from "../../core/model/mesh.ts";
import { describeId, idOf, keyOf } from "../../core/model/kube-object.ts";
import type { Inventory, InventoryItem } from "../../core/plan/inventory.ts";
import { deletionDiagnostic } from "./deletion-diagnostic.ts";
import { isTouched } from "../../core/plan/added-fields.ts";
import { withNames } from "../../core/plan/inventory.ts";
import type { ClusterPlan, PlannedObject, RefusedObject } from "../../core/plan/plan.ts";
import { rancherLocalTarget } from "../../core/render/names.ts";
import { compareText } from "../../core/render/order.ts";
import type { PlacedObject } from "../../core/render/place-objects.ts";
import { waves } from "../../core/render/waves.ts";
import { isRefusal } from "../../kube/errors.ts";
import { diagnoseKubeError } from "../../kube/diagnose.ts";
import { judgeAdoptions } from "./adoption.ts";
import { withContinue } from "./continue-hint.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import type { ReadLive } from "./live-objects.ts";
import { createLiveReader, largeKinds } from "./live-objects.ts";
import type { ObjectScope } from "./plan-object.ts";
import { policyEffectOf } from "./policy-effect.ts";
import { isUnchangedSinceApply } from "./unchanged-since-apply.ts";
import { createWriteTrials, noTrials } from "./write-trials.ts";
import { namespaceExists, planObject, refusedObject } from "./plan-object.ts";

/** The inventory of a mesh in one cluster; an empty one where there is none. */
export function inventoryOf(one: Connected, mesh: string): Inventory {
  return (
    one.facts.inventories.find((inventory) => inventory.mesh === mesh) ?? { mesh, cluster: one.cluster.name, items: [] }
  );
}

/** What planning one cluster needs to know of the others. */
export interface ClusterScope extends Pick<ObjectScope, "unreachable" | "withoutCredential" | "force" | "signal"> {
  /** Collects what the API server refuses, over all clusters. */
  readonly refused: Diagnostic[];
  /** Collects what the plan could not find out. */
  readonly warnings: Diagnostic[];
  /** Leave what is refused out of the plan instead (`--continue`). */
  readonly continueOnRefusal: boolean;
  /** See `PlanOptions`. */
  readonly tryWrites: boolean;
  /** Those of the mesh file. */
  readonly services: readonly Pick<Service, "namespace" | "name" | "versions">[];
  readonly adopt: AdoptionPolicy;
  /** The names that every cluster records, so that they are found when the mesh file has them no more; absent where they go on with what they have. */
  readonly names?: readonly string[];
}

/** A definition's status is written once, when it is established, and an apply waits for that. */
const plannedByMetadata: ReadonlySet<string> = new Set([...largeKinds, "CustomResourceDefinition"]);

/** What an apply would change on one cluster. */
export async function planCluster(
  one: Connected,
  mesh: string,
  objects: readonly PlacedObject[],
  scope: ClusterScope,
): Promise<ClusterPlan> {
  const before = inventoryOf(one, mesh);
  const lastApplied = new Map(before.items.map((item) => [keyOf(item.id), item.settled]));
  const adoptions = judgeAdoptions(one.cluster.name, mesh, scope.adopt);
  const readLive = liveReader(one, { mesh, before, lastApplied }, objects, scope.signal);
  const trials = scope.tryWrites ? createWriteTrials(one.client, scope.signal) : noTrials;
  const objectScope: ObjectScope = { ...scope, lastApplied, readLive, adoptions, unasked: [], trials };
  const planned = await Promise.all(objects.map(async (placed) => planOrRefuse(one, placed, objectScope)));
  await trials.ofServices(scope.services.filter((service) => mayRunIn(service, one.cluster.name)));
  const refused = planned.filter((object) => "diagnostic" in object);
  if (!scope.continueOnRefusal) {
    scope.refused.push(
      ...refused.filter((one) => one.diagnostic.code !== "ISM315").map(({ diagnostic }) => withContinue(diagnostic)),
    );
    scope.refused.push(...adoptions.refusals().map(withContinue));
  }
  scope.warnings.push(...unaskedWarning(one.cluster.name, objectScope.unasked));
  const known = planned.filter((object): object is PlannedObject => !("diagnostic" in object));
  scope.warnings.push(...known.flatMap((object) => deletionDiagnostic("warning", one.cluster.name, object) ?? []));
  // What is refused is wanted all the same, and nothing to prune.
  const wanted = new Set(planned.map((object) => keyOf(object.id)));
  const prune = before.items.filter((item) => !wanted.has(keyOf(item.id))).sort(laterWavesFirst);
  const effect = await policyEffectOf(one, { objects: known, prune }, scope.signal);
  const owned = new Set(before.items.map((item) => keyOf(item.id)));
  const names = one.cluster.name === rancherLocalTarget ? undefined : scope.names;
  return {
    kind: "planned",
    cluster: one.cluster.name,
    objects: known,
    prune,
    inventory: before,
    ...(names === undefined ? {} : { names }),
    inventoryCurrent:
      known.every((object) => owned.has(keyOf(object.id))) && isSameRecord(withNames(before, names), before),
    ...(refused.length > 0 ? { refused } : {}),
    ...effect,
    ...(one.facts.installed === undefined ? {} : { theirs: installedParts(one.facts.installed) }),
    ...(trials.refused.length === 0 ? {} : { refusedWrites: trials.refused }),
    ...(trials.bare.length === 0 ? {} : { bareTrials: trials.bare }),
    ...(scope.tryWrites ? { triedWrites: trials.tried(known.map(({ object }) => object)) } : {}),
  };
}

/** Of a service without versions the mesh file does not say where it runs. */
function mayRunIn({ versions }: Pick<Service, "versions">, cluster: string): boolean {
  return versions.length === 0 || versions.some(({ clusters }) => clusters.includes(cluster));
}

/** Reads live objects by lists, and those of large kinds that are unchanged since their apply by their metadata. */
function liveReader(
  one: Connected,
  known: {
    readonly mesh: string;
    readonly before: Inventory;
    readonly lastApplied: ObjectScope["lastApplied"];
  },
  objects: readonly PlacedObject[],
  signal: AbortSignal,
): ReadLive {
  // A first plan finds hardly anything, and nothing that carries the label.
  const listed = known.before.items.length === 0 ? [] : objects.filter((placed) => namespaceExists(one, placed));
  const awaited = new Set(objects.flatMap((placed) => (placed.knownAfterApply === undefined ? [] : [placed.object])));
  return createLiveReader(
    one.client,
    known.mesh,
    listed.map(({ object }) => object),
    {
      signal,
      byMetadata: plannedByMetadata,
      known: one.facts.meshConfig === undefined ? [] : [one.facts.meshConfig],
      suffices: (object, metadata) =>
        !awaited.has(object) &&
        !isTouched(metadata) &&
        isUnchangedSinceApply(known.lastApplied.get(keyOf(idOf(object))), object, metadata),
    },
  );
}

function isSameRecord({ names }: Inventory, before: Inventory): boolean {
  return JSON.stringify(names) === JSON.stringify(before.names);
}

async function planOrRefuse(
  one: Connected,
  placed: PlacedObject,
  scope: ObjectScope,
): Promise<PlannedObject | RefusedObject> {
  try {
    return await planObject(one, placed, scope);
  } catch (error) {
    if (!isRefusal(error)) {
      throw error;
    }
    return refusedObject(placed, await diagnoseKubeError(error, one.cluster.name));
  }
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
