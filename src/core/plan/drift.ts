import type { AddedToObject, DriftFacts, DriftedField, DriftedObject, Writer } from "../checks/drift-facts.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { KubeObject, ObjectId } from "../model/kube-object.ts";
import { describeId, keyOf } from "../model/kube-object.ts";
import type { Service } from "../model/mesh.ts";
import { additionsOf, showValue } from "./additions.ts";
import { digestObject } from "./digest.ts";
import { meshLabel, ownFieldManager } from "../render/names.ts";
import type { FieldChange } from "./diff.ts";
import { managedFieldsOf } from "./field-writers.ts";
import type { InventoryItem } from "./inventory.ts";
import type { ClusterPlan, PlannedObject, RefusedWrite } from "./plan.ts";

type Planned = Extract<ClusterPlan, { readonly kind: "planned" }>;
type Compared = Extract<DriftFacts, { readonly kind: "compared" }>;

/** An object that the API server would not let an apply change, and what it said. */
export interface RefusedObject {
  readonly id: ObjectId;
  readonly diagnostic: Diagnostic;
}

/** Autoscalers own the number of replicas, whatever a manifest says. */
const autoscalers: ReadonlySet<string> = new Set(["kube-controller-manager", "horizontal-pod-autoscaler"]);

/**
 * What a plan of one cluster says of drift: each object that somebody deleted
 * or changed since the last apply, and each that the mesh file asks for (or no
 * longer asks for) and that was not applied yet. A difference is somebody
 * else's when another field manager wrote it, or when the last apply asked for
 * the very same object. No secret is in it.
 */
export function driftOf(
  plan: Planned,
  serviceOf: (id: ObjectId) => string | undefined,
  refused: readonly RefusedObject[] = [],
): DriftFacts {
  const items = new Map(plan.inventory.items.map((item) => [keyOf(item.id), item]));
  const isUnfinished = plan.inventory.unfinished === true;
  // Who may not ask knows nothing; what the API server finds invalid is there and differs.
  const isJudged = ({ id, diagnostic }: RefusedObject): boolean => diagnostic.code === "ISM269" && items.has(keyOf(id));
  const objects = plan.objects.flatMap((object): readonly DriftedObject[] => {
    const item = items.get(keyOf(object.id));
    const found =
      isUnfinished && isUnmade(object, item)
        ? ({ state: "unmade", fields: [] } as const)
        : judge(object, item !== undefined, item?.settled?.digest);
    return found === undefined ? [] : [{ id: object.id, ...found, ...belongings(object, serviceOf) }];
  });
  const added = plan.objects.flatMap((object): readonly AddedToObject[] => {
    const fields = additionsOf(object, items.get(keyOf(object.id)));
    return fields.length === 0 ? [] : [{ id: object.id, fields, ...belongings(object, serviceOf) }];
  });
  const stopped = refused.filter(isJudged).map(({ id, diagnostic }): DriftedObject => {
    const service = serviceOf(id);
    return {
      id,
      state: "changed",
      fields: [],
      refusal: diagnostic.detail,
      ...(service === undefined ? {} : { service }),
    };
  });
  const deletions = plan.objects.flatMap(({ id, deletion }) => (deletion === undefined ? [] : [{ id, ...deletion }]));
  const refusedWrites = [...(plan.refusedWrites ?? []), ...forbiddenOf(refused)];
  const left = plan.prune.map((item): DriftedObject => ({ id: item.id, state: "left", fields: [] }));
  return {
    kind: "compared",
    applied: plan.inventory.items.length > 0,
    ...(isUnfinished ? { unfinished: true } : {}),
    ...unlistedOf(plan),
    objects: [...objects, ...stopped, ...left],
    ...(added.length === 0 ? {} : { added }),
    ...(deletions.length === 0 ? {} : { deletions }),
    ...(refusedWrites.length === 0 ? {} : { refusedWrites }),
    ...(plan.bareTrials === undefined ? {} : { bareTrials: plan.bareTrials }),
    ...(plan.triedWrites === undefined ? {} : { triedWrites: plan.triedWrites }),
    unknown: refused
      .filter((one) => !isJudged(one))
      .map(({ id, diagnostic }) => ({ object: describeId(id), reason: diagnostic.summary })),
  };
}

/** What policies and webhooks said no to. */
function forbiddenOf(refused: readonly RefusedObject[]): readonly RefusedWrite[] {
  return refused
    .filter(({ diagnostic }) => diagnostic.code === "ISM757")
    .map(({ id, diagnostic }) => ({ id, says: diagnostic.detail ?? "" }));
}

