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
