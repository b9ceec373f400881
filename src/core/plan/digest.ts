import { writeJson } from "../model/exact-json.ts";
import { createHash } from "node:crypto";
import type { Json, KubeObject } from "../model/kube-object.ts";
import { Secret } from "../secret.ts";
import type { FieldChange } from "./diff.ts";
import { comparable } from "./diff.ts";

/** SHA-256 (hex) of an object as it would be applied, whatever the order of its keys. Says nothing about secret values. */
export function digestObject(object: KubeObject): string {
  const known = digests.get(object) ?? digest(object as unknown as Json);
  digests.set(object, known);
  return known;
}

/** By object: what is the same in all clusters of a fleet is one object. */
const digests = new WeakMap<KubeObject, string>();

/** SHA-256 (hex) of a live object, without its status and the API server's bookkeeping. */
export function digestLive(object: KubeObject): string {
  return digest(comparable(object));
}

/** SHA-256 (hex) of changes to an object. */
export function digestFields(fields: readonly FieldChange[]): string {
  return digest(
    fields.map(({ path, before, after }) => [
      path,
      before === undefined ? [] : [before],
      after === undefined ? [] : [after],
    ]),
  );
}

function digest(value: Json): string {
  return createHash("sha256").update(canonical(value)).digest("hex");
}

function canonical(value: Json): string {
  // Nearly everything in an object is a string: a fleet's objects are digested by the hundred thousand.
  if (typeof value === "string") {
    return JSON.stringify(value);
  }
  if (value instanceof Secret) {
    return createHash("sha256").update(value.expose()).digest("hex");
  }
  if (Array.isArray(value)) {
    let text = "";
    for (const item of value as readonly Json[]) {
      text += `${text === "" ? "" : ","}${canonical(item)}`;
    }
    return `[${text}]`;
  }
  if (typeof value === "object" && value !== null) {
    const map = value as { readonly [key: string]: Json };
    let text = "";
    for (const key of Object.keys(map).sort()) {
      text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonical(map[key] ?? null)}`;
    }
    return `{${text}}`;
  }
  return writeJson(value);
}
