import { warningOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { NameOwners } from "../../core/front-door/plan-name.ts";
import type { WantedName } from "../../core/front-door/wanted-name.ts";
import { dnsSubject, nameTask } from "../../core/plan/name-tasks.ts";
import { createLimiter } from "../../kube/limiter.ts";
import type { DnsZone } from "../../providers/dns/dns-provider.ts";
import { publishName } from "../../providers/dns/publish-name.ts";
import type { TaskOptions } from "../progress/run-task.ts";
import { runTask } from "../progress/run-task.ts";
import { diagnosticsOf, notPublished } from "./mesh-names.ts";

/** How the writing of one name ended. */
export interface NameOutcome {
  readonly name: string;
  /** `failed`: it has what it had, and the diagnostics say why. */
  readonly state: "unchanged" | "changed" | "failed";
  /** What it has now, where that is known. */
  readonly now?: NameOwners;
  /** Of a changed name the longest TTL of the addresses that it had, in seconds: resolvers may keep them that long. */
  readonly ttlBefore?: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** Bounds what one server is asked at once. */
const inFlight = 8;

/**
 * Writes every name, each as a task of its own. One that cannot be written
 * (ISM642, with the reason) stops no other. Rejects only when the signal fires;
 * each name then has its old or its new records.
 */
export async function publishNames(
  zone: DnsZone,
  all: readonly WantedName[],
  options: TaskOptions,
): Promise<readonly NameOutcome[]> {
  const limiter = createLimiter(inFlight);
  return Promise.all(
    all.map(async (wanted) => limiter.run(options.signal, async () => publishOne(zone, wanted, options))),
  );
}

function withoutAddress(name: string): Diagnostic {
  return {
    ...warningOf("ISM642"),
    detail: `${name} has no record: no cluster of the mesh brings an address.`,
    fix: "See which clusters count, and why others do not: isthmus dns status. A gateway gets its address from the cluster's load balancers.",
  };
}

async function publishOne(zone: DnsZone, wanted: WantedName, options: TaskOptions): Promise<NameOutcome> {
  const { name } = wanted;
  try {
    return await runTask({ ...nameTask(name), cluster: dnsSubject }, options, async (note) => {
      const { outcome, after, ttlBefore, left } = await publishName(zone, wanted, options.signal);
      note(after.addresses.length === 0 ? "no addresses" : after.addresses.join(", "));
      const empty = after.addresses.length === 0 && wanted.mayBeEmpty !== true ? [withoutAddress(name)] : [];
      const diagnostics = [...left, ...empty];
      return { name, state: outcome, now: after, ...(outcome === "changed" ? { ttlBefore } : {}), diagnostics };
    });
  } catch (error) {
    options.signal.throwIfAborted();
    return { name, state: "failed", diagnostics: [notPublished(name, diagnosticsOf(error))] };
  }
}
