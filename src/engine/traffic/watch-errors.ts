import { setTimeout as pause } from "node:timers/promises";
import type { ErrorGate, GateVerdict, TryCounts } from "../../core/decide/error-gate.ts";
import { countTries, judgeGate, triesOf } from "../../core/decide/error-gate.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { Service } from "../../core/model/mesh.ts";
import type { TaskRef } from "../../core/plan/task-ref.ts";
import type { OpenClients } from "../clusters/open-clients.ts";
import { openClients } from "../clusters/open-clients.ts";
import type { TryReading } from "../facts/read-tries.ts";
import { readTries, triesBetween } from "../facts/read-tries.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, RunOptions } from "../options.ts";
import { diagnoseFailure } from "../progress/diagnose-failure.ts";
import { runTask } from "../progress/run-task.ts";

/** What was counted in one step of a shift, and what it says. */
export interface WatchedErrors {
  readonly gate: ErrorGate;
  /** The versions that are judged: those that get more requests than before the shift. */
  readonly raised: readonly string[];
  readonly verdict: GateVerdict;
  /** Of clusters whose ingress gateways told nothing in this step, or do not at its end. */
  readonly unread: readonly { readonly cluster: string; readonly diagnostic: Diagnostic }[];
}

/** How one step is judged. */
export interface HeldStep {
  /** One that has seen nothing. */
  readonly gate: ErrorGate;
  readonly raised: readonly string[];
  readonly forMs: number;
  readonly taskOf: (cluster: string) => TaskRef;
}

/** Counts what all ingress gateways give to a service's versions. */
export interface ErrorWatch {
  /** Begins to count: once, before the first weights are written. */
  readonly begin: () => Promise<void>;
  /**
   * Looks again and again for `forMs`, and ends early when a raised version
   * exceeds the limit. What came since the last look of the step before counts
   * too. Rejects with an interruption only.
   */
  readonly judge: (step: HeldStep) => Promise<WatchedErrors>;
  readonly close: () => Promise<void>;
}

/** Between two looks: short beside a step, and little work for the gateways. */
const lookEveryMs = 2000;

/** A watch over the ingress gateways of all clusters, side by side; one that does not answer is asked again with each look. */
export async function openErrorWatch(
  meshFile: MeshFile,
  service: Service,
  options: RunOptions & AccessOptions,
): Promise<ErrorWatch> {
  const { clients, unreachable, close } = await openClients(meshFile, options);
  const watched = clients.map((client) => new WatchedCluster(client, service, options.signal));
  const away = unreachable.map(({ cluster, diagnostic }) => ({ cluster: cluster.name, diagnostic }));
  let begun = false;
  return {
    begin: async () => {
      if (!begun) {
        begun = true;
        await Promise.all(watched.map(async (one) => one.look()));
      }
    },
    judge: async (step) => {
      watched.forEach((one) => one.beginStep());
      const judged = judgeUntil(watched, step, options.now() + step.forMs, options);
      const tasks = watched.map(async (one) =>
        runTask({ ...step.taskOf(one.name), cluster: one.name }, options, async (note) => {
          one.note = note;
          await judged;
        }),
      );
      const [errors] = await Promise.all([judged, ...tasks]);
      return { ...errors, unread: [...away, ...errors.unread] };
    },
    close,
  };
}

async function judgeUntil(
  watched: readonly WatchedCluster[],
  { gate: from, raised }: HeldStep,
  until: number,
  { now, signal }: Pick<RunOptions, "now" | "signal">,
): Promise<WatchedErrors> {
  for (let gate = from; ;) {
    const counted = await Promise.all(watched.map(async (one) => one.look()));
    gate = countTries(gate, sumOf(counted));
    const text = describeCounts(gate, raised);
    watched.forEach((one) => one.tell(text));
    const verdict = judgeGate(gate, raised);
    const left = until - now();
    if (verdict.kind === "exceeds" || verdict.kind === "everywhere" || left <= 0) {
      return { gate, raised, verdict, unread: watched.flatMap((one) => one.unread()) };
    }
    await pause(Math.min(lookEveryMs, left), undefined, { signal });
  }
}

/** What all clusters have counted in one look. */
function sumOf(counted: readonly Readonly<Record<string, TryCounts>>[]): Readonly<Record<string, TryCounts>> {
  const sums: Record<string, TryCounts> = {};
  for (const [name, { answered, failed }] of counted.flatMap((one) => Object.entries(one))) {
    const known = sums[name] ?? { answered: 0, failed: 0 };
    sums[name] = { answered: known.answered + answered, failed: known.failed + failed };
  }
  return sums;
}

/** One cluster's counters from look to look. */
class WatchedCluster {
  readonly name: string;
  note: ((text: string) => void) | undefined;
  readonly #one: OpenClients["clients"][number];
  readonly #service: Service;
  readonly #signal: AbortSignal;
  #last: TryReading | undefined;
  #hasCounted = false;
  /** Of the last look. */
  #problem: Diagnostic | undefined;
  /** The last one of the step. */
  #lastProblem: Diagnostic | undefined;

  constructor(one: OpenClients["clients"][number], service: Service, signal: AbortSignal) {
    this.name = one.one.cluster.name;
    this.#one = one;
    this.#service = service;
    this.#signal = signal;
  }

  beginStep(): void {
    this.#hasCounted = false;
  }

  /** What came since the last look; nothing at the first one, and where it cannot be asked. */
  async look(): Promise<ReturnType<typeof triesBetween>> {
    try {
      const { one, client } = this.#one;
      const now = await readTries({ cluster: one.cluster, client }, this.#service, this.#signal);
      const counted = this.#last === undefined ? {} : triesBetween(this.#last, now);
      this.#hasCounted ||= this.#last !== undefined;
      this.#last = now;
      this.#problem = undefined;
      return counted;
    } catch (error) {
      this.#signal.throwIfAborted();
      [this.#problem] = await diagnoseFailure(error, this.name, "reading what the ingress gateway has counted");
      this.#lastProblem = this.#problem;
      return {};
    }
  }

  tell(text: string): void {
    this.note?.(this.#problem === undefined ? text : `could not be asked: ${this.#problem.summary}`);
  }

  /** The problem of a cluster that has told nothing in the step, or does not at its end. */
  unread(): WatchedErrors["unread"] {
    const diagnostic = this.#problem ?? (this.#hasCounted ? undefined : this.#lastProblem);
    return diagnostic === undefined ? [] : [{ cluster: this.name, diagnostic }];
  }
}

function describeCounts({ versions }: ErrorGate, raised: readonly string[]): string {
  return raised
    .map((name) => `${name}: ${versions[name]?.failed ?? 0} of ${triesOf(versions[name])} tries failed`)
    .join("; ");
}
