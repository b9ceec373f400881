import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { KubeObject, ObjectId } from "../../core/model/kube-object.ts";
import { idOf, keyOf } from "../../core/model/kube-object.ts";
import type { AddedField } from "../../core/plan/added-fields.ts";
import { addedFields } from "../../core/plan/added-fields.ts";
import { cedeFields } from "../../core/plan/ceded-fields.ts";
import { diffApp } from "../../core/plan/diff-app.ts";
import { childPath, diffObjects } from "../../core/plan/diff.ts";
import { digestObject } from "../../core/plan/digest.ts";
import { attributeChanges } from "../../core/plan/field-writers.ts";
import type { ForceConflicts } from "../../core/plan/force-conflicts.ts";
import { forcesConflicts } from "../../core/plan/force-conflicts.ts";
import type { LastApplied } from "../../core/plan/inventory.ts";
import { overlay } from "../../core/plan/overlay.ts";
import { pendingDeletion } from "../../core/plan/pending-deletion.ts";
import type { PlannedObject, RefusedObject } from "../../core/plan/plan.ts";
import { isIstioConfig } from "../../core/render/istio-config.ts";
import type { KnownAfterApply } from "../../core/render/known-after-apply.ts";
import { ownFieldManager } from "../../core/render/names.ts";
import type { PlacedObject } from "../../core/render/place-objects.ts";
import { isCatalogApp } from "../../core/render/rancher-app.ts";
import { waveRules } from "../../core/render/waves.ts";
import { KubeError, isAbsence, isWebhookAway } from "../../kube/errors.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import type { Adoptions } from "./adoption.ts";
import { keepKubeconfig } from "./keep-kubeconfig.ts";
import type { ReadLive } from "./live-objects.ts";
import type { WriteTrials } from "./write-trials.ts";
import { isUnchangedSinceApply, withoutBody } from "./unchanged-since-apply.ts";

/** What planning one object needs to know of its cluster and of the others. */
export interface ObjectScope {
  readonly unreachable: ReadonlySet<string>;
  /** Those of which no credential can be had in this apply. */
  readonly withoutCredential: ReadonlySet<string>;
  readonly force: ForceConflicts;
  readonly signal: AbortSignal;
  /** What the inventory lists, with what an earlier apply has left there. */
  readonly lastApplied: ReadonlyMap<string, LastApplied | undefined>;
  readonly readLive: ReadLive;
  readonly adoptions: Adoptions;
  /** Collects what a webhook that does not answer kept from being asked. */
  readonly unasked: ObjectId[];
  readonly trials: WriteTrials;
}

/** What an apply does to an object, beside what is known of it without a cluster. */
type Change = Pick<PlannedObject, "action" | "live" | "fields"> &
  Partial<Pick<PlannedObject, "object" | "deleted" | "added">>;

/** What an apply of one object would change. Rejects with what the API server refuses. */
export async function planObject(
  one: Connected,
  rendered: PlacedObject,
  scope: ObjectScope,
): Promise<PlannedObject | RefusedObject> {
  if (!namespaceExists(one, rendered)) {
    return { ...baseOf(rendered), ...creation(rendered, scope) };
  }
  const live = await scope.readLive(rendered.object);
  if (live === undefined) {
    await tryCreate(one, rendered, scope);
    return { ...baseOf(rendered), adopted: false, ...creation(rendered, scope) };
  }
  const placed = keepAddresses(rendered, live, scope);
  const deletion = pendingDeletion(live);
  const judgement = scope.adoptions.judge(placed.object, live, scope.lastApplied.has(keyOf(idOf(placed.object))));
  return judgement.action === "refuse"
    ? refusedObject(placed, judgement.diagnostic)
    : {
        ...baseOf(placed),
        adopted: judgement.action === "adopt",
        ...(await planUpdate(one, placed, live, scope)),
        ...(deletion === undefined ? {} : { deletion }),
      };
}

function baseOf({
  object,
  wave,
  knownAfterApply,
  mergedFrom,
}: PlacedObject): Pick<PlannedObject, "phase" | "wave" | "id" | "object" | "knownAfterApply" | "mergedFrom"> {
  return {
    phase: waveRules[wave].phase,
    wave,
    id: idOf(object),
    object,
    ...(knownAfterApply === undefined ? {} : { knownAfterApply }),
    ...(mergedFrom === undefined ? {} : { mergedFrom }),
  };
}

