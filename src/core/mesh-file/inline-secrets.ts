import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { environmentName } from "./schema/scalars.ts";

/** Shorter text is no token, and hiding it would make messages unreadable. */
const shortest = 8;

/** Where the mesh file wants the place of a secret. */
const secretPlaces: readonly (readonly string[])[] = [
  ["spec", "rancher", "token"],
  ["spec", "dns", "provider", "rfc2136", "tsig", "secret"],
  ["spec", "dns", "provider", "designate", "applicationCredential", "secret"],
  ["spec", "dns", "provider", "designate", "user", "password"],
];

/** The same of each issuer. */
const externalKey = ["isthmus", "externalAccount", "hmacKey"];

/**
 * What was written where the place of a secret belongs and may be the secret
 * itself. The mesh file takes only the name of a variable or file there, so this
 * is a mistake that is about to be reported, and the report must not spread it.
 */
export function findInlineSecrets(value: unknown): readonly string[] {
  const issuers = ["spec", "issuers"].reduce(memberOf, value);
  const keys = (Array.isArray(issuers) ? issuers : []).map((issuer: unknown) => externalKey.reduce(memberOf, issuer));
  return [...secretPlaces.map((place) => place.reduce(memberOf, value)), ...keys].flatMap(secretsIn);
}

function secretsIn(place: unknown): readonly string[] {
  if (typeof place !== "object" || place === null) {
    return typeof place === "string" && place.length >= shortest ? [place] : [];
  }
  return Object.entries(place).flatMap(([key, item]: readonly [string, unknown]) => {
    const allowed = key === "file" || (key === "env" && typeof item === "string" && environmentName.test(item));
    return typeof item === "string" && item.length >= shortest && !allowed ? [item] : [];
  });
}

/** The diagnostic with asterisks instead of the secrets, as many as they have characters so that carets still stand right. */
export function hideInDiagnostic(diagnostic: Diagnostic, secrets: readonly string[]): Diagnostic {
  if (secrets.length === 0) {
    return diagnostic;
  }
  const { range, fix } = diagnostic;
  return {
    ...diagnostic,
    detail: hide(diagnostic.detail, secrets),
    ...(fix === undefined ? {} : { fix: hide(fix, secrets) }),
    ...(range === undefined ? {} : { range: { ...range, lineText: hide(range.lineText, secrets) } }),
  };
}

function hide(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => {
    // Messages cut long values and the file may escape them; the beginning gives a token away as well.
    const start = secret.slice(0, 60);
    return rest.replaceAll(secret, "*".repeat(secret.length)).replaceAll(start, "*".repeat(start.length));
  }, text);
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
