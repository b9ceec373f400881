import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { DrainStep, DrainSteps } from "../../core/drain/drain-steps.ts";
import { endsDrains, isStepAt } from "../../core/drain/drain-steps.ts";
import type { Drain } from "../../core/model/drain.ts";
import { drainTasks } from "../../core/plan/drain-tasks.ts";
import { guardClient } from "../apply/lease/guard-client.ts";
import type { HeldLeases } from "../apply/lease/hold-leases.ts";
import { holdLeases } from "../apply/lease/hold-leases.ts";
import { refuseStaleInventories } from "../apply/stale-inventory.ts";
import { inventoryOf } from "../plan/plan-cluster.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import type { EngineOptions } from "../options.ts";
import { diagnoseFailure } from "../progress/diagnose-failure.ts";
import { runTask } from "../progress/run-task.ts";
import type { DrainNames } from "./drain-names.ts";
import { writeDrainedNames } from "./drain-names.ts";
import type { DrainTarget } from "./drain-target.ts";
import { waitForStep } from "./drain-waits.ts";
import { waitUntilIdle } from "./until-idle.ts";
import { writeDrainStep } from "./write-drain.ts";

/** How a drain ended on one cluster. */
export interface DrainOutcome {
  readonly cluster: string;
  /** `skipped`: its last step was left out, since callers elsewhere were not told. */
  readonly state: "done" | "skipped" | "failed" | "interrupted" | "unreachable";
  /** The steps that are done and seen to be obeyed, in order. */
  readonly steps: readonly DrainStep["name"][];
  /** Pods that nobody asks any more, counted; of the drained cluster after a drain. */
  readonly idle?: number;
  readonly diagnostics: readonly Diagnostic[];
}

interface Agreed {
  readonly steps: DrainSteps;
  readonly targets: readonly DrainTarget[];
  readonly drains: readonly Drain[];
  readonly force: boolean;
  /** How long requests that were begun before may take, in milliseconds; absent: they are waited for, and an error where they do not end. */
  readonly graceMs?: number | undefined;
  /** Undefined for a mesh that publishes no names. */
  readonly names?: DrainNames | undefined;
}

/** One cluster on its way. */
interface Run {
  readonly one: Connected;
  readonly done: DrainStep["name"][];
  readonly diagnostics: Diagnostic[];
  failed: boolean;
  skipped: boolean;
  idle?: number;
}

/**
 * Holds the mesh's Leases and does the steps, each on all of its clusters
 * before the next. A drained cluster leaves the published names as soon as the
 * inventories record the drain and before any caller leaves, and comes back into them last. A cluster that fails ends there and the others go on; the
 * callers of a drained cluster itself leave it only when all others have, or
 * with `force`, and others come back only when they are. That an undrain has
 * ended is recorded last where the cluster was drained, so that one which is
 * killed can be repeated. Then waits until the
 * drained pods answer nothing any more. `onOutcomes` gets how each cluster ended,
 * also before this rejects with an interruption, and not when nothing was begun. Never rejects for one cluster's sake, but with a
 * UserError (75, ISM308) when somebody else works on the mesh.
 */
export async function carryOutDrain(
  agreed: Agreed,
  options: EngineOptions,
  onOutcomes: (outcomes: readonly DrainOutcome[]) => void,
): Promise<void> {
  const ready = agreed.targets.flatMap((one) => (one.kind === "ready" ? [one.one] : []));
  const runs = ready.map((one): Run => ({ one, done: [], diagnostics: [], failed: false, skipped: false }));
  try {
    await holdAndStep(agreed, runs, options);
    await seeIdle(agreed, runs, options);
  } finally {
    if (runs.some(({ done, failed, skipped }) => done.length > 0 || failed || skipped)) {
      onOutcomes(outcomesOf(agreed, runs, options.signal));
    }
  }
}

async function holdAndStep(agreed: Agreed, runs: readonly Run[], options: EngineOptions): Promise<void> {
  const { steps } = agreed;
  const mesh = steps.whole.name;
  const leases = await holdLeases(
    mesh,
    steps.action,
    runs.map(({ one }) => ({ cluster: one.cluster.name, client: one.client })),
    options,
  );
  try {
    const failed = [...leases.failed.values()].flat();
    if (failed.length > 0 && leases.held.size === 0) {
      throw new UserError(failed, exitCodes.failed);
    }
    await refuseStaleInventories(
      runs.map(({ one }) => [one, inventoryOf(one, mesh)] as const),
      options.signal,
    );
    runs
      .filter(({ one }) => leases.failed.has(one.cluster.name))
      .forEach((run) => {
        run.failed = true;
        run.diagnostics.push(...(leases.failed.get(run.one.cluster.name) ?? []));
      });
    await doSteps(agreed, runs, { leases, options });
  } finally {
    await leases.release();
  }
}

interface Means {
  readonly leases: HeldLeases;
  readonly options: EngineOptions;
}

