import type { AccessCode } from "./access-diagnostic.ts";

/** A code with its words, before the cluster and the object are added. */
export interface Advice {
  readonly code: AccessCode;
  readonly detail: string;
  readonly fix: string;
}
