/** Why a server gave no answer that counts. */
export type DnsFailureKind =
  /** No connection. */
  | "unreachable"
  /** A connection, and no whole answer in time. */
  | "silent"
  /** The server closed the connection before the answer was whole. */
  | "cut-off"
  /** An answer that is none, or not one to what was asked. */
  | "nonsense"
  /** An answer that the key did not sign. */
  | "forged";

/** An exchange without an answer that counts; becomes a UserError where it is known what was asked. */
export class DnsFailure extends Error {
  override readonly name = "DnsFailure";
  readonly kind: DnsFailureKind;
  /** What was seen, in the middle of a sentence; may be empty. */
  readonly what: string;

  constructor(kind: DnsFailureKind, what: string, options?: { cause?: unknown }) {
    super(`${kind}: ${what}`, options);
    this.kind = kind;
    this.what = what;
  }
}
