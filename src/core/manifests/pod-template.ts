import type { Json, KubeObject } from "../model/kube-object.ts";

type Fields = { readonly [key: string]: Json };

/** The pods that an object makes. */
export interface PodTemplate {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Empty where the object does not say. */
  readonly spec: Fields;
  /** Where the template stands in the object; empty for a Pod. */
  readonly path: readonly string[];
}

/**
 * The template of the pods that an object makes: of a Deployment, StatefulSet,
 * DaemonSet, ReplicaSet, Job, and whatever custom kind has its template in the
 * same place (`spec.template`), of a CronJob (`spec.jobTemplate.spec.template`), or the Pod itself.
 * Undefined for what makes none, or does not say.
 */
export function podTemplateOf(object: KubeObject): PodTemplate | undefined {
  if (object.kind === "Pod" && object.apiVersion === "v1") {
    const { labels = {}, annotations = {} } = object.metadata;
    return { labels, annotations, spec: fieldsAt(object, ["spec"]) ?? {}, path: [] };
  }
  const path = object.kind === "CronJob" ? ["spec", "jobTemplate", "spec", "template"] : ["spec", "template"];
  const template = fieldsAt(object, path);
  const spec = template === undefined ? undefined : fieldsAt(template, ["spec"]);
  // Other kinds have templates of other things: only pods have containers.
  if (template === undefined || (spec === undefined && !workloadKinds.has(object.kind))) {
    return undefined;
  }
  if (spec !== undefined && !Array.isArray(spec["containers"]) && !workloadKinds.has(object.kind)) {
    return undefined;
  }
  return {
    labels: textsOf(fieldsAt(template, ["metadata", "labels"])),
    annotations: textsOf(fieldsAt(template, ["metadata", "annotations"])),
    spec: spec ?? {},
    path,
  };
}

const workloadKinds: ReadonlySet<string> = new Set([
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "ReplicationController",
  "Job",
  "CronJob",
  "Rollout",
]);

/** The mapping at a path; undefined where there is none. */
export function fieldsAt(object: object, path: readonly string[]): Fields | undefined {
  let at: unknown = object;
  for (const part of path) {
    at = typeof at === "object" && at !== null ? (at as Fields)[part] : undefined;
  }
  return typeof at === "object" && at !== null && !Array.isArray(at) ? (at as Fields) : undefined;
}

/** The entries of a list that are mappings; others keep their place, empty. */
export function mappingsIn(list: Json | undefined): readonly Fields[] {
  return Array.isArray(list)
    ? list.map((one: Json) => (typeof one === "object" && one !== null && !Array.isArray(one) ? (one as Fields) : {}))
    : [];
}

/** The entries of a mapping that are texts. */
export function textsOf(fields: Fields | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(fields ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
