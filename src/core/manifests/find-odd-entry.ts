import { errorOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Path } from "../mesh-file/path.ts";
import { describeId, idOf } from "../model/kube-object.ts";
import type { ManifestObject } from "./list-objects.ts";

/** Lists of mappings, in pods and in Services. */
const lists: ReadonlySet<string> = new Set([
  "containers",
  "env",
  "envFrom",
  "ephemeralContainers",
  "initContainers",
  "ports",
  "volumeMounts",
  "volumes",
]);

/** Kinds whose lists of these names are known; others may have numbers there. */
const kinds: ReadonlySet<string> = new Set([
  "CronJob",
  "DaemonSet",
  "Deployment",
  "Job",
  "Pod",
  "ReplicaSet",
  "ReplicationController",
  "Rollout",
  "Service",
  "StatefulSet",
]);

/** The first entry of an object's lists of containers, ports, variables or volumes that is no mapping (ISM204); undefined without any. */
export function findOddEntry({ object, rangeOf, range }: ManifestObject): Diagnostic | undefined {
  const at = kinds.has(object.kind) ? oddIn(object, []) : undefined;
  return at === undefined
    ? undefined
    : {
        ...errorOf("ISM204"),
        detail: `Entry ${Number(at.at(-1)) + 1} of ${at.slice(0, -1).join(".")} in ${describeId(idOf(object))} is empty or a plain value, and API servers take mappings there. Nothing of the object was looked at.`,
        fix: "Write the entry as a mapping with its fields, or delete the dash that stands for it.",
        range: rangeOf(at) ?? range,
      };
}

function oddIn(value: unknown, at: Path): Path | undefined {
  if (typeof value !== "object" || value === null) {
    return undefined;
  }
  const isList = Array.isArray(value) && lists.has(String(at.at(-1)));
  for (const [key, inner] of Object.entries(value)) {
    const path = [...at, Array.isArray(value) ? Number(key) : key];
    if (isList && (typeof inner !== "object" || inner === null || Array.isArray(inner))) {
      return path;
    }
    const found = oddIn(inner, path);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
