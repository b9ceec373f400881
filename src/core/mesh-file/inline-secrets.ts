import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { environmentName } from "./schema/scalars.ts";
import { secretsInSolver } from "./solver-fields.ts";

/** Shorter text is no token, and hiding it would make messages unreadable. */
const shortest = 8;

/** A mapping that holds the place of a secret, and its fields that hold none: under any other key, misspelt ones too, may be the secret. */
interface Holder {
  readonly at: readonly string[];
  readonly open: readonly string[];
}

const holders: readonly Holder[] = [
  { at: ["spec", "dns", "provider", "rfc2136", "tsig"], open: ["name", "algorithm"] },
  { at: ["spec", "dns", "provider", "designate", "applicationCredential"], open: ["id"] },
  { at: ["spec", "dns", "provider", "designate", "user"], open: ["name", "domain", "project", "projectDomain"] },
];

/** The same of each issuer. */
const issuerHolder: Holder = { at: ["isthmus", "externalAccount"], open: ["keyId"] };

/**
 * What was written where the place of a secret belongs and may be the secret
 * itself. The mesh file takes only the name of a variable or file there, so this
 * is a mistake that is about to be reported, and the report must not spread it.
 */
export function findInlineSecrets(value: unknown): readonly string[] {
  const issuers = ["spec", "issuers"].reduce(memberOf, value);
  const all: readonly unknown[] = Array.isArray(issuers) ? issuers : [];
  return [
    ...secretsIn(["spec", "rancher", "token"].reduce(memberOf, value)),
    ...holders.flatMap((holder) => secretsOf(value, holder)),
    ...all.flatMap((issuer) => [
      ...secretsOf(issuer, issuerHolder),
      ...(["dns01", "http01"] as const).flatMap((kind) =>
        secretsInSolver(kind, ["acme", kind].reduce(memberOf, issuer)).flatMap(({ text }) => textsOf(text)),
      ),
      ...["acme", "isthmus"].flatMap((kind) => privateKeysIn([kind, "caBundle"].reduce(memberOf, issuer))),
    ]),
  ];
}

function secretsOf(value: unknown, { at, open }: Holder): readonly string[] {
  const found = at.reduce(memberOf, value);
  return typeof found === "object" && found !== null
    ? Object.entries(found).flatMap(([key, item]: readonly [string, unknown]) =>
        open.includes(key) ? [] : secretsIn(item),
      )
    : secretsIn(found);
}

function secretsIn(place: unknown): readonly string[] {
  if (typeof place !== "object" || place === null) {
    return textsOf(place);
  }
  return Object.entries(place).flatMap(([key, item]: readonly [string, unknown]) => {
    const allowed = key === "file" || (key === "env" && typeof item === "string" && environmentName.test(item));
    return allowed ? [] : textsOf(item);
  });
}

function privateKeysIn(value: unknown): readonly string[] {
  return typeof value === "string" && value.includes("PRIVATE KEY") ? textsOf(value) : [];
}

/** A secret as the file may have it: as a whole, and line by line. */
function textsOf(value: unknown): readonly string[] {
  const text = typeof value === "number" ? String(value) : typeof value === "string" ? value : "";
  return [...new Set([text, ...text.split("\n").map((one) => one.trim())])].filter((one) => one.length >= shortest);
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
    const forms = [secret, secret.slice(0, 60)].flatMap((one) => [one, JSON.stringify(one).slice(1, -1)]);
    return forms.reduce((left, one) => left.replaceAll(one, "*".repeat(one.length)), rest);
  }, text);
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
