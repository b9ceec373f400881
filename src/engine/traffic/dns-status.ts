import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { NamesPlan } from "../../core/front-door/names-plan.ts";
import type { NameSighting } from "./ask-addresses.ts";

/** How the published names of a mesh are. */
export interface DnsStatus {
  readonly mesh: string;
  readonly names: NamesPlan;
  /** Which addresses answer for their name, asked once from this machine. */
  readonly sightings: readonly NameSighting[];
  readonly unreachable: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
}
