import type { Secret } from "../secret.ts";

/**
 * JSON as an API server speaks it, with secret values wrapped. A bigint is an
 * integer that a number would round: between 2^53 and 2^63 (`writeJson` writes it, `JSON.stringify` throws).
 */
export type Json =
  | string
  | number
  | bigint
  | boolean
  | null
  | Secret
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Metadata of a Kubernetes object, the part that isthmus writes or reads. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [key: string]: Json | undefined;
}

/**
 * A Kubernetes object. `data` and `stringData` of a `v1 Secret` hold `Secret`
 * values, everywhere between rendering (or reading) and the wire, so that
 * `JSON.stringify` of any object is safe to print.
 */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [key: string]: Json | ObjectMeta | undefined;
}

/** Names one object within one cluster. `group` is "" for the core group. */
export interface ObjectId {
  readonly group: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** The group of an apiVersion: `apps/v1` → `apps`, `v1` → "". */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash === -1 ? "" : apiVersion.slice(0, slash);
}

/** The identity of an object; the version is left out on purpose, since one object is served in several. */
export function idOf(object: KubeObject): ObjectId {
  const { name, namespace } = object.metadata;
  return {
    group: groupOf(object.apiVersion),
    kind: object.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
  };
}

/** A stable text for an id, for map keys and sorting: `Kind.group/namespace/name`, without empty parts. */
export function keyOf(id: ObjectId): string {
  const kind = id.group === "" ? id.kind : `${id.kind}.${id.group}`;
  return id.namespace === undefined ? `${kind}/${id.name}` : `${kind}/${id.namespace}/${id.name}`;
}

/** How an object is named to people: `Kind namespace/name`. */
export function describeId(id: ObjectId): string {
  return id.namespace === undefined ? `${id.kind} ${id.name}` : `${id.kind} ${id.namespace}/${id.name}`;
}
