import { readJson, writeJson } from "../model/exact-json.ts";
import { Secret } from "../secret.ts";
import { replaceKnown } from "./replace-known.ts";
import { concealNamed, isSecretName, redactPatterns } from "./patterns.ts";
import { base64Forms, decodeBase64, secretTexts, shortestSecret } from "./secret-texts.ts";

/** A JSON value as it comes from a parser. */
type Value =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | readonly Value[]
  | { readonly [key: string]: Value };

/** What may be base64. */
const base64Run = /[A-Za-z0-9+/_-]{8,}={0,2}/g;

/** How far base64 within base64 is opened. */
const depth = 3;

/**
 * Takes secrets out of what leaves the program. Knows values (`remember`) in
 * whatever form they show, plain, escaped or as base64, and the forms that
 * only secrets have: private keys, JSON web tokens, bearer headers, Rancher's
 * tokens. What it replaces says so: `<redacted…>`.
 */
export class Redactor {
  readonly #known = new Map<string, Set<string>>();
  readonly #harmless: ReadonlySet<string>;

  /** `harmless` = names that are in the open anyway (clusters, namespaces), also when somebody's Secret holds such a word. */
  constructor(harmless: Iterable<string> = []) {
    this.#harmless = new Set(harmless);
  }

  /** From now on the secret is taken out. `key` is its key in the data of a Secret. */
  remember(secret: Secret, key?: string): void {
    for (const text of secretTexts(secret, key).filter((one) => !this.#harmless.has(one))) {
      const escaped = JSON.stringify(text).slice(1, -1);
      for (const form of new Set([text, escaped, ...base64Forms(text)])) {
        const start = form.slice(0, shortestSecret);
        this.#known.set(start, (this.#known.get(start) ?? new Set()).add(form));
      }
    }
  }

  /** Every value in the document that stands under a secret's name, as in a password among Helm values: from now on it is taken out everywhere. */
  learn(document: unknown): void {
    for (const value of namedValues(plain(document))) {
      this.remember(new Secret(value));
    }
  }

  /** A text of others (a log, a page) without secrets, also without values that follow a name like `password:`. */
  text(text: string): string {
    return this.#clean(concealNamed(text), depth);
  }

  /** A document of others: as `text` for every string in it; values of fields and variables with such names are left out whole. */
  foreign(value: unknown): unknown {
    return this.#walk(plain(value), true);
  }

  /** A document of our own, whose fields are known to hold no secret: only what is known, or looks like one, is taken out. */
  own(value: unknown): unknown {
    return this.#walk(plain(value), false);
  }

  #walk(value: Value, byName: boolean): unknown {
    if (typeof value === "string") {
      return byName ? this.text(value) : this.#clean(value, depth);
    }
    if (typeof value !== "object" || value === null) {
      return value;
    }
    if (Array.isArray(value)) {
      return value.map((item: Value) => this.#walk(item, byName));
    }
    const fields = value as { readonly [key: string]: Value };
    return Object.fromEntries(
      Object.entries(fields).map(([key, item]) => [
        this.#clean(key, depth),
        byName && isNamedValue(fields, key) ? "<redacted>" : this.#walk(item, byName),
      ]),
    );
  }

  #clean(text: string, level: number): string {
    // First of all, since a known value inside leaves its edges: a key or a kubeconfig within YAML is base64.
    const opened = level === 0 ? text : text.replaceAll(base64Run, (run) => this.#openRun(run, level));
    return redactPatterns(replaceKnown(opened, this.#known));
  }

  #openRun(run: string, level: number): string {
    const decoded = decodeBase64(run);
    return decoded === undefined || this.#clean(decoded, level - 1) === decoded ? run : "<redacted>";
  }
}

/** Through JSON, so that a `Secret` is its fingerprint and a date its text. */
function plain(value: unknown): Value {
  return value === undefined ? undefined : (readJson(writeJson(value)) as Value);
}

/** True when the field is a text that stands under a secret's name, or is the value of a variable of such a name. */
function isNamedValue(fields: { readonly [key: string]: Value }, key: string): boolean {
  const { [key]: value, name } = fields;
  const secret = isSecretName(key) || (key === "value" && typeof name === "string" && isSecretName(name));
  return secret && typeof value === "string" && value !== "" && !value.startsWith("<redacted");
}

function namedValues(value: Value): readonly string[] {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  const fields = value as { readonly [key: string]: Value };
  return Object.entries(fields).flatMap(([key, item]) =>
    typeof item === "string" ? (isNamedValue(fields, key) ? [item] : []) : namedValues(item),
  );
}
