import { createHash } from "node:crypto";
import type { Json, KubeObject } from "../model/kube-object.ts";
import { Secret } from "../secret.ts";

/** SHA-256 (hex) of an object as it would be applied, whatever the order of its keys. Says nothing about secret values. */
export function digestObject(object: KubeObject): string {
  return createHash("sha256")
    .update(canonical(object as unknown as Json))
    .digest("hex");
}

function canonical(value: Json): string {
  if (value instanceof Secret) {
    return createHash("sha256").update(value.expose()).digest("hex");
  }
  if (Array.isArray(value)) {
    return `[${value.map(canonical).join(",")}]`;
  }
  if (typeof value === "object" && value !== null) {
    const map = value as { readonly [key: string]: Json };
    const keys = Object.keys(map).sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(map[key] ?? null)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}
