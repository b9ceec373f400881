import { setTimeout as pause } from "node:timers/promises";
import type { LeftTries } from "../../core/decide/answer-times.ts";
import { isAbandoned } from "../../core/decide/answer-times.ts";
import type { ErrorGate, GateVerdict, TryCounts } from "../../core/decide/error-gate.ts";
import { countTries, judgeGate, triesOf } from "../../core/decide/error-gate.ts";
import type { Service } from "../../core/model/mesh.ts";
import type { TaskRef } from "../../core/plan/task-ref.ts";
import { openClients } from "../clusters/open-clients.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, RunOptions } from "../options.ts";
import { runTask } from "../progress/run-task.ts";
import type { ClusterTimes, UnreadCluster } from "./watched-cluster.ts";
import { WatchedCluster } from "./watched-cluster.ts";

/** What a gate goes by: tries that fail, or answers that take as long as a limit or longer. */
export type GateOf = "errors" | "times";

/** What was counted for one gate, and what it says. */
export interface JudgedGate {
  readonly of: GateOf;
  readonly gate: ErrorGate;
  readonly verdict: GateVerdict;
}

/** What was counted in one step of a shift, and what it says. */
export interface WatchedRequests {
  readonly judged: readonly JudgedGate[];
  /** From which time on an answer is late; undefined where nobody asks. */
  readonly limitMs: number | undefined;
  /** The versions that are judged: those that get more requests than before the shift. */
  readonly raised: readonly string[];
  /** Of those whose clients left before the answer, where times are asked for; `tooMany`: so many that nothing can be said of the version's times. */
  readonly left: readonly (LeftTries & { readonly version: string; readonly tooMany: boolean })[];
  /** Of clusters whose ingress gateways told nothing in this step, or do not at its end. */
  readonly unread: readonly UnreadCluster[];
}

/** How one step is judged. */
export interface HeldStep {
  /** Each has seen nothing. */
  readonly gates: readonly { readonly of: GateOf; readonly gate: ErrorGate }[];
  readonly raised: readonly string[];
  readonly forMs: number;
  readonly taskOf: (cluster: string) => TaskRef;
}

/** Counts what all ingress gateways give to a service's versions. */
export interface RequestWatch {
  /** What pods of ingress gateways keep of times, by cluster; empty without a limit of them, and for clusters that do not say it. */
  readonly kept: readonly ClusterTimes[];
  /** Begins to count: once, before the first weights are written. */
  readonly begin: () => Promise<void>;
  /**
   * Looks again and again for `forMs`, and ends early when a raised version
   * exceeds a limit. Times are written down once in a while only, so that with a
   * limit of them the last look is that much later. What came since the last look of the step before counts
   * too. Rejects with an interruption only.
   */
  readonly judge: (step: HeldStep) => Promise<WatchedRequests>;
  readonly close: () => Promise<void>;
}

/** Between two looks: short beside a step, and little work for the gateways. */
const lookEveryMs = 2000;

/** Behind the moment at which a proxy writes down its times. */
const afterFlushMs = 500;

/** A watch over the ingress gateways of all clusters, side by side; one that does not answer is asked again with each look. */
export async function openRequestWatch(
  meshFile: MeshFile,
  { service, limitMs }: { readonly service: Service; readonly limitMs: number | undefined },
  options: RunOptions & AccessOptions,
): Promise<RequestWatch> {
  const { clients, unreachable, close } = await openClients(meshFile, options);
  const watched = clients.map((client) => new WatchedCluster(client, { service, limitMs }, options));
  const away = unreachable.map(({ cluster, diagnostic }) => ({
    cluster: cluster.name,
    diagnostic,
    of: "all" as const,
  }));
  const kept = await Promise.all(watched.map(async (one) => one.keptTimes()));
  const flushMs = Math.max(0, ...kept.flatMap(({ pods }) => pods.map((pod) => pod.flushMs)));
  const lateMs = limitMs === undefined ? 0 : flushMs + afterFlushMs;
  let begun = false;
  return {
    kept,
    begin: async () => {
      if (!begun) {
        begun = true;
        await Promise.all(watched.map(async (one) => one.look()));
      }
    },
    judge: async (step) => {
      watched.forEach((one) => one.beginStep());
      const judged = judgeUntil(watched, step, options.now() + step.forMs + lateMs, options);
      const tasks = watched.map(async (one) =>
        runTask({ ...step.taskOf(one.name), cluster: one.name }, options, async (note) => {
          one.note = note;
          await judged;
        }),
      );
      const [gates] = await Promise.all([judged, ...tasks]);
      const unread = [...away, ...watched.flatMap((one) => one.unread())];
      return { judged: gates, limitMs, raised: step.raised, left: leftIn(watched, service, step.raised), unread };
    },
    close,
  };
}

function leftIn(
  watched: readonly WatchedCluster[],
  { versions }: Service,
  raised: readonly string[],
): WatchedRequests["left"] {
  const sum = (names: readonly string[], since: "step" | "all"): LeftTries => {
    const all = names.flatMap((name) => watched.map((one) => one.leftOf(name, since)));
    return {
      begun: all.reduce((tries, one) => tries + one.begun, 0),
      left: all.reduce((tries, one) => tries + one.left, 0),
    };
  };
  const others = sum(
    versions.flatMap(({ name }) => (raised.includes(name) ? [] : [name])),
    "all",
  );
  return raised.flatMap((version) => {
    const tries = sum([version], "step");
    return tries.left > 0 ? [{ ...tries, version, tooMany: isAbandoned(tries, others) }] : [];
  });
}

async function judgeUntil(
  watched: readonly WatchedCluster[],
  { gates: from, raised }: HeldStep,
  until: number,
  { now, signal }: Pick<RunOptions, "now" | "signal">,
): Promise<readonly JudgedGate[]> {
  for (let gates = from; ;) {
    const counted = await Promise.all(watched.map(async (one) => one.look()));
    gates = gates.map(({ of, gate }) => ({ of, gate: countTries(gate, sumOf(counted.map((one) => one[of]))) }));
    const text = gates.map((one) => describeCounts(one, raised)).join("; ");
    watched.forEach((one) => one.tell(text));
    const judged = gates.map(({ of, gate }) => ({ of, gate, verdict: judgeGate(gate, raised) }));
    const left = until - now();
    if (left <= 0 || judged.some(({ verdict: { kind } }) => kind === "exceeds" || kind === "everywhere")) {
      return judged;
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

function describeCounts(
  { of, gate: { versions } }: { readonly of: GateOf; readonly gate: ErrorGate },
  raised: readonly string[],
): string {
  const words = of === "errors" ? "tries failed" : "answers were late";
  return raised
    .map((name) => `${name}: ${versions[name]?.failed ?? 0} of ${triesOf(versions[name])} ${words}`)
    .join("; ");
}
