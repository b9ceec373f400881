import type { Json, KubeObject } from "../core/model/kube-object.ts";
import { digestObject } from "../core/plan/digest.ts";
import type { Settled } from "../core/plan/inventory.ts";

/** True when the object is untouched since an apply of the very same content left it (docs/adr/0006). */
export function isSettled(settled: Settled | undefined, desired: KubeObject, live: KubeObject): boolean {
  return (
    settled !== undefined &&
    settled.resourceVersion === live.metadata["resourceVersion"] &&
    settled.digest === digestObject(desired)
  );
}

/**
 * What a plan keeps of a live object that is settled: its metadata, with who
 * wrote it last and when. Bodies and the lists of owned fields of a whole fleet
 * would be most of the memory of a plan without changes.
 */
export function withoutBody({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { managedFields, ...rest } = metadata;
  const entries = (managedFields ?? []) as readonly { readonly [key: string]: Json }[];
  const kept = entries.map(({ fieldsV1: _fields, ...entry }) => entry);
  return { apiVersion, kind, metadata: { ...rest, ...(managedFields === undefined ? {} : { managedFields: kept }) } };
}
