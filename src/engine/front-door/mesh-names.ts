import { leavesOpen } from "../../providers/dns/left-open.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { NameReading } from "../../core/front-door/name-reading.ts";
import type { NamesPlan, PlannedName } from "../../core/front-door/names-plan.ts";
import { describeName } from "../../core/front-door/names-plan.ts";
import { planName } from "../../core/front-door/plan-name.ts";
import { readNameState } from "../../core/front-door/name-state.ts";
import type { NameDecision } from "../../core/front-door/want-names.ts";
import { createLimiter } from "../../kube/limiter.ts";
import type { DnsZone } from "../../providers/dns/dns-provider.ts";
import { readName } from "../../providers/dns/publish-name.ts";

type Decided = Pick<NameDecision, "wanted" | "standings">;

/** Bounds what one server is asked at once. */
const inFlight = 8;

/**
 * What the records of all names are and would become. A server that does not
 * answer is said at each name (`unread`), so that nobody takes a name for one
 * that is not there. Rejects only when the signal fires.
 */
export async function planNames(zone: DnsZone, decisions: readonly Decided[], signal: AbortSignal): Promise<NamesPlan> {
  const limiter = createLimiter(inFlight);
  const names = await Promise.all(
    decisions.map(async (decision) => limiter.run(signal, async () => planOne(zone, decision, signal))),
  );
  return { zone: zone.name, where: zone.where, names };
}

async function planOne(zone: DnsZone, decision: Decided, signal: AbortSignal): Promise<PlannedName> {
  const about = describeName(decision);
  try {
    return { ...about, ...judge(decision, await readName(zone, decision.wanted, signal)) };
  } catch (error) {
    signal.throwIfAborted();
    return { ...about, kind: "unread", diagnostics: diagnosticsOf(error) };
  }
}

type Judged = PlannedName extends infer One
  ? One extends PlannedName
    ? Omit<One, "name" | "standings">
    : never
  : never;

function judge({ wanted }: Decided, reading: NameReading): Judged {
  const plan = planName(wanted, reading);
  switch (plan.kind) {
    case "unchanged":
      return { kind: "unchanged", now: plan.now };
    case "update":
      return { kind: "update", now: plan.before, after: plan.after, diagnostics: plan.left };
    case "refused": {
      const { claims, addresses } = readNameState(wanted, reading);
      return { kind: "refused", now: { claims, addresses }, diagnostics: plan.reasons };
    }
  }
}

/** What a failure of a DNS server says; anything else is a mistake of ours and goes on. */
export function diagnosticsOf(error: unknown): readonly Diagnostic[] {
  if (error instanceof UserError) {
    return error.diagnostics;
  }
  throw error;
}

/** That a name was not written, for what is done without it. */
export function notPublished(name: string, [why]: readonly Diagnostic[]): Diagnostic {
  return {
    ...errorOf("ISM642"),
    detail: `${name} ${why !== undefined && leavesOpen(why) ? "may not have been written" : "was not written and has what it had"}: ${why?.detail ?? "the DNS server gave no reason."}`,
    fix: why?.fix ?? "Run isthmus dns sync when the DNS server answers again.",
    ...(why?.range === undefined ? {} : { range: why.range }),
  };
}
