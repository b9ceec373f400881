import { setTimeout as pause } from "node:timers/promises";
import { errorOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { DnsUpdate } from "../../core/front-door/dns-records.ts";
import { furtherQuestions, questionsOf, stillAsRead, type NameReading } from "../../core/front-door/name-reading.ts";
import { planName, type NameOwners, type NamePlan } from "../../core/front-door/plan-name.ts";
import type { WantedName } from "../../core/front-door/wanted-name.ts";
import type { DnsZone } from "./dns-provider.ts";
import { leftOpen } from "./left-open.ts";

/** A name that leads to what is wanted. */
export interface PublishedName {
  readonly name: string;
  readonly outcome: "unchanged" | "changed";
  readonly before: NameOwners;
  readonly after: NameOwners;
  /** The longest TTL of addresses that it had before a change, in seconds; 0 where nothing was changed, or there were none. */
  readonly ttlBefore: number;
  /** What of others stays wrong at the name, while own addresses left it. */
  readonly left: readonly Diagnostic[];
  /** How many times it was read and decided. */
  readonly attempts: number;
}

/** Enough for a dozen writers of one name at the same moment. */
const mostAttempts = 40;
/** How many times a failure after a change was sent is followed by another look. */
const mostLooks = 2;
/** How long before each of them, in milliseconds: a server is started anew within seconds. */
const lookMs = 1500;

/** Reads all that a decision about a name needs, as it is now. Throws what the zone throws. */
export async function readName(zone: DnsZone, wanted: WantedName, signal: AbortSignal): Promise<NameReading> {
  const questions = questionsOf(wanted, zone.name);
  const first = { zone: zone.name, questions, sets: await zone.read(questions, signal) };
  const more = furtherQuestions(wanted, first);
  return more.length === 0
    ? first
    : {
        zone: zone.name,
        questions: [...questions, ...more],
        sets: [...first.sets, ...(await zone.read(more, signal))],
      };
}

/**
 * What publishing the name would do now; changes nothing. A UserError: ISM637 where others change the name all the time,
 * and those of the zone; the signal's reason when aborted.
 */
export async function lookAtName(zone: DnsZone, wanted: WantedName, signal: AbortSignal): Promise<NamePlan> {
  for (let attempts = 1; attempts <= mostAttempts; attempts += 1) {
    const plan = await planOnce(zone, wanted, signal);
    if (plan !== undefined) {
      return plan;
    }
    await pauseBefore(attempts, signal);
  }
  throw tooBusy(zone, wanted);
}

/**
 * The records are read one after the other while others may write, so a plan that changes nothing counts once all that
 * was read is true at one moment: the zone is asked that by a change of nothing with prerequisites. A plan that changes
 * something has them itself. Undefined where it is not so any more.
 */
async function planOnce(zone: DnsZone, wanted: WantedName, signal: AbortSignal): Promise<NamePlan | undefined> {
  const reading = await readName(zone, wanted, signal);
  const plan = planName(wanted, reading);
  if (plan.kind === "update") {
    return plan;
  }
  const nothing = { prerequisites: stillAsRead(wanted, reading), deletes: [], adds: [] };
  return (await zone.update(nothing, signal)) === "done" ? plan : undefined;
}

/**
 * Makes a name lead to what is wanted. Other writers of it may do so at the same time: a change is done only where
 * what it was decided by is still so, and is decided anew otherwise. A connection that breaks while a change is on its
 * way is followed by another look, a few times within seconds; where none is answered, the error says that the change may
 * have been done (`leavesOpen`). A UserError: ISM635 and ISM636 with every reason why it may not be written,
 * ISM637 where others changed it each time, and those of the zone; the signal's reason when aborted.
 */
export async function publishName(zone: DnsZone, wanted: WantedName, signal: AbortSignal): Promise<PublishedName> {
  const { name } = wanted;
  let before: NameOwners | undefined;
  let left: readonly Diagnostic[] = [];
  let looks = 0;
  let ttlBefore = 0;
  for (let attempts = 1; attempts <= mostAttempts; attempts += 1) {
    const look = await lookAgain(async () => planOnce(zone, wanted, signal), looks);
    const plan = look === "unknown" || look === "changed-meanwhile" ? undefined : look;
    if (plan?.kind === "unchanged") {
      const outcome = before === undefined ? "unchanged" : "changed";
      return { name, outcome, before: before ?? plan.now, after: plan.now, ttlBefore, left, attempts };
    }
    const written = plan === undefined ? look : await write(zone, plan.update, looks, signal);
    if (plan !== undefined && written !== "changed-meanwhile") {
      before ??= plan.before;
      ttlBefore = Math.max(ttlBefore, plan.ttlBefore);
      left = plan.left;
      if (written === "done" && zone.consistency === "compare-and-swap") {
        return { name, outcome: "changed", before, after: plan.after, ttlBefore, left, attempts };
      }
    }
    looks += written === "unknown" ? 1 : 0;
    await pauseAfter(written, attempts, signal);
  }
  throw tooBusy(zone, wanted);
}

function throwRefused(plan: NamePlan | undefined): Exclude<NamePlan, { kind: "refused" }> | undefined {
  if (plan?.kind === "refused") {
    throw new UserError(plan.reasons, exitCodes.failed);
  }
  return plan;
}

type Written = "done" | "changed-meanwhile" | "unknown";

/** What is to be done, read after `looks` failures of changes; `unknown` where the server gives no answer and another look is still allowed. */
async function lookAgain(
  read: () => Promise<NamePlan | undefined>,
  looks: number,
): Promise<Exclude<NamePlan, { kind: "refused" }> | "changed-meanwhile" | "unknown"> {
  try {
    return throwRefused(await read()) ?? "changed-meanwhile";
  } catch (error) {
    if (looks > 0 && looks < mostLooks && isAway(error)) {
      return "unknown";
    }
    throw looks > 0 ? openedBy(error) : error;
  }
}

/** A failure after an earlier one, whose change may have been done. */
function openedBy(error: unknown): unknown {
  return error instanceof UserError && isAway(error)
    ? new UserError(error.diagnostics.map(leftOpen), error.exitCode, { cause: error })
    : error;
}

/** Nothing listens at the zone's server, or it does not answer. */
function isAway(error: unknown): error is UserError {
  return error instanceof UserError && error.diagnostics.some(({ code }) => code === "ISM630" || code === "ISM631");
}

/** Changes the zone; `unknown` where the change was sent, or one before it, no answer came, and another look is still allowed after `looks` of them. */
async function write(zone: DnsZone, update: DnsUpdate, looks: number, signal: AbortSignal): Promise<Written> {
  try {
    return await zone.update(update, signal);
  } catch (error) {
    const isUncertain = error instanceof UserError && error.diagnostics.some(({ code }) => code === "ISM631");
    if ((isUncertain || (looks > 0 && isAway(error))) && looks < mostLooks) {
      return "unknown";
    }
    throw looks > 0 ? openedBy(error) : error;
  }
}

async function pauseAfter(written: Written | NamePlan, attempts: number, signal: AbortSignal): Promise<void> {
  if (written === "unknown") {
    await pause(lookMs, undefined, { signal });
  } else if (written !== "done") {
    await pauseBefore(attempts, signal);
  }
}

/** Lets others come to their end: longer each time, and not as long for each of those who wait. */
async function pauseBefore(attempts: number, signal: AbortSignal): Promise<void> {
  await pause(Math.random() * Math.min(1000, 20 * 2 ** Math.min(attempts, 6)), undefined, { signal });
}

function tooBusy(zone: DnsZone, { name }: WantedName): UserError {
  return new UserError(
    [
      {
        ...errorOf("ISM637"),
        detail: `${name} was changed by somebody else each of the ${mostAttempts} times that isthmus had read it (${zone.where}).`,
        fix: "Run the same command again. Where it stays so, see who writes the name: the log of the DNS server has each change with its key.",
      },
    ],
    exitCodes.tryAgain,
  );
}
