import type { Json, KubeObject } from "../model/kube-object.ts";
import { Secret } from "../secret.ts";

/** One field that differs. `undefined` = absent. Secrets stay wrapped, so that a view can only show fingerprints. */
export interface FieldChange {
  /** As people write it: `spec.http[0].route[1].weight`, `metadata.labels["istio-injection"]`. */
  readonly path: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
  /** Who else gave the field its present value; absent where nobody did, or where the API server does not say who. */
  readonly changedBy?: FieldWriter;
}

/** Who wrote a field, and when it wrote to the object last: the API server keeps no time of a single field. */
export interface FieldWriter {
  /** The field manager, such as `kubectl-edit`. */
  readonly manager: string;
  /** RFC 3339; empty where the API server does not say. */
  readonly time: string;
}

/** Bookkeeping of the API server; never what somebody asked for. */
const serverFields: ReadonlySet<string> = new Set([
  "managedFields",
  "resourceVersion",
  "generation",
  "uid",
  "creationTimestamp",
  "selfLink",
]);

/**
 * What an apply would change: the live object against the server's answer to
 * the same apply as a dry-run. Both went through the same defaulting and
 * webhooks, so what is left is real. `status` is not ours and is left out.
 */
export function diffObjects(live: KubeObject, planned: KubeObject): readonly FieldChange[] {
  const changes: FieldChange[] = [];
  compare("", comparable(live), comparable(planned), changes);
  return changes;
}

/** An object without its status and the API server's bookkeeping: what somebody asked for. */
export function comparable(object: KubeObject): Json {
  const { status: _status, metadata, ...rest } = object as unknown as Record<string, Json>;
  const kept = Object.fromEntries(
    Object.entries(metadata as Record<string, Json>).filter(([key]) => !serverFields.has(key)),
  );
  return { metadata: kept, ...rest };
}

function compare(path: string, before: Json | undefined, after: Json | undefined, changes: FieldChange[]): void {
  if (isMap(before) && isMap(after)) {
    for (const key of unionOfKeys(before, after)) {
      compare(childPath(path, key), before[key], after[key], changes);
    }
    return;
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index += 1) {
      compare(`${path}[${index}]`, before[index] as Json | undefined, after[index] as Json | undefined, changes);
    }
    return;
  }
  if (!sameLeaf(before, after)) {
    changes.push({ path, before, after });
  }
}

function sameLeaf(before: Json | undefined, after: Json | undefined): boolean {
  if (before instanceof Secret && after instanceof Secret) {
    return before.equals(after);
  }
  return before === after;
}

/** True for a JSON object; a wrapped secret value is a leaf. */
export function isMap(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Secret);
}

function unionOfKeys(a: object, b: object): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
}

/** The path of a map's entry, as `FieldChange.path` writes it. */
export function childPath(path: string, key: string): string {
  const plain = /^[A-Za-z_$][\w$-]*$/.test(key);
  if (!plain) {
    return `${path}["${key}"]`;
  }
  return path === "" ? key : `${path}.${key}`;
}
