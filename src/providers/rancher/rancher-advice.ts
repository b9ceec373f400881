import type { RancherCode } from "./rancher-diagnostic.ts";

/** A code with its words. */
export interface RancherAdvice {
  readonly code: RancherCode;
  readonly detail: string;
  readonly fix: string;
}
