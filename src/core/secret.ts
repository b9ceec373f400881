import { createHash } from "node:crypto";

/**
 * A value that no output can show: printing, joining, serialising or
 * inspecting it gives `<redacted:sha256:8 hex>`, a fingerprint that is equal
 * exactly when the values are (docs/reference/cli.md, `render`).
 *
 * `expose()` is the only way to the value; it is called where the value becomes
 * something else that is wrapped (rendering a Secret), where it goes to a
 * cluster (`kube`), where it becomes a key or a file (`pki`), and where texts
 * are searched for it to take it out (`core/redact`), nowhere else.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The secret itself. Never pass the result to a message, a log or a child process's arguments. */
  expose(): string {
    return this.#value;
  }

  /** True when both hold the same value. */
  equals(other: Secret): boolean {
    return this.#value === other.#value;
  }

  /** The first 8 hex digits of the value's SHA-256: tells two secrets apart without showing either. */
  fingerprint(): string {
    return createHash("sha256").update(this.#value).digest("hex").slice(0, 8);
  }

  toString(): string {
    return `<redacted:sha256:${this.fingerprint()}>`;
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}
