import { readJson } from "../model/exact-json.ts";
import * as z from "zod";
import { adoptionPolicies } from "../decide/adoption.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { errorOf } from "../diagnostics/coded.ts";
import type { KubeObject, ObjectId } from "../model/kube-object.ts";
import { describeId, keyOf } from "../model/kube-object.ts";
import { describeLastChange } from "./last-change.ts";
import { digestFields, digestLive, digestObject } from "./digest.ts";
import type { ClusterPlan, Plan, PlannedObject } from "./plan.ts";

const idSchema = z.object({ group: z.string(), kind: z.string(), namespace: z.string().optional(), name: z.string() });

const objectSchema = z.object({
  id: idSchema,
  action: z.enum(["create", "update", "none"]),
  /** Digest of what is sent. */
  desired: z.string(),
  /** Digest of what changes by that; of the whole live object where the content is completed during the apply. */
  change: z.string(),
  /** Where the object stood; absent where there was none. */
  resourceVersion: z.string().optional(),
});

const clusterSchema = z.discriminatedUnion("state", [
  z.object({ state: z.literal("unreachable"), name: z.string() }),
  z.object({ state: z.literal("planned"), name: z.string(), objects: z.array(objectSchema), prune: z.array(idSchema) }),
]);

const schema = z.object({
  apiVersion: z.literal("isthmus.dev/v1alpha1"),
  kind: z.literal("SavedPlan"),
  madeAt: z.string(),
  mesh: z.string(),
  meshFile: z.object({ path: z.string(), sha256: z.string() }),
  options: z.object({
    prune: z.boolean(),
    /** False, true for all kinds, or the kinds. */
    forceConflicts: z.union([z.boolean(), z.array(z.string())]),
    adopt: z.enum(adoptionPolicies).default("unowned"),
    /** The only clusters that are written to; empty for all. */
    clusters: z.array(z.string()).default([]),
    /** Whether what is refused is left alone. */
    continue: z.boolean().default(false),
  }),
  clusters: z.array(clusterSchema),
});

/** A plan to be kept: what would be done and what that was made of, as digests. Holds no value of any object. */
export type SavedPlan = z.infer<typeof schema>;

type SavedCluster = SavedPlan["clusters"][number];
type SavedObject = z.infer<typeof objectSchema>;

/** What a saved plan says beside the plan itself. */
export type PlanOrigin = Pick<SavedPlan, "madeAt" | "meshFile" | "options">;

/** The plan in the form that is kept. */
export function savePlan(plan: Plan, origin: PlanOrigin): SavedPlan {
  return {
    apiVersion: "isthmus.dev/v1alpha1",
    kind: "SavedPlan",
    madeAt: origin.madeAt,
    mesh: plan.mesh,
    meshFile: origin.meshFile,
    options: origin.options,
    clusters: plan.clusters.map(saveCluster),
  };
}

/** Reads a saved plan back; undefined for anything else, also for a version that this program does not know. */
export function parseSavedPlan(text: string): SavedPlan | undefined {
  try {
    return schema.safeParse(readJson(text)).data;
  } catch {
    return undefined;
  }
}

function saveCluster(cluster: ClusterPlan): SavedCluster {
  return cluster.kind === "unreachable"
    ? { state: "unreachable", name: cluster.cluster }
    : {
        state: "planned",
        name: cluster.cluster,
        objects: cluster.objects.map(saveObject),
        prune: cluster.prune.map((item) => item.id),
      };
}

function saveObject({ id, action, object, live, fields, knownAfterApply }: PlannedObject): SavedObject {
  const version = live?.metadata["resourceVersion"];
  return {
    id,
    action,
    desired: digestObject(object),
    change: knownAfterApply !== undefined && live !== undefined ? digestLive(live) : digestFields(fields),
    ...(typeof version === "string" ? { resourceVersion: version } : {}),
  };
}

/**
 * Where a fresh plan differs from a saved one: everything that would be done
 * otherwise now, one diagnostic (ISM309) each, with who wrote the object last.
 * What has changed without changing what would be done (a status, a field that is
 * not ours) counts for nothing.
 */
