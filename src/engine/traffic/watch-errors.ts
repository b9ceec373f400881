import { EventEmitter, once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { ErrorGate, GateVerdict } from "../../core/decide/error-gate.ts";
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
  readonly verdict: GateVerdict;
  /** Of clusters whose ingress gateways could not be asked at all. */
  readonly unread: readonly { readonly cluster: string; readonly diagnostic: Diagnostic }[];
}

/** Counts from the moment it was opened on. */
export interface ErrorWatch {
  /**
   * Looks again and again for `forMs`, and ends early when a raised version
   * exceeds the limit. Rejects with an interruption only.
   */
  readonly judge: (
    gate: ErrorGate,
    asked: {
      readonly raised: readonly string[];
      readonly forMs: number;
      readonly taskOf: (cluster: string) => TaskRef;
    },
  ) => Promise<WatchedErrors>;
  readonly close: () => Promise<void>;
}

/** Between two looks: short beside a step, and little work for the gateways. */
const lookEveryMs = 2000;

/** Reads the counters of all ingress gateways, side by side; one that does not answer is asked again with each look. */
export async function openErrorWatch(
  meshFile: MeshFile,
  service: Service,
  options: RunOptions & AccessOptions,
): Promise<ErrorWatch> {
  const { clients, close } = await openClients(meshFile, options);
  const watched = clients.map((client) => new WatchedCluster(client, service, options.signal));
  await Promise.all(watched.map(async (one) => one.look()));
  return {
    judge: async (from, asked) => {
      const ended = new EventEmitter();
      const tasks = watched.map(async (one) =>
        runTask({ ...asked.taskOf(one.name), cluster: one.name }, options, async (note) => {
          one.note = note;
          await once(ended, "end");
        }),
      );
      try {
        return await judgeUntil(watched, from, { ...asked, until: options.now() + asked.forMs }, options);
      } finally {
        ended.emit("end");
        await Promise.all(tasks);
      }
    },
    close,
  };
}

async function judgeUntil(
  watched: readonly WatchedCluster[],
  from: ErrorGate,
  { raised, until }: { readonly raised: readonly string[]; readonly until: number },
  { now, signal }: Pick<RunOptions, "now" | "signal">,
): Promise<WatchedErrors> {
  for (let gate = from; ;) {
    const counted = await Promise.all(watched.map(async (one) => one.look()));
    gate = counted.reduce(countTries, gate);
    const text = describeCounts(gate, raised);
    watched.forEach((one) => one.tell(text));
    const verdict = judgeGate(gate, raised);
    const left = until - now();
    if (verdict.kind === "exceeds" || verdict.kind === "everywhere" || left <= 0) {
      return { gate, verdict, unread: watched.flatMap((one) => one.unread()) };
    }
    await pause(Math.min(lookEveryMs, left), undefined, { signal });
  }
}

/** One cluster's counters from look to look. */
class WatchedCluster {
  readonly name: string;
  note: ((text: string) => void) | undefined;
  problem: Diagnostic | undefined;
  readonly #one: OpenClients["clients"][number];
  readonly #service: Service;
  readonly #signal: AbortSignal;
  #last: TryReading | undefined;

  constructor(one: OpenClients["clients"][number], service: Service, signal: AbortSignal) {
    this.name = one.one.cluster.name;
    this.#one = one;
    this.#service = service;
    this.#signal = signal;
  }

  /** What came since the last look; nothing at the first one, and where it cannot be asked. */
  async look(): Promise<ReturnType<typeof triesBetween>> {
    try {
      const { one, client } = this.#one;
      const now = await readTries({ cluster: one.cluster, client }, this.#service, this.#signal);
      const counted = this.#last === undefined ? {} : triesBetween(this.#last, now);
      this.#last = now;
      this.problem = undefined;
      return counted;
    } catch (error) {
      this.#signal.throwIfAborted();
      [this.problem] = await diagnoseFailure(error, this.name, "reading what the ingress gateway has counted");
      return {};
    }
  }

  tell(text: string): void {
    this.note?.(this.problem === undefined ? text : `could not be asked: ${this.problem.summary}`);
  }

  /** The problem of a cluster that does not tell. */
  unread(): WatchedErrors["unread"] {
    return this.problem === undefined ? [] : [{ cluster: this.name, diagnostic: this.problem }];
  }
}

function describeCounts({ versions }: ErrorGate, raised: readonly string[]): string {
  return raised
    .map((name) => `${name}: ${versions[name]?.failed ?? 0} of ${triesOf(versions[name])} tries failed`)
    .join("; ");
}
