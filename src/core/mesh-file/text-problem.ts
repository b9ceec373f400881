import type { SpecCode } from "./finding.ts";

/** A problem between two offsets of the text. */
export interface TextProblem {
  readonly code: SpecCode;
  /** Left out for an error. */
  readonly severity?: "warning";
  readonly start: number;
  readonly end: number;
  readonly detail: string;
  readonly fix: string;
}
