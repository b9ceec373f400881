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
 * resolvers have forgotten the addresses that left, for the records' TTL or the one that they had
 * before where that is longer, as long as any other wait at most: the cluster's ingress goes on answering, so that nobody
 * loses a request by a longer TTL. What could not be written is returned, and stops nothing.
 */
export async function writeDrainedNames(
  action: DrainAction,
  { zone, wanted }: DrainNames,
  options: RunOptions,
): Promise<readonly Diagnostic[]> {
  const outcomes = await publishNames(zone, wanted, options);
  const changed = outcomes.filter(({ state }) => state === "changed");
  if (action === "drain" && changed.length > 0) {
    const asked = wanted.filter(({ name }) => changed.some((one) => one.name === name));
    const longest = Math.max(
      ...asked.map(({ ttlSeconds }) => ttlSeconds),
      ...changed.map(({ ttlBefore = 0 }) => ttlBefore),
    );
    const seconds = Math.min(longest, options.timeoutMs / 1000);
    await runTask({ ...forgottenTask, cluster: dnsSubject, expectedSeconds: seconds }, options, async (note) => {
      const cut = seconds < longest ? `; the drain goes on after ${seconds} s (--timeout)` : "";
      note(`resolvers may keep addresses for ${longest} s${cut}`);
      await pause(seconds * 1000, undefined, { signal: options.signal });
    });
  }
  return outcomes.flatMap((one) => one.diagnostics);
}