async function doSteps(agreed: Agreed, runs: readonly Run[], means: Means): Promise<void> {
  const { steps } = agreed;
  const away = agreed.targets.some((one) => one.kind === "unreachable" && one.cluster !== steps.cluster);
  for (const step of steps.steps) {
    means.options.signal.throwIfAborted();
    if (steps.action === "drain" && step.name === "callers") {
      await writeNames(agreed, runs, means.options);
    }
    const here = runs.filter(({ one, failed }) => !failed && isStepAt(step, steps.cluster, one.cluster.name));
    const othersFailed = runs.some(({ one, failed }) => failed && one.cluster.name !== steps.cluster);
    const own = runs.find(({ one }) => one.cluster.name === steps.cluster);
    const ownFailed = own === undefined || own.failed;
    const waits = steps.action === "drain" ? step.name === "own" && (away || othersFailed) : ownFailed;
    if (waits && !agreed.force) {
      here.forEach((run) => {
        run.skipped = true;
      });
      continue;
    }
    const isLast = (run: Run): boolean => endsDrains(steps, step) && run === own;
    for (const some of [here.filter((run) => !isLast(run)), here.filter(isLast)]) {
      await Promise.all(some.map(async (run) => doStep(run, step, { agreed, runs, ...means })));
    }
  }
  if (steps.action === "undrain" && runs.every(({ failed, skipped }) => !failed && !skipped)) {
    await writeNames(agreed, runs, means.options);
  }
}

/** What is wrong with names is told of the drained cluster, or of another one where that does not answer. */
async function writeNames({ steps, names }: Agreed, runs: readonly Run[], options: EngineOptions): Promise<void> {
  if (names !== undefined) {
    const problems = await writeDrainedNames(steps.action, names, options);
    const run = runs.find(({ one }) => one.cluster.name === steps.cluster) ?? runs[0];
    run?.diagnostics.push(...problems);
  }
}

async function doStep(
  run: Run,
  step: DrainStep,
  { agreed, runs, leases, options }: Means & { readonly agreed: Agreed; readonly runs: readonly Run[] },
): Promise<void> {
  const { steps } = agreed;
  const cluster = run.one.cluster.name;
  const lease = leases.held.get(cluster);
  const one = lease === undefined ? run.one : { ...run.one, client: guardClient(run.one.client, lease) };
  try {
    const write = { ...drainTasks.write(steps.action, step, cluster), cluster };
    await runTask(write, options, async () => writeDrainStep(one, steps, step, options));
    const connected = runs.map((other) => other.one);
    const taken = { ...drainTasks.taken(steps.action, step, cluster), cluster };
    const unseen = await runTask(taken, options, async (onPending) =>
      waitForStep(one, { steps, step, connected }, { ...options, onPending }),
    );
    run.diagnostics.push(...unseen);
    run.done.push(step.name);
  } catch (error) {
    options.signal.throwIfAborted();
    run.failed = true;
    run.diagnostics.push(...(await diagnoseFailure(error, cluster, steps.action)));
  }
}

async function seeIdle(
  { steps, drains, graceMs }: Agreed,
  runs: readonly Run[],
  options: EngineOptions,
): Promise<void> {
  const run = runs.find(({ one }) => one.cluster.name === steps.cluster);
  if (steps.action !== "drain" || run?.done.includes("own") !== true) {
    return;
  }
  try {
    const task = { ...drainTasks.idle(steps.cluster), cluster: steps.cluster };
    const seen = await runTask(task, options, async (onPending) =>
      waitUntilIdle(run.one, drains, { ...options, graceMs, onPending }),
    );
    run.idle = seen.idle;
    run.diagnostics.push(...seen.diagnostics);
  } catch (error) {
    options.signal.throwIfAborted();
    run.diagnostics.push(...(await diagnoseFailure(error, steps.cluster, "drain")));
  }
}

function outcomesOf({ steps, targets }: Agreed, runs: readonly Run[], signal: AbortSignal): readonly DrainOutcome[] {
  return targets.map((target): DrainOutcome => {
    const run = runs.find(({ one }) => one.cluster.name === target.cluster);
    if (target.kind === "unreachable" || run === undefined) {
      const diagnostics = target.kind === "unreachable" ? [target.diagnostic] : [];
      return { cluster: target.cluster, state: "unreachable", steps: [], diagnostics };
    }
    const all = steps.steps.filter((step) => isStepAt(step, steps.cluster, target.cluster));
    const state = run.failed
      ? "failed"
      : run.done.length === all.length
        ? "done"
        : run.skipped
          ? "skipped"
          : signal.aborted
            ? "interrupted"
            : "failed";
    return {
      cluster: target.cluster,
      state,
      steps: run.done,
      ...(run.idle === undefined ? {} : { idle: run.idle }),
      diagnostics: [...run.diagnostics, ...(state === "skipped" ? [leftOut(steps, target.cluster)] : [])],
    };
  });
}

function leftOut({ action, cluster }: DrainSteps, skipped: string): Diagnostic {
  return {
    ...errorOf("ISM605"),
    detail:
      action === "drain"
        ? `Not all callers of other clusters have left ${cluster}, so its own were not led elsewhere: its gateway goes on serving the others.`
        : `The callers of ${cluster} itself did not come back, so those of ${skipped} stay away: the gateway of ${cluster} would not serve them.`,
    fix: "Mend what is named, then run the same command again. With --force it is done all the same.",
    cluster: skipped,
  };
}
