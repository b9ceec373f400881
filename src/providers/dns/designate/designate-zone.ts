import { setTimeout as pause } from "node:timers/promises";
import { errorOf } from "../../../core/diagnostics/coded.ts";
import { exitCodes } from "../../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../../core/diagnostics/user-error.ts";
import type { DnsPrerequisite, DnsRecordSet, DnsRecordType, DnsUpdate } from "../../../core/front-door/dns-records.ts";
import { letEnd } from "../../../kube/let-end.ts";
import type { DnsZone } from "../dns-provider.ts";
import { sameMembers } from "../same-members.ts";
import { createCaller } from "./designate-caller.ts";
import { createSessions } from "./keystone.ts";
import type { OpenStackAccess } from "./openstack-access.ts";
import { createDesignateApi, type DesignateApi, type StoredSet } from "./record-sets.ts";
import { createSend } from "./send.ts";

export interface DesignateSettings extends OpenStackAccess {
  /** In lower case, without the last dot. */
  readonly zone: string;
  /** Milliseconds; how long a writer may take before another one takes its turn. 60,000 without. */
  readonly turnMs?: number;
}

/**
 * A zone of OpenStack Designate. Its API changes one record set at a time and knows no prerequisites. Writers of
 * isthmus take turns by a record set that one of them can make (`_isthmus-lock` in the zone), check the prerequisites by
 * reading, and write in an order in which each step leaves every address with an owner: owners come first and
 * go last. Other programs do not take turns, so that what came of it is read back (docs/adr/0028).
 */
export function designateZone(settings: DesignateSettings): DnsZone {
  const { zone, authUrl, turnMs = 60_000 } = settings;
  const send = createSend(settings);
  const api = createDesignateApi(zone, createCaller(createSessions(settings, send, Date.now), send));
  return {
    name: zone,
    where: `Designate of ${authUrl}`,
    consistency: "read-back",
    probe: async (signal) => {
      const { serial } = await api.zone(signal);
      return serial === undefined ? {} : { serial };
    },
    read: async (questions, signal) => {
      const sets = await api.list(
        questions.map((one) => one.name),
        signal,
      );
      return sets
        .filter(
          (set) => set.type === "CNAME" || questions.some((one) => one.name === set.name && one.type === set.type),
        )
        .map(({ name, type, ttlSeconds, values }) => ({ name, type, ttlSeconds, values }));
    },
    update: async (update, signal) => {
      if (update.deletes.length === 0 && update.adds.length === 0) {
        return holds(update, await namesOf(api, update, signal)) ? "done" : "changed-meanwhile";
      }
      return await inTurn(api, { zone, turnMs, signal }, async (checkTurn) => {
        const sets = await namesOf(api, update, signal);
        if (!holds(update, sets)) {
          return "changed-meanwhile";
        }
        for (const step of stepsOf(update, sets)) {
          checkTurn();
          if (!(await carryOut(api, step, signal))) {
            return "changed-meanwhile";
          }
        }
        return "done";
      });
    },
  };
}

async function namesOf(api: DesignateApi, update: DnsUpdate, signal: AbortSignal): Promise<readonly StoredSet[]> {
  const all = [...update.prerequisites, ...update.deletes, ...update.adds];
  return await api.list(
    all.map((one) => one.name),
    signal,
  );
}

function holds({ prerequisites }: DnsUpdate, sets: readonly StoredSet[]): boolean {
  return prerequisites.every((one: DnsPrerequisite) => {
    const set = sets.find(({ name, type }) => name === one.name && type === one.type);
    return one.kind === "absent" ? set === undefined : set !== undefined && sameMembers(set.values, one.values);
  });
}

/** What a set becomes; without values it goes. */
interface Step {
  readonly now: StoredSet | undefined;
  readonly next: DnsRecordSet;
}

