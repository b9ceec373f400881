import { isRecord, textOf } from "../kubeconfig/read-fields.ts";
import { Secret } from "../../core/secret.ts";

/** A mapping of untyped JSON. */
export type Fields = Readonly<Record<string, unknown>>;

/** The mapping under `key`; empty where there is none. */
export function fieldsAt(fields: Fields, key: string): Fields {
  const value = fields[key];
  return isRecord(value) && !(value instanceof Secret) ? value : {};
}

/** The mappings of the list under `key`. */
export function listAt(fields: Fields, key: string): readonly Fields[] {
  const value = fields[key];
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** The number under `key`, or `fallback`. */
export function numberAt(fields: Fields, key: string, fallback: number): number {
  const value = fields[key];
  return typeof value === "number" ? value : fallback;
}

/** The text under `key`; undefined where there is none or an empty one. */
export function textAt(fields: Fields, key: string): string | undefined {
  return textOf(fields[key]);
}

/** One of `status.conditions`. */
export interface Condition {
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  /** ISO 8601: since when it has this status. */
  readonly since: string;
}

/** The condition of that type, with empty texts for what it does not say. */
export function conditionOf(object: Fields, type: string): Condition | undefined {
  const found = listAt(fieldsAt(object, "status"), "conditions").find((one) => one["type"] === type);
  return (
    found && {
      status: textAt(found, "status") ?? "",
      reason: textAt(found, "reason") ?? "",
      message: textAt(found, "message") ?? "",
      since: textAt(found, "lastTransitionTime") ?? "",
    }
  );
}

/** The condition's message, or its reason where it has none. */
export function wordsOf(condition: Condition): string {
  return condition.message === "" ? condition.reason : condition.message;
}