/** What waits for addresses goes on with those that are published, while a cluster does not say its own: that one must not hold back a host or a port. */
function keepAddresses(placed: PlacedObject, live: KubeObject, { unreachable }: ObjectScope): PlacedObject {
  const { knownAfterApply: awaited, ...rest } = placed;
  const kept = awaited?.needs === "ingress-addresses" && unreachable.size > 0 ? awaited.keep?.(live) : undefined;
  return kept === undefined ? placed : { ...rest, object: kept };
}

/** An object that stays as it is, and why. */
export function refusedObject({ object, wave }: PlacedObject, diagnostic: Diagnostic): RefusedObject {
  return { id: idOf(object), wave, diagnostic };
}

/** False where the object's namespace is only made by the apply, so that the object cannot be there. */
export function namespaceExists(one: Connected, placed: PlacedObject): boolean {
  const { namespace } = placed.object.metadata;
  return namespace === undefined || one.facts.namespaces.has(`Namespace/${namespace}`);
}

function creation({ object }: PlacedObject, { lastApplied }: ObjectScope): Change {
  return { live: undefined, action: "create", deleted: lastApplied.get(keyOf(idOf(object))) !== undefined, fields: [] };
}

async function planUpdate(one: Connected, placed: PlacedObject, live: KubeObject, scope: ObjectScope): Promise<Change> {
  const { object, knownAfterApply } = placed;
  if (isCatalogApp(object)) {
    const fields = diffApp(live, object);
    return { live, action: fields.length === 0 ? "none" : "update", deleted: false, fields };
  }
  if (knownAfterApply !== undefined) {
    // Without the other cluster its credential or address cannot be read: what is there stays.
    const action = isOutOfReach(knownAfterApply, scope) ? "none" : "update";
    const added = knownAfterApply.needs === "cacerts" ? addedTo(live, cacertsFields) : {};
    return { live, action, deleted: false, fields: [], ...added };
  }
  const id = idOf(object);
  const lastApplied = scope.lastApplied.get(keyOf(id));
  const desired = cedeFields(keepKubeconfig(object, live), live);
  const listed = { asked: desired, isListed: scope.lastApplied.has(keyOf(id)) };
  if (isUnchangedSinceApply(lastApplied, desired, live)) {
    await scope.trials.of(desired);
    return { live: withoutBody(live), object: desired, action: "none", fields: [], ...addedTo(live, [], listed) };
  }
  const changes = diffObjects(live, await askApply(one, desired, live, scope));
  if (!scope.unasked.some((unasked) => keyOf(unasked) === keyOf(id))) {
    await scope.trials.of(desired, { isAsked: true });
  }
  const fields = attributeChanges(live, changes, {
    ours: ownFieldManager,
    unchangedWish: lastApplied?.digest === digestObject(desired),
  });
  const action = fields.length === 0 ? "none" : "update";
  return { live, object: desired, action, fields, ...addedTo(live, changes, listed) };
}

/** What an apply may write there; a credential and published addresses are judged where they are used. */
const cacertsFields = ["ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem"].map((key) => ({
  path: childPath("data", key),
  before: undefined,
  after: undefined,
}));

function addedTo(
  live: KubeObject,
  changes: Parameters<typeof addedFields>[1],
  known?: Parameters<typeof addedFields>[2],
): { readonly added?: readonly AddedField[] } {
  const added = addedFields(live, changes, known);
  return added.length === 0 ? {} : { added };
}

/** Has Istio judge an object that is not there yet. Says nothing where there is no Istio to ask. */
async function tryCreate(
  one: Connected,
  { object, knownAfterApply }: PlacedObject,
  { signal }: ObjectScope,
): Promise<void> {
  const desired = cedeFields(object, undefined);
  if (knownAfterApply !== undefined || !isIstioConfig(desired)) {
    return;
  }
  try {
    await one.client.apply(desired, { dryRun: true, signal });
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
  scope: ObjectScope,
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
  { force: wanted, signal }: ObjectScope,
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

/** True for a credential that cannot be had, and for what is addresses alone while any cluster does not answer. */
function isOutOfReach(awaited: KnownAfterApply, { unreachable, withoutCredential }: ObjectScope): boolean {
  switch (awaited.needs) {
    case "cacerts":
    case "certificate":
      return false;
    case "credential":
      return withoutCredential.has(awaited.remote);
    case "ingress-addresses":
      return unreachable.size > 0 && awaited.keep === undefined;
  }
}