/** Owners with what they had and get, then addresses, then owners with what they get: whoever is killed in between leaves no address without an owner. */
function stepsOf(update: DnsUpdate, sets: readonly StoredSet[]): readonly Step[] {
  const changes = [...update.deletes, ...update.adds];
  const keys = [...new Map(changes.map(({ name, type }) => [`${type} ${name}`, { name, type }])).values()];
  const texts = keys.filter(({ type }) => type === "TXT");
  const stepOf = ({ name, type }: { name: string; type: DnsRecordType }, keepsOld: boolean): Step => {
    const now = sets.find((one) => one.name === name && one.type === type);
    const deletes = update.deletes.filter((one) => one.name === name && one.type === type).map((one) => one.value);
    const adds = update.adds.filter((one) => one.name === name && one.type === type);
    const old = (now?.values ?? []).filter((value) => keepsOld || !deletes.includes(value));
    const values = [...new Set([...old, ...adds.map((one) => one.value)])];
    return { now, next: { name, type, ttlSeconds: adds[0]?.ttlSeconds ?? now?.ttlSeconds ?? 0, values } };
  };
  const first = texts.map((one) => stepOf(one, true));
  const then = keys.filter(({ type }) => type !== "TXT").map((one) => stepOf(one, false));
  const last = texts.map((one) => stepOf(one, false));
  const isChange = ({ now, next }: Step): boolean =>
    !sameMembers(now?.values ?? [], next.values) || (now !== undefined && now.ttlSeconds !== next.ttlSeconds);
  const early = first.filter(isChange);
  return [...early, ...then.filter(isChange), ...last.filter((one) => isLeft(one, early))];
}

/** True where the first step for the set was not all of it. */
function isLeft({ now, next }: Step, early: readonly Step[]): boolean {
  const done = early.find((one) => one.next.name === next.name)?.next.values ?? now?.values ?? [];
  return !sameMembers(done, next.values);
}

/** False where somebody else has made or taken away the set meanwhile. */
async function carryOut(api: DesignateApi, { now, next }: Step, signal: AbortSignal): Promise<boolean> {
  // The set may have been made by an earlier step.
  const [known] =
    now === undefined ? (await api.list([next.name], signal)).filter((one) => one.type === next.type) : [now];
  if (known === undefined) {
    return next.values.length === 0 || (await api.create(next, signal));
  }
  await (next.values.length === 0 ? api.remove(known.id, signal) : api.replace(known.id, next, signal));
  return true;
}

interface Turn {
  readonly zone: string;
  readonly turnMs: number;
  readonly signal: AbortSignal;
}

/**
 * Runs `work` while no other isthmus writes the zone. One that died in its turn is passed over when its time is up,
 * by the service's own clock. `changed-meanwhile` where the turn does not come.
 */
async function inTurn<T>(
  api: DesignateApi,
  turn: Turn,
  work: (checkTurn: () => void) => Promise<T>,
): Promise<T | "changed-meanwhile"> {
  const own = await takeTurn(api, turn);
  if (own === undefined) {
    return "changed-meanwhile";
  }
  const { zone, turnMs } = turn;
  const begun = Date.now();
  try {
    return await work(() => {
      if (Date.now() - begun > turnMs / 2) {
        throw tooSlow(zone, turnMs);
      }
    });
  } finally {
    if (own.lock !== undefined) {
      // Also after Ctrl-C: the next writer would have to wait.
      await api.remove(own.lock.id, AbortSignal.timeout(5000)).catch(() => undefined);
    }
  }
}

interface Ask {
  readonly isOurs: boolean;
  /** Undefined where it was taken away meanwhile. */
  readonly lock: StoredSet | undefined;
}

/** The lock that was made; undefined where the turn does not come. */
async function takeTurn(api: DesignateApi, { zone, turnMs, signal }: Turn): Promise<Ask | undefined> {
  const until = Date.now() + turnMs * 1.5;
  for (;;) {
    const { isOurs, lock } = await letEnd(signal, async (late) => askForTurn(api, zone, late));
    if (isOurs) {
      return { isOurs, lock };
    }
    if (lock !== undefined && api.clock() - lock.createdAt > turnMs) {
      // By its id: a lock that somebody else has just made has another one.
      await api.remove(lock.id, signal);
    } else if (Date.now() > until) {
      return undefined;
    } else {
      await pause(100 + Math.random() * 200, undefined, { signal });
    }
  }
}

async function askForTurn(api: DesignateApi, zone: string, signal: AbortSignal): Promise<Ask> {
  const name = `_isthmus-lock.${zone}`;
  const isOurs = await api.create({ name, type: "TXT", ttlSeconds: 60, values: ['"heritage=isthmus-lock"'] }, signal);
  const [lock] = (await api.list([name], signal)).filter((one) => one.type === "TXT");
  return { isOurs, lock };
}

function tooSlow(zone: string, turnMs: number): UserError {
  return new UserError(
    [
      {
        ...errorOf("ISM631"),
        detail: `Designate took more than ${turnMs / 2000} s for a part of a change of ${zone}. The rest was not sent, since another isthmus may soon take its turn.`,
        fix: "Run the same command again: it goes on where this one stopped.",
      },
    ],
    exitCodes.tryAgain,
  );
}
