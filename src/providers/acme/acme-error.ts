import type { AcmeProblem } from "./acme-problem.ts";

/** Why an ACME server did not do what it was asked for. */
export interface AcmeErrorFields {
  readonly kind:
    /** No answer, or none over a connection that is trusted. */
    | "unreachable"
    /** An answer that is not ACME's. */
    | "not-acme"
    /** The server refuses, in its own words. */
    | "refused"
    /** It has looked for the proof of a name and does not accept it. */
    | "not-proven"
    /** It takes longer than the command may last. */
    | "late";
  /** The directory's address. */
  readonly server: string;
  /** What was tried, after "to": `place an order`. */
  readonly subject: string;
  /** In words, for `refused` and `not-proven` those of the problem. */
  readonly message: string;
  readonly status?: number;
  readonly problem?: AcmeProblem;
  /** When it may be tried again, milliseconds since the epoch. */
  readonly retryAt?: number;
}

/** A failure of ACME; `diagnoseAcme` makes it one for people. */
export class AcmeError extends Error {
  readonly fields: AcmeErrorFields;

  constructor(fields: AcmeErrorFields, options?: { cause?: unknown }) {
    super(`${fields.server} did not ${fields.subject}: ${fields.message}`, options);
    this.name = "AcmeError";
    this.fields = fields;
  }
}
