import type { ObjectId } from "../model/kube-object.ts";

/** One-based, as editors count. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A stretch of a file as the user named it. `end` is exclusive. */
export interface SourceRange {
  readonly file: string;
  readonly start: Position;
  readonly end: Position;
  /** The source line of `start`, for the snippet under the message. */
  readonly lineText: string;
}

/**
 * One problem, told to a person: what is wrong (`summary`, terse and without
 * user data, so that it becomes familiar), why it matters (`detail`, full
 * sentences with the names and values), what to do (`fix`), and where.
 */
export interface Diagnostic {
  /** Stable code from the catalogue, `ISM104`. */
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly summary: string;
  readonly detail: string;
  readonly fix?: string;
  readonly range?: SourceRange;
  readonly cluster?: string;
  readonly object?: ObjectId;
}
