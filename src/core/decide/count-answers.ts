/** Counters of one endpoint of a proxy: see Envoy's `/clusters`. */
export interface EndpointCounters {
  /** Answers below 500. */
  readonly success: number;
  /** Attempts that ended with 500 and above, a reset or a time-out. */
  readonly error: number;
}

/** What the proxies of an ingress have counted, at one moment. */
export interface CounterReading {
  /** Version → proxy and endpoint → counters. */
  readonly versions: Readonly<Record<string, ReadonlyMap<string, EndpointCounters>>>;
  /** How often the proxies have changed clusters or their endpoints; each change may begin counters anew. */
  readonly changes: number;
}

/** What the one who sent the requests knows of their ends. */
export interface SentRequests {
  /** Answers of applications below 500. */
  readonly answered: number;
  /** Answers of applications of 500 and above. */
  readonly answeredError: number;
  /** Requests that no application answered. */
  readonly unanswered: number;
}

export interface CountedAnswers {
  /**
   * `counted`: each request is with one version, or in `unattributed`.
   * `restarted`: counters began anew meanwhile, or may have. `others`: the versions got more
   * answers than were asked for, so somebody else asked too. `elsewhere`: they
   * got fewer, so something else answered.
   */
  readonly kind: "counted" | "restarted" | "others" | "elsewhere";
  /** Version → requests that went to it. */
  readonly answers: Readonly<Record<string, number>>;
  /** Requests of which it is not known which version they went to. */
  readonly unattributed: number;
  /** Answers that the versions' endpoints gave, whoever asked. */
  readonly seen: number;
}

/**
 * How many requests each version got, one for each request and not one for
 * each attempt, from an ingress proxy's counters before and after.
 *
 * Envoy counts attempts: a request that is retried twice is three. A retry
 * never leaves its version, and it ends with at most one answer below 500, so
 * those are counted by `success`. Answers of 500 and above are attempts too;
 * they are attributed when there are as many as requests that ended so, or
 * when one version alone has some.
 */
export function countAnswers(before: CounterReading, after: CounterReading, sent: SentRequests): CountedAnswers {
  const differences = Object.keys(after.versions).map((version) =>
    difference(version, before.versions[version], after.versions[version]),
  );
  const success = sum(differences.map((one) => one.success));
  const error = sum(differences.map((one) => one.error));
  const answers = (of: (one: Difference) => number): Readonly<Record<string, number>> =>
    Object.fromEntries(differences.map((one) => [one.version, of(one)]));
  const lost = sent.answeredError + sent.unanswered;
  const base = { seen: success, unattributed: lost, answers: answers((one) => one.success) };
  if (differences.some((one) => one.restarted)) {
    return { ...base, kind: "restarted" };
  }
  if (success !== sent.answered && after.changes !== before.changes) {
    // A counter that began anew and has passed its old value again looks like one that went on.
    return { ...base, kind: "restarted" };
  }
  if (success !== sent.answered) {
    return { ...base, kind: success > sent.answered ? "others" : "elsewhere" };
  }
  if (error === lost) {
    return { ...base, kind: "counted", answers: answers((one) => one.success + one.error), unattributed: 0 };
  }
  const failing = differences.filter((one) => one.error > 0);
  if (failing.length === 1 && sent.answeredError > 0) {
    const all = answers((one) => one.success + (one === failing[0] ? sent.answeredError : 0));
    return { ...base, kind: "counted", answers: all, unattributed: sent.unanswered };
  }
  return { ...base, kind: "counted" };
}

interface Difference extends EndpointCounters {
  readonly version: string;
  readonly restarted: boolean;
}

function difference(
  version: string,
  before: ReadonlyMap<string, EndpointCounters> = new Map(),
  after: ReadonlyMap<string, EndpointCounters> = new Map(),
): Difference {
  const changes = [...after].map(([key, now]) => ({
    // An endpoint that is new has counted from nothing.
    success: now.success - (before.get(key)?.success ?? 0),
    error: now.error - (before.get(key)?.error ?? 0),
  }));
  return {
    version,
    success: sum(changes.map((one) => one.success)),
    error: sum(changes.map((one) => one.error)),
    restarted:
      [...before.keys()].some((key) => !after.has(key)) || changes.some((one) => one.success < 0 || one.error < 0),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
