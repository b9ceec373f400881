import { setTimeout as pause } from "node:timers/promises";
import { errorOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { furtherQuestions, questionsOf, type NameReading } from "../../core/front-door/name-reading.ts";
import { planName, type NameOwners, type NamePlan } from "../../core/front-door/plan-name.ts";
import type { WantedName } from "../../core/front-door/wanted-name.ts";
import type { DnsZone } from "./dns-provider.ts";

/** A name that leads to what is wanted. */
export interface PublishedName {
  readonly name: string;
  readonly outcome: "unchanged" | "changed";
  readonly before: NameOwners;
  readonly after: NameOwners;
  /** What of others stays wrong at the name, while own addresses left it. */
  readonly left: readonly Diagnostic[];
  /** How many times it was read and decided. */
  readonly attempts: number;
}

/** Enough for a dozen writers of one name at the same moment. */
const mostAttempts = 40;
/** How many times a failure after a change was sent is followed by another look. */
const mostLooks = 2;

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

/** What publishing the name would do now; changes nothing. Throws what the zone throws. */
export async function lookAtName(zone: DnsZone, wanted: WantedName, signal: AbortSignal): Promise<NamePlan> {
  return planName(wanted, await readName(zone, wanted, signal));
}

/**
 * Makes a name lead to what is wanted. Other writers of it may do so at the same time: a change is done only where
 * what it was decided by is still so, and is decided anew otherwise. A connection that breaks while a change is on its
 * way is followed by another look. A UserError: ISM635 and ISM636 with every reason why it may not be written,
 * ISM637 where others changed it each time, and those of the zone; the signal's reason when aborted.
 */
export async function publishName(zone: DnsZone, wanted: WantedName, signal: AbortSignal): Promise<PublishedName> {
  let before: NameOwners | undefined;
  let left: readonly Diagnostic[] = [];
  let looks = 0;
  for (let attempts = 1; attempts <= mostAttempts; attempts += 1) {
    const plan = await lookAtName(zone, wanted, signal);
    if (plan.kind === "refused") {
      throw new UserError(plan.reasons, exitCodes.failed);
    }
    if (plan.kind === "unchanged") {
      const outcome = before === undefined ? "unchanged" : "changed";
      return { name: wanted.name, outcome, before: before ?? plan.now, after: plan.now, left, attempts };
    }
    try {
      const result = await zone.update(plan.update, signal);
      if (result === "done" && zone.consistency === "compare-and-swap") {
        const { after } = plan;
        return {
          name: wanted.name,
          outcome: "changed",
          before: before ?? plan.before,
          after,
          left: plan.left,
          attempts,
        };
      }
      if (result === "done") {
        before ??= plan.before;
        left = plan.left;
        continue;
      }
    } catch (error) {
      looks += 1;
      if (!isUncertain(error) || looks > mostLooks) {
        throw error;
      }
      before ??= plan.before;
      left = plan.left;
    }
    await pause(Math.random() * Math.min(1000, 20 * 2 ** Math.min(attempts, 6)), undefined, { signal });
  }
  throw tooBusy(zone, wanted);
}

/** True where a change was sent and no answer came: it may have been done. */
function isUncertain(error: unknown): boolean {
  return error instanceof UserError && error.diagnostics.some((one) => one.code === "ISM631");
}

function tooBusy(zone: DnsZone, { name }: WantedName): UserError {
  return new UserError(
    [
      {
        ...errorOf("ISM637"),
        detail: `${name} was changed by somebody else each of the ${mostAttempts} times that isthmus had read it and was about to write it (${zone.where}).`,
        fix: "Run the same command again. Where it stays so, see who writes the name: the log of the DNS server has each change with its key.",
      },
    ],
    exitCodes.tryAgain,
  );
}
