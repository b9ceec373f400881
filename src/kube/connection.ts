import type { Discovery } from "./discovery.ts";
import type { Reporter } from "./report-failure.ts";
import type { Transport } from "./transport.ts";

/** What the verbs of one client share. */
export interface Connection {
  readonly transport: Transport;
  readonly discovery: Discovery;
  readonly report: Reporter;
}