export function findStale(saved: SavedPlan, fresh: Plan): readonly Diagnostic[] {
  const names = [...new Set([...saved.clusters.map((one) => one.name), ...fresh.clusters.map((one) => one.cluster)])];
  return names.flatMap((name) => {
    const before = saved.clusters.find((one) => one.name === name);
    const now = fresh.clusters.find((one) => one.cluster === name);
    if (before === undefined || now === undefined) {
      return [
        staleDiagnostic(name, `Cluster ${name} is ${now === undefined ? "no longer" : "newly"} part of the plan.`),
      ];
    }
    if (before.state === "unreachable" || now.kind === "unreachable") {
      return before.state === "unreachable" && now.kind === "unreachable"
        ? []
        : [
            staleDiagnostic(
              name,
              before.state === "unreachable"
                ? `Cluster ${name} did not answer when the plan was made, and does now.`
                : `Cluster ${name} answered when the plan was made, and does not now.`,
            ),
          ];
    }
    return [...findStaleObjects(name, before.objects, now.objects), ...findStalePrunes(name, before.prune, now.prune)];
  });
}

function findStaleObjects(
  cluster: string,
  before: readonly SavedObject[],
  now: readonly PlannedObject[],
): readonly Diagnostic[] {
  const fresh = new Map(now.map((object) => [keyOf(object.id), object]));
  const known = new Set(before.map((object) => keyOf(identity(object.id))));
  const moved = before.flatMap((object) => {
    const id = identity(object.id);
    const one = fresh.get(keyOf(id));
    const words = one === undefined ? "is no longer part of the plan" : describeMove(object, one);
    return words === undefined ? [] : [staleDiagnostic(cluster, `${describeId(id)} on ${cluster} ${words}.`, id)];
  });
  const added = now
    .filter((object) => !known.has(keyOf(object.id)))
    .map(({ id }) => staleDiagnostic(cluster, `${describeId(id)} on ${cluster} is new in the plan.`, id));
  return [...moved, ...added];
}

function describeMove(saved: SavedObject, one: PlannedObject): string | undefined {
  const fresh = saveObject(one);
  if (saved.resourceVersion !== undefined && one.live === undefined) {
    return "was there when the plan was made, and is gone";
  }
  if (saved.resourceVersion === undefined && one.live !== undefined) {
    return `was not there when the plan was made, and is now${describeLastChange(one.live)}`;
  }
  if (saved.action === fresh.action && saved.change === fresh.change) {
    return saved.desired === fresh.desired
      ? undefined
      : "would be written otherwise than planned: its manifest or Istio's own has changed";
  }
  return `has changed since (resourceVersion ${saved.resourceVersion ?? "none"}, now ${fresh.resourceVersion ?? "none"})${lastChange(one.live)}`;
}

function lastChange(live: KubeObject | undefined): string {
  return live === undefined ? "" : describeLastChange(live);
}

function findStalePrunes(
  cluster: string,
  before: Extract<SavedCluster, { readonly state: "planned" }>["prune"],
  now: Extract<ClusterPlan, { readonly kind: "planned" }>["prune"],
): readonly Diagnostic[] {
  const saved = new Map(before.map((id) => [keyOf(identity(id)), identity(id)]));
  const fresh = new Map(now.map((item) => [keyOf(item.id), item.id]));
  const gone = [...saved].filter(([key]) => !fresh.has(key));
  const added = [...fresh].filter(([key]) => !saved.has(key));
  return [
    ...gone.map(([, id]) =>
      staleDiagnostic(cluster, `${describeId(id)} on ${cluster} is no longer there to delete.`, id),
    ),
    ...added.map(([, id]) => staleDiagnostic(cluster, `${describeId(id)} on ${cluster} is newly to be deleted.`, id)),
  ];
}

function identity({ namespace, ...rest }: z.infer<typeof idSchema>): ObjectId {
  return namespace === undefined ? rest : { ...rest, namespace };
}

function staleDiagnostic(cluster: string, detail: string, object?: ObjectId): Diagnostic {
  return {
    ...errorOf("ISM309"),
    detail: `${detail} Nothing was changed.`,
    fix: "Make a new plan with isthmus plan --out FILE, read it, and apply that one.",
    cluster,
    ...(object === undefined ? {} : { object }),
  };
}
