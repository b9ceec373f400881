import { setTimeout as pause } from "node:timers/promises";
import type { CounterReading, EndpointCounters } from "../../core/decide/count-answers.ts";
import { countAnswers } from "../../core/decide/count-answers.ts";
import type { ProxyEndpoint } from "../facts/proxy-endpoints.ts";
import type { MeasureInput, SplitMeasurement } from "./measure-split.ts";
import { readCounters, untilKnown } from "./measure-split.ts";
import type { Connection } from "./open-connection.ts";

export interface ConnectInput extends Pick<MeasureInput, "client" | "listPods" | "service"> {
  /** What messages name: `tls://www.example.org:443`. */
  readonly url: string;
  /** How many connections are opened, at least 1. */
  readonly connections: number;
  /** Opens the connection of that number, from 0; rejects only when the signal fires. */
  readonly open: (number: number, signal: AbortSignal) => Promise<Connection>;
}

/** Each is a tunnel where callers inside are asked for. */
const atATime = 32;
const pollMs = 100;
/** A little longer than Istio gives a connection to come about: what a proxy has not counted then, it gave to nobody. */
const longestMs = 12_000;

/**
 * Opens a bounded number of connections and counts which version each went to,
 * by the proxies' own counters: a proxy that leads connections on makes one of
 * its own for each, and counts at the endpoint those that came about
 * (docs/adr/0039). Nothing is sent over them. Where the counters do not add up
 * everything is opened again, three times in all at most.
 */
export async function measureConnections(
  input: ConnectInput,
  { signal }: { readonly signal: AbortSignal },
): Promise<SplitMeasurement> {
  return untilKnown(async (attempt) => measureOnce(input, attempt, signal));
}

async function measureOnce(input: ConnectInput, attempt: number, signal: AbortSignal): Promise<SplitMeasurement> {
  const read = async (): Promise<CounterReading> => readCounters(input, await input.listPods(), signal, connectionsOf);
  const before = await read();
  const failures = new Map<string, number>();
  let after = before;
  for (let number = 0; number < input.connections; number += atATime) {
    const count = Math.min(atATime, input.connections - number);
    const held = await Promise.all(Array.from({ length: count }, async (_, at) => input.open(number + at, signal)));
    try {
      after = await untilCounted(held, { read, before: after, signal });
    } finally {
      held.forEach(({ close }) => close());
    }
    for (const reason of held.flatMap(({ broken }) => broken() ?? [])) {
      failures.set(reason, (failures.get(reason) ?? 0) + 1);
    }
  }
  const isWatched = (await input.listPods()).length > 0;
  const { counted, unanswered } = reckon(input.connections, { before, after, failures });
  return {
    url: input.url,
    requests: input.connections,
    attempts: attempt,
    tally: {
      sent: input.connections,
      answered: input.connections - unanswered,
      answeredError: 0,
      unanswered,
      statuses: {},
      failures: unanswered === 0 ? [] : [...failures].map(([reason, count]) => ({ reason, count })),
    },
    ...counted,
    kind: isWatched ? counted.kind : "unwatched",
    takenBy: [],
    details: [],
  };
}

/** An application may end at once what it has got: where every connection came about, none has failed. */
function reckon(
  sent: number,
  {
    before,
    after,
    failures,
  }: {
    readonly before: CounterReading;
    readonly after: CounterReading;
    readonly failures: ReadonlyMap<string, number>;
  },
): { readonly counted: ReturnType<typeof countAnswers>; readonly unanswered: number } {
  const count = (unanswered: number): ReturnType<typeof countAnswers> =>
    countAnswers(before, after, { answered: sent - unanswered, answeredError: 0, unanswered });
  const whole = count(0);
  const lost = [...failures.values()].reduce((sum, one) => sum + one, 0);
  return whole.kind === "counted" || lost === 0
    ? { counted: whole, unanswered: 0 }
    : { counted: count(lost), unanswered: lost };
}

/** Connections that came about, which a proxy counts as requests given to the endpoint, and such that did not. */
function connectionsOf({ counters, connections }: ProxyEndpoint): EndpointCounters {
  return { success: counters.total, error: connections.failed };
}

/** The counters as soon as they have all connections that are not broken. */
async function untilCounted(
  held: readonly Connection[],
  {
    read,
    before,
    signal,
  }: { readonly read: () => Promise<CounterReading>; readonly before: CounterReading; readonly signal: AbortSignal },
): Promise<CounterReading> {
  const until = Date.now() + longestMs;
  for (;;) {
    const now = await read();
    const whole = held.filter(({ broken }) => broken() === undefined).length;
    const { seen } = countAnswers(before, now, { answered: 0, answeredError: 0, unanswered: 0 });
    if (seen >= whole || Date.now() > until) {
      return now;
    }
    await pause(pollMs, undefined, { signal });
  }
}
