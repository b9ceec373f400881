import type { Json, KubeObject } from "../model/kube-object.ts";
import { Secret } from "../secret.ts";

const prefix = "known after apply: ";

/**
 * Stands in a Secret's data for a value that only an apply makes (a key, a
 * cluster's token). The same `what` gives the same fingerprint, so that
 * rendering offline is deterministic.
 */
export function unknownUntilApply(what: string): Secret {
  return new Secret(`${prefix}${what}`);
}

/** The same for a value that is no secret, such as an address. */
export function unknownText(what: string): string {
  return `${prefix}${what}`;
}

/** True for a text that stands for a value which is known only after an apply. */
export function isUnknownText(value: string): boolean {
  return value.startsWith(prefix);
}

/** True when any value in the object is known only after an apply. */
export function hasUnknown(object: KubeObject): boolean {
  if (Object.values(object.metadata.annotations ?? {}).some(isUnknownText)) {
    return true;
  }
  const data: Json | undefined = object["data"] as Json | undefined;
  if (data === undefined || data === null || typeof data !== "object") {
    return false;
  }
  return Object.values(data).some((value) => value instanceof Secret && value.expose().startsWith(prefix));
}
