import type { Json } from "../model/kube-object.ts";
import { Secret } from "../secret.ts";

type Values = { readonly [key: string]: Json };

/** Merges Helm-style values: maps key by key, everything else replaced by the later one. */
export function mergeValues(...layers: readonly Values[]): Values {
  let merged: Values = {};
  for (const layer of layers) {
    merged = mergeTwo(merged, layer);
  }
  return merged;
}

function mergeTwo(below: Values, above: Values): Values {
  const merged: Record<string, Json> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const old = merged[key];
    merged[key] = isMap(old) && isMap(value) ? mergeTwo(old, value) : value;
  }
  return merged;
}

function isMap(value: Json | undefined): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Secret);
}
