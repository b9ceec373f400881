import type { Path } from "../mesh-file/path.ts";
import type { Json, KubeObject } from "../model/kube-object.ts";
import { describeId, idOf } from "../model/kube-object.ts";
import type { Finding } from "./finding.ts";

/** A part without which API servers refuse an object, once what is around it is there. */
interface Part {
  readonly path: Path;
  readonly kind: "mapping" | "list";
  /** Also where it is left out: there is nothing without it. */
  readonly needed?: true;
}

const podParts = (at: Path): readonly Part[] => [
  { path: at, kind: "mapping" },
  { path: [...at, "containers"], kind: "list" },
];

const workloadParts: readonly Part[] = [
  { path: ["spec"], kind: "mapping", needed: true },
  { path: ["spec", "selector"], kind: "mapping" },
  { path: ["spec", "template"], kind: "mapping" },
  ...podParts(["spec", "template", "spec"]),
];

const partsOf: Readonly<Record<string, readonly Part[]>> = {
  "apps/v1 Deployment": workloadParts,
  "apps/v1 StatefulSet": workloadParts,
  "apps/v1 DaemonSet": workloadParts,
  "apps/v1 ReplicaSet": [
    { path: ["spec"], kind: "mapping", needed: true },
    { path: ["spec", "selector"], kind: "mapping" },
  ],
  "batch/v1 Job": workloadParts,
  "batch/v1 CronJob": [
    { path: ["spec"], kind: "mapping", needed: true },
    { path: ["spec", "jobTemplate"], kind: "mapping" },
    { path: ["spec", "jobTemplate", "spec"], kind: "mapping" },
    { path: ["spec", "jobTemplate", "spec", "template"], kind: "mapping" },
    ...podParts(["spec", "jobTemplate", "spec", "template", "spec"]),
  ],
  "v1 Pod": [{ path: ["spec"], kind: "mapping", needed: true }, ...podParts(["spec"])],
  "v1 Service": [
    { path: ["spec"], kind: "mapping", needed: true },
    { path: ["spec", "ports"], kind: "list" },
  ],
};

/**
 * Parts of workloads and Services that are empty, missing, or of another kind
 * than API servers take: what a template without a value, or a wrong
 * indentation, leaves (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/).
 * Only the outermost one is told.
 */
export function checkParts(object: KubeObject): readonly Finding[] {
  for (const part of partsOf[`${object.apiVersion} ${object.kind}`] ?? []) {
    const found = findingOf(object, part);
    if (found !== undefined) {
      return [found];
    }
  }
  return [];
}

function findingOf(object: KubeObject, { path, kind, needed }: Part): Finding | undefined {
  const around = valueAt(object, path.slice(0, -1)) as { readonly [key: string]: Json } | undefined;
  const key = String(path.at(-1));
  const isThere = around !== undefined && Object.hasOwn(around, key);
  const value = isThere ? around[key] : undefined;
  if (around === undefined || (isThere ? isOfKind(value, kind) : needed !== true)) {
    return undefined;
  }
  return {
    code: "ISM866",
    severity: "error",
    object,
    at: isThere ? path : path.slice(0, -1),
    detail: `${path.join(".")} of ${describeId(idOf(object))} ${describe(value)}, and API servers take a ${kind}${kind === "list" ? " with entries" : ""} there. They refuse the object.`,
    fix: isThere
      ? `Write what belongs below ${key}, two blanks further in than it; where a template makes the file, see why it has no value.`
      : `Write ${key} with what belongs below it.`,
  };
}

function valueAt(object: KubeObject, path: Path): unknown {
  return path.reduce<unknown>(
    (at, part) =>
      typeof at === "object" && at !== null && !Array.isArray(at) ? (at as Record<string, unknown>)[part] : undefined,
    object,
  );
}

function isOfKind(value: unknown, kind: Part["kind"]): boolean {
  return kind === "list"
    ? Array.isArray(value) && value.length > 0
    : typeof value === "object" && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (value === undefined) {
    return "is missing";
  }
  if (value === null) {
    return "is empty";
  }
  return Array.isArray(value)
    ? value.length === 0
      ? "is an empty list"
      : "is a list"
    : typeof value === "object"
      ? "is a mapping"
      : "is a plain value";
}
