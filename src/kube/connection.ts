import type { Wire } from "./api-group.ts";
import type { Discovery } from "./discovery.ts";

/** What the verbs of one client share. */
export interface Connection extends Wire {
  readonly discovery: Discovery;
}
