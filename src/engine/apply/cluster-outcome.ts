import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { ObjectId } from "../../core/model/kube-object.ts";
import type { Wave } from "../../core/render/waves.ts";
import { waves } from "../../core/render/waves.ts";
import { diagnoseFailure } from "../progress/diagnose-failure.ts";
import type { ClusterRun } from "./cluster-run.ts";
import { isIncomplete, needed } from "./cluster-run.ts";
import type { TaskOutcome } from "./queue/run-queue.ts";

/** How one wave of one cluster ended. */
export interface WaveOutcome {
  readonly wave: Wave;
  readonly outcome: TaskOutcome["kind"];
  readonly diagnostics: readonly Diagnostic[];
}

export interface ClusterOutcome {
  readonly cluster: string;
  /** `incomplete`: everything is done but what is refused (`--continue`), something is being deleted, something that the mesh needs has no pods, or gateways have no certificate for a route. */
  readonly state: "applied" | "incomplete" | "failed" | "interrupted" | "unreachable";
  readonly waves: readonly WaveOutcome[];
  /** Objects written, counted. */
  readonly applied: number;
  readonly deleted: number;
  /** What was left as it is. */
  readonly leftOut: readonly ObjectId[];
  /** What goes again, since somebody has deleted it. */
  readonly beingDeleted: readonly ObjectId[];
  /** What has no pods though the mesh needs it. */
  readonly halted: readonly ObjectId[];
  readonly diagnostics: readonly Diagnostic[];
}

/** How one cluster ended, by the outcomes of all tasks of the queue. */
export async function outcomeOf(work: ClusterRun, outcomes: ReadonlyMap<string, TaskOutcome>): Promise<ClusterOutcome> {
  const cluster = work.one.cluster.name;
  const planned = waves.filter((wave) => work.plan.objects.some((object) => object.wave === wave));
  const ofWaves = await Promise.all(
    planned.map(async (wave): Promise<WaveOutcome> => {
      const outcome = outcomes.get(`${cluster}/${wave}`) ?? { kind: "skipped", because: "" };
      const diagnostics = outcome.kind === "failed" ? await diagnoseFailure(outcome.error, cluster, wave) : [];
      return { wave, outcome: outcome.kind, diagnostics };
    }),
  );
  const ends = await Promise.all(
    ["inventory", "finish"].map(async (id) => {
      const outcome = outcomes.get(`${cluster}/${id}`);
      return outcome?.kind === "failed" ? diagnoseFailure(outcome.error, cluster, id) : [];
    }),
  );
  const all = [...outcomes].filter(([id]) => id.startsWith(`${cluster}/`)).map(([, outcome]) => outcome.kind);
  return {
    cluster,
    state: stateOf(all, work),
    waves: ofWaves,
    applied: work.applied,
    deleted: work.deleted,
    leftOut: work.leftOut.map(({ id }) => id),
    beingDeleted: [...work.deletions.values()].map(({ id }) => id),
    halted: needed(work).map(({ id }) => id),
    diagnostics: [
      ...[...work.leftOut, ...work.deletions.values(), ...work.halted].map(({ diagnostic }) => diagnostic),
      ...ofWaves.flatMap((wave) => wave.diagnostics),
      ...ends.flat(),
      ...work.warnings,
    ],
  };
}

function stateOf(outcomes: readonly TaskOutcome["kind"][], work: ClusterRun): ClusterOutcome["state"] {
  if (outcomes.includes("failed")) {
    return "failed";
  }
  if (outcomes.includes("interrupted")) {
    return "interrupted";
  }
  return isIncomplete(work) ? "incomplete" : "applied";
}
