import type { Json, KubeObject } from "../model/kube-object.ts";
import { isMap } from "./diff.ts";

/**
 * What an apply of `desired` makes of a live custom resource, as far as can be
 * said without asking its API server: maps are merged, lists are replaced. A
 * field that an earlier apply set and `desired` no longer has stays, so it is
 * an estimate and no plan.
 */
export function overlay(live: KubeObject, desired: KubeObject): KubeObject {
  return merge(live as unknown as Json, desired as unknown as Json) as unknown as KubeObject;
}

function merge(before: Json | undefined, wanted: Json): Json {
  if (!isMap(before) || !isMap(wanted)) {
    return wanted;
  }
  const merged = Object.entries(wanted).map(([key, value]) => [key, merge(before[key], value)] as const);
  return { ...before, ...Object.fromEntries(merged) };
}
