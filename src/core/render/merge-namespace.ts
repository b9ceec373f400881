import type { Json, KubeObject } from "../model/kube-object.ts";
import { sameValue } from "../model/same-value.ts";
import { Secret } from "../secret.ts";
import { describePath } from "../mesh-file/path.ts";

/** A field that two objects give different values. */
export interface FieldConflict {
  /** As people write it: `metadata.labels["istio-injection"]`. */
  readonly field: string;
  readonly ours: Json;
  readonly theirs: Json;
}

/**
 * One Namespace out of two: the labels, annotations and other fields of both.
 * Where both give a field, and not the same value, `conflicts` has it and the
 * merged object keeps `ours`. So it is with `istio-injection` beside an
 * `istio.io/rev` of ours, which are two fields and one wish: it goes first, and
 * nobody injects (https://istio.io/latest/docs/setup/upgrade/canary/).
 */
export function mergeNamespace(
  ours: KubeObject,
  theirs: KubeObject,
): { readonly merged: KubeObject; readonly conflicts: readonly FieldConflict[] } {
  const conflicts: FieldConflict[] = [];
  const merged = merge([], ours as unknown as Json, theirs as unknown as Json, conflicts);
  conflicts.push(...findShadowed(ours, theirs));
  return { merged: merged as unknown as KubeObject, conflicts };
}

function findShadowed(ours: KubeObject, theirs: KubeObject): readonly FieldConflict[] {
  const revision = ours.metadata.labels?.["istio.io/rev"];
  const injection = theirs.metadata.labels?.["istio-injection"];
  return revision === undefined || injection === undefined
    ? []
    : [
        {
          field: "the label that has sidecars injected",
          ours: { "istio.io/rev": revision },
          theirs: { "istio-injection": injection },
        },
      ];
}

function merge(path: readonly string[], ours: Json, theirs: Json, conflicts: FieldConflict[]): Json {
  if (isMap(ours) && isMap(theirs)) {
    const merged: Record<string, Json> = { ...ours };
    for (const [key, value] of Object.entries(theirs)) {
      const own = merged[key];
      merged[key] = own === undefined || own === null ? value : merge([...path, key], own, value, conflicts);
    }
    return merged;
  }
  // A field that is written and left empty asks for nothing.
  if (theirs !== null && !sameValue(ours, theirs)) {
    conflicts.push({ field: describePath(path), ours, theirs });
  }
  return ours;
}

function isMap(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Secret);
}
