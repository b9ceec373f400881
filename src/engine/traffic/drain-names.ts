import { setTimeout as pause } from "node:timers/promises";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { DrainAction } from "../../core/drain/drain-steps.ts";
import type { WantedName } from "../../core/front-door/wanted-name.ts";
import { dnsSubject, forgottenTask } from "../../core/plan/name-tasks.ts";
import type { DnsZone } from "../../providers/dns/dns-provider.ts";
import { publishNames } from "../front-door/publish-names.ts";
import type { RunOptions } from "../options.ts";
import { runTask } from "../progress/run-task.ts";

/** What a drain or an undrain makes of the names that isthmus publishes. */
export interface DrainNames {
  readonly zone: DnsZone;
  readonly wanted: readonly WantedName[];
}

/**
 * Writes the names without what is drained. After a drain it then waits until
 * resolvers have forgotten the addresses that left, for the records' TTL, as long as any
 * other wait at most: the cluster's ingress goes on answering, so that nobody
 * loses a request by a longer TTL. What could not be written is returned, and stops nothing.
 */
export async function writeDrainedNames(
  action: DrainAction,
  { zone, wanted }: DrainNames,
  options: RunOptions,
): Promise<readonly Diagnostic[]> {
  const outcomes = await publishNames(zone, wanted, options);
  if (action === "drain" && outcomes.some(({ state }) => state === "changed")) {
    const longest = Math.max(...wanted.map(({ ttlSeconds }) => ttlSeconds));
    const seconds = Math.min(longest, options.timeoutMs / 1000);
    await runTask({ ...forgottenTask, cluster: dnsSubject, expectedSeconds: seconds }, options, async (note) => {
      note(`resolvers may keep addresses for ${longest} s`);
      await pause(seconds * 1000, undefined, { signal: options.signal });
    });
  }
  return outcomes.flatMap((one) => one.diagnostics);
}
