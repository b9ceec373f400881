import type { LookedTries, Unanswered } from "../../core/decide/answer-times.ts";
import { countAnswerTimes, noneUnanswered } from "../../core/decide/answer-times.ts";
import type { TryCounts } from "../../core/decide/error-gate.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { Service } from "../../core/model/mesh.ts";
import type { OpenClients } from "../clusters/open-clients.ts";
import type { KeptTimes } from "../facts/answer-times.ts";
import { readKeptTimes } from "../facts/answer-times.ts";
import { listIngressPods } from "../facts/ingress-endpoints.ts";
import type { EndpointTries, TryReading } from "../facts/read-tries.ts";
import { countedBetween, readTries } from "../facts/read-tries.ts";
import type { RunOptions } from "../options.ts";
import { diagnoseFailure } from "../progress/diagnose-failure.ts";

/** What pods of a cluster's ingress gateway keep of times. */
export interface ClusterTimes {
  readonly cluster: string;
  /** The kubeconfig context. */
  readonly context: string;
  readonly pods: readonly KeptTimes[];
}

/** A cluster whose ingress gateway could not be asked. */
export interface UnreadCluster {
  readonly cluster: string;
  readonly diagnostic: Diagnostic;
}

/** What of which service is counted. */
interface Counted {
  readonly service: Service;
  readonly limitMs: number | undefined;
}

/** Version → what came since the last look, for each gate. */
type Look = Readonly<Record<"errors" | "times", Readonly<Record<string, TryCounts>>>>;

const nothing: Look = { errors: {}, times: {} };

/** One cluster's counters from look to look. */
export class WatchedCluster {
  readonly name: string;
  note: ((text: string) => void) | undefined;
  readonly #one: OpenClients["clients"][number];
  readonly #counted: Counted;
  readonly #options: Pick<RunOptions, "now" | "signal">;
  #last: { readonly reading: TryReading; readonly at: number } | undefined;
  #hasCounted = false;
  /** Version → its tries without an answer in this step. */
  #unanswered: Readonly<Record<string, Unanswered>> = {};
  /** Of the last look. */
  #problem: Diagnostic | undefined;
  /** The last one of the step. */
  #lastProblem: Diagnostic | undefined;

  constructor(one: OpenClients["clients"][number], counted: Counted, options: Pick<RunOptions, "now" | "signal">) {
    this.name = one.one.cluster.name;
    this.#one = one;
    this.#counted = counted;
    this.#options = options;
  }

  /** What the ingress gateway's pods keep of times; no pod where that is not asked, and where they do not say it: then the looks do not either. */
  async keptTimes(): Promise<ClusterTimes> {
    const { service, limitMs } = this.#counted;
    const { signal } = this.#options;
    const { one, client } = this.#one;
    const named = { cluster: this.name, context: one.context.context };
    if (limitMs === undefined) {
      return { ...named, pods: [] };
    }
    try {
      const pods = await listIngressPods({ cluster: one.cluster, client }, signal);
      const kept = pods.map(async (pod) => readKeptTimes(client, pod, { service, signal }));
      return { ...named, pods: await Promise.all(kept) };
    } catch {
      signal.throwIfAborted();
      return { ...named, pods: [] };
    }
  }

  beginStep(): void {
    this.#hasCounted = false;
    this.#unanswered = {};
  }

  /** What came since the last look; nothing at the first one, and where it cannot be asked. */
  async look(): Promise<Look> {
    const { service, limitMs } = this.#counted;
    const { now, signal } = this.#options;
    try {
      const { one, client } = this.#one;
      const reading = await readTries({ cluster: one.cluster, client }, service, { limitMs, signal });
      const before = this.#last;
      this.#last = { reading, at: now() };
      this.#hasCounted ||= before !== undefined;
      this.#problem = undefined;
      return before === undefined ? nothing : this.#count(before, this.#last);
    } catch (error) {
      signal.throwIfAborted();
      [this.#problem] = await diagnoseFailure(error, this.name, "reading what the ingress gateway has counted");
      this.#lastProblem = this.#problem;
      return nothing;
    }
  }

  #count(before: { readonly reading: TryReading; readonly at: number }, after: typeof before): Look {
    const errors = countedBetween(before.reading.tries, after.reading.tries);
    const { limitMs } = this.#counted;
    if (limitMs === undefined) {
      return { errors, times: {} };
    }
    const times = countedBetween(before.reading.times, after.reading.times);
    const looked = Object.entries(errors).map(([version, tries]) => {
      const look = lookedTries(tries, times[version], after.at - before.at);
      return [version, countAnswerTimes(this.#unanswered[version] ?? noneUnanswered, look, limitMs)] as const;
    });
    this.#unanswered = Object.fromEntries(looked.map(([version, { unanswered }]) => [version, unanswered]));
    return { errors, times: Object.fromEntries(looked.map(([version, { tries }]) => [version, tries])) };
  }

  tell(text: string): void {
    this.note?.(this.#problem === undefined ? text : `could not be asked: ${this.#problem.summary}`);
  }

  /** The problem of a cluster that has told nothing in the step, or does not at its end. */
  unread(): readonly UnreadCluster[] {
    const diagnostic = this.#problem ?? (this.#hasCounted ? undefined : this.#lastProblem);
    return diagnostic === undefined ? [] : [{ cluster: this.name, diagnostic }];
  }
}

function lookedTries(tries: EndpointTries, times: TryCounts | undefined, elapsedMs: number): LookedTries {
  const { answered, failed, begun, timedOut } = tries;
  return {
    inTime: times?.answered ?? 0,
    late: times?.failed ?? 0,
    timedOut,
    begun,
    ended: answered + failed,
    elapsedMs,
  };
}