/** What the last apply that ended has made has a note of what it was. */
function isUnmade({ live }: PlannedObject, item: InventoryItem | undefined): boolean {
  return live === undefined && item !== undefined && item.settled === undefined;
}

/**
 * Objects that an apply has written, of which no inventory knows. What `isthmus export` wrote and
 * kubectl or a GitOps tool applied carries the same label, and needs none. Namespaces, which meshes share, are none.
 */
function unlistedOf({ inventory, objects }: Planned): Pick<Compared, "unlisted"> {
  const unlisted = inventory.items.length > 0 ? [] : objects.filter(({ live, object }) => isApplied(live, object));
  return unlisted.length === 0 ? {} : { unlisted: unlisted.length };
}

function isApplied(live: KubeObject | undefined, { kind, metadata }: KubeObject): boolean {
  const mark = metadata.labels?.[meshLabel];
  return (
    kind !== "Namespace" &&
    mark !== undefined &&
    live?.metadata.labels?.[meshLabel] === mark &&
    managedFieldsOf(live).some(({ manager, operation }) => manager === ownFieldManager && operation === "Apply")
  );
}

function judge(
  { action, live, fields, knownAfterApply, object }: PlannedObject,
  applied: boolean,
  appliedDigest: string | undefined,
): Pick<DriftedObject, "state" | "fields" | "writer"> | undefined {
  if (action === "none") {
    return undefined;
  }
  if (live === undefined) {
    return { state: applied ? "gone" : "pending", fields: [] };
  }
  if (knownAfterApply !== undefined) {
    // What goes into it is made by the apply: it cannot be compared, and what it waits for is told by itself.
    return undefined;
  }
  const differing = fields.filter((field) => !isAutoscaled(field));
  const [first] = differing;
  if (first === undefined) {
    return undefined;
  }
  const writer = latestWriter(differing);
  const somebody = writer !== undefined || appliedDigest === digestObject(object);
  const shown = differing.map((field) => showField(field, object));
  return {
    state: applied && somebody ? "changed" : "pending",
    fields: shown,
    ...(writer === undefined ? {} : { writer }),
  };
}

function isAutoscaled({ path, changedBy }: FieldChange): boolean {
  return path === "spec.replicas" && changedBy !== undefined && autoscalers.has(changedBy.manager);
}

function latestWriter(fields: readonly FieldChange[]): Writer | undefined {
  const [latest] = fields
    .flatMap(({ changedBy }) => (changedBy === undefined ? [] : [changedBy]))
    .toSorted((a, b) => (Date.parse(b.time) || 0) - (Date.parse(a.time) || 0));
  return latest === undefined ? undefined : { manager: latest.manager, time: latest.time };
}

/** Where passwords are known to stand that are in no Secret: environments, arguments, annotations and configuration. */
const mayHoldSecrets = /env|args|command|annotations|data|password|token|values/i;

function showField({ path, before, after }: FieldChange, { kind }: KubeObject): DriftedField {
  const hidden = kind === "Secret" || kind === "ConfigMap" || mayHoldSecrets.test(path);
  const live = hidden ? undefined : showValue(before);
  const wanted = hidden ? undefined : showValue(after);
  return { path, ...(live === undefined ? {} : { live }), ...(wanted === undefined ? {} : { wanted }) };
}

/** What an object is part of. */
function belongings(
  { id, object }: PlannedObject,
  serviceOf: (id: ObjectId) => string | undefined,
): Pick<DriftedObject, "service" | "podLabels"> {
  const service = serviceOf(id);
  const podLabels = podLabelsOf(object);
  return { ...(service === undefined ? {} : { service }), ...(podLabels === undefined ? {} : { podLabels }) };
}

function podLabelsOf(object: KubeObject): Readonly<Record<string, string>> | undefined {
  const spec = object["spec"] as
    | { readonly template?: { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } } }
    | undefined;
  return spec?.template?.metadata?.labels;
}

/** Finds the service whose manifests an object is in. */
export function servicesByManifest(
  services: readonly Service[],
  manifestsOf: (service: Service) => readonly KubeObject[],
): (id: ObjectId) => string | undefined {
  const known = new Map(
    services.flatMap((service) =>
      manifestsOf(service).map((object) => [
        [object.kind, object.metadata.namespace ?? service.namespace, object.metadata.name].join("/"),
        `${service.namespace}/${service.name}`,
      ]),
    ),
  );
  return ({ kind, namespace = "", name }) => known.get([kind, namespace, name].join("/"));
}
