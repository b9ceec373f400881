import type { LeftTries, LookedTries } from "../../core/decide/answer-times.ts";
import { countAnswerTimes } from "../../core/decide/answer-times.ts";
import type { TryCounts } from "../../core/decide/error-gate.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import type { Service } from "../../core/model/mesh.ts";
import { withinClusterTime } from "../clusters/cluster-time.ts";
import type { OpenClients } from "../clusters/open-clients.ts";
import type { KeptTimes } from "../facts/answer-times.ts";
import { readKeptTimes } from "../facts/answer-times.ts";
import type { IngressPod } from "../facts/ingress-endpoints.ts";
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

/** A cluster whose ingress gateway did not tell everything. */
export interface UnreadCluster {
  readonly cluster: string;
  readonly diagnostic: Diagnostic;
  /** What it did not tell: anything, or how long answers took. */
  readonly of: "all" | "times";
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
  readonly #options: Pick<RunOptions, "now" | "signal" | "clusterTimeoutMs">;
  #last: { readonly reading: TryReading; readonly at: number } | undefined;
  #hasCounted = false;
  /** Pod → what it keeps of times, once it has said it. */
  readonly #kept = new Map<string, KeptTimes>();
  /** Version → the most of its tries that waited for too long in this step. */
  #waiting: Readonly<Record<string, number>> = {};
  /** Version → its tries and those that clients left, in this step and since the beginning. */
  #left: Readonly<Record<"step" | "all", Readonly<Record<string, LeftTries>>>> = { step: {}, all: {} };
  /** Of the last look. */
  #problem: Diagnostic | undefined;
  /** The last one of the step. */
  #lastProblem: Diagnostic | undefined;

  constructor(
    one: OpenClients["clients"][number],
    counted: Counted,
    options: Pick<RunOptions, "now" | "signal" | "clusterTimeoutMs">,
  ) {
    this.name = one.one.cluster.name;
    this.#one = one;
    this.#counted = counted;
    this.#options = options;
  }

  /** What the ingress gateway's pods keep of times; those are absent that do not say it now, and are asked again with each look. */
  async keptTimes(): Promise<ClusterTimes> {
    const { limitMs } = this.#counted;
    const { one, client } = this.#one;
    if (limitMs !== undefined) {
      try {
        await withinClusterTime(one, this.#options, async (signal) =>
          this.#askPods(await listIngressPods({ cluster: one.cluster, client }, signal), signal),
        );
      } catch {
        this.#options.signal.throwIfAborted();
      }
    }
    return { cluster: this.name, context: one.context.context, pods: [...this.#kept.values()] };
  }

  /** Asks pods what they keep that have not said it yet. */
  async #askPods(pods: readonly IngressPod[], signal: AbortSignal): Promise<void> {
    const { service } = this.#counted;
    const { client } = this.#one;
    const unasked = pods.filter(({ name }) => !this.#kept.has(name));
    const asked = await Promise.allSettled(unasked.map(async (pod) => readKeptTimes(client, pod, { service, signal })));
    signal.throwIfAborted();
    asked.forEach((one) => {
      if (one.status === "fulfilled") {
        this.#kept.set(one.value.pod.name, one.value);
      }
    });
  }

  beginStep(): void {
    this.#hasCounted = false;
    this.#waiting = {};
    this.#left = { ...this.#left, step: {} };
  }

  /** What came since the last look; nothing at the first one, and where it cannot be asked. */
  async look(): Promise<Look> {
    const { service, limitMs } = this.#counted;
    const { now } = this.#options;
    try {
      const { one, client } = this.#one;
      const reading = await withinClusterTime(one, this.#options, async (signal) => {
        const found = await readTries({ cluster: one.cluster, client }, service, { limitMs, signal });
        await (limitMs === undefined ? undefined : this.#askPods(found.pods, signal));
        return found;
      });
      const before = this.#last;
      this.#last = { reading, at: now() };
      this.#hasCounted ||= before !== undefined;
      this.#problem = undefined;
      return before === undefined ? nothing : this.#count(before, this.#last);
    } catch (error) {
      this.#options.signal.throwIfAborted();
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
    const counted = Object.entries(errors).map(([version, tries]) => {
      const look = lookedTries(tries, times[version], {
        open: openOf(after.reading, version),
        elapsedMs: after.at - before.at,
      });
      return [version, countAnswerTimes(this.#waiting[version] ?? 0, look, limitMs)] as const;
    });
    this.#waiting = Object.fromEntries(counted.map(([version, { waiting }]) => [version, waiting]));
    this.#left = { step: addLeft(this.#left.step, errors), all: addLeft(this.#left.all, errors) };
    return { errors, times: Object.fromEntries(counted.map(([version, { tries }]) => [version, tries])) };
  }

  /**
   * A version's tries of this step, or of the whole watch, and those that
   * clients left. An answer that goes on for long is an answer, and leaves the
   * count of both when it ends in another step.
   */
  leftOf(version: string, since: "step" | "all"): LeftTries {
    const none = { begun: 0, left: 0 };
    const all = this.#left.all[version] ?? none;
    const step = this.#left.step[version] ?? none;
    return since === "all" ? all : { begun: step.begun, left: Math.max(0, Math.min(step.left, all.left)) };
  }

  tell(text: string): void {
    this.note?.(this.#problem === undefined ? text : `could not be asked: ${this.#problem.summary}`);
  }

  /** The problem of a cluster that has told nothing in the step, or does not at its end; and of pods that do not tell their times. */
  unread(): readonly UnreadCluster[] {
    const diagnostic = this.#problem ?? (this.#hasCounted ? undefined : this.#lastProblem);
    if (diagnostic !== undefined) {
      return [{ cluster: this.name, diagnostic, of: "all" }];
    }
    const pods = this.#counted.limitMs === undefined ? [] : (this.#last?.reading.pods ?? []);
    const silent = pods.filter(({ name }) => this.#kept.get(name)?.lacks !== undefined || !this.#kept.has(name));
    return silent.length === 0 ? [] : [{ cluster: this.name, diagnostic: describeSilent(silent), of: "times" }];
  }
}

function describeSilent(pods: readonly IngressPod[]): Diagnostic {
  const names = pods.map(({ namespace, name }) => `${namespace}/${name}`).join(", ");
  return {
    ...errorOf("ISM791"),
    detail: `No times of ${names}: it keeps none, or could not be asked whether it does.`,
  };
}

function lookedTries(
  { begun, timedOut }: EndpointTries,
  times: TryCounts | undefined,
  now: Pick<LookedTries, "open" | "elapsedMs">,
): LookedTries {
  return { inTime: times?.answered ?? 0, late: times?.failed ?? 0, timedOut, begun, ...now };
}

function openOf({ tries }: TryReading, version: string): number {
  return [...tries].reduce((sum, [key, { open }]) => sum + (key.startsWith(`${version} `) ? open : 0), 0);
}

/** What began and neither ended nor is open: its client has left. Connections that did not come about are failures that never began, and hide as many. */
function addLeft(
  known: Readonly<Record<string, LeftTries>>,
  counted: Readonly<Record<string, EndpointTries>>,
): Readonly<Record<string, LeftTries>> {
  const sums = Object.entries(counted).map(([version, { begun, answered, failed, open }]) => {
    const before = known[version] ?? { begun: 0, left: 0 };
    return [version, { begun: before.begun + begun, left: before.left + begun - answered - failed - open }] as const;
  });
  return { ...known, ...Object.fromEntries(sums) };
}
