import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { applyTasks } from "../../core/plan/apply-tasks.ts";
import { mergeInventories, renderInventory, withNames } from "../../core/plan/inventory.ts";
import type { Wave } from "../../core/render/waves.ts";
import { waveRules, waves } from "../../core/render/waves.ts";
import { createLimiter } from "../../kube/limiter.ts";
import { tolerateListeners } from "../../kube/tolerate-listeners.ts";
import { diagnoseFailure } from "../progress/diagnose-failure.ts";
import { readTokensInUse } from "../facts/remote-kubeconfig.ts";
import { finishCluster, plannedItems } from "../apply/finish-cluster.ts";
import { guardClient } from "../apply/lease/guard-client.ts";
import type { HeldLeases } from "../apply/lease/hold-leases.ts";
import { holdLeases } from "../apply/lease/hold-leases.ts";
import { refuseStaleInventories } from "../apply/stale-inventory.ts";
import type { LeaseOptions, PlanOptions, ProgramLookup, RunOptions } from "../options.ts";
import { createCertificateOrders } from "../front-door/certificate-orders.ts";
import { createSharedReads } from "../apply/shared-reads.ts";
import type { QueueTask } from "../apply/queue/run-queue.ts";
import { runQueue } from "../apply/queue/run-queue.ts";
import { revokeUnused } from "../trust/rancher-tokens.ts";
import type { ApplyRun } from "../apply/apply-run.ts";
import type { ClusterOutcome } from "../apply/cluster-outcome.ts";
import { outcomeOf } from "../apply/cluster-outcome.ts";
import type { FirstLook } from "../front-door/prepare-names.ts";
import { publishApplied } from "../apply/publish-applied.ts";
import { firstLook } from "../traffic/first-look.ts";
import type { NameOutcome } from "../front-door/publish-names.ts";
import { membersOf, overviewOf } from "../apply/apply-run.ts";
import { runWave } from "../apply/run-wave.ts";
import type { TaskOptions } from "../progress/run-task.ts";
import type { ClusterRun } from "../apply/cluster-run.ts";
import { runClusterTask } from "../apply/cluster-task.ts";
import type { PreparedPlan } from "../plan/prepare-plan.ts";

export type { ClusterOutcome, WaveOutcome } from "../apply/cluster-outcome.ts";
export type { NameOutcome } from "../front-door/publish-names.ts";

/** Bounds what is held of API servers' answers at once, since all clusters of a fleet come to their end together. */
const readBackAtATime = 12;

export interface ApplyResult {
  readonly clusters: readonly ClusterOutcome[];
  /** The names that isthmus publishes; absent where there are none, and after an interruption. */
  readonly names?: readonly NameOutcome[];
}

/** What carrying a plan out needs; plan options are those that it was made with. */
export interface ApplyOptions
  extends RunOptions, PlanOptions, LeaseOptions, Pick<ProgramLookup, "env" | "istioctlCandidates"> {
  /** Delete what the mesh file no longer asks for. */
  readonly prune: boolean;
}

/**
 * Carries out a plan: waves of all clusters side by side, each waiting until
 * its objects are ready. Safe to repeat after any failure or kill: the
 * inventory is written first, every write is a server-side apply, and waits
 * are done also for what did not change. Holds the mesh's Leases meanwhile.
 * Never rejects for one cluster's sake, but with a UserError (75) before
 * anything is changed when somebody else works on the mesh (ISM308) or has
 * since the plan (ISM309).
 */
export async function applyPlan(prepared: PreparedPlan, options: ApplyOptions): Promise<ApplyResult> {
  const planned = plannedClusters(prepared);
  const targets = planned.map(({ one }) => ({ cluster: one.cluster.name, client: one.client }));
  const leases = await holdLeases(prepared.plan.mesh, "apply", targets, options);
  try {
    await refuseStaleInventories(
      planned.filter(({ one }) => leases.held.has(one.cluster.name)).map(({ one, plan }) => [one, plan.inventory]),
      options.signal,
    );
    return await applyHeld(prepared, clusterRuns(planned, leases), options);
  } finally {
    await leases.release();
  }
}

const nothingDone = { waves: [], applied: 0, deleted: 0, leftOut: [], beingDeleted: [], halted: [] };

async function applyHeld(
  prepared: PreparedPlan,
  working: ReadonlyMap<string, ClusterRun>,
  options: ApplyOptions,
): Promise<ApplyResult> {
  const sharedReads = createSharedReads(membersOf(prepared.meshFile.mesh, working), options);
  const reading = createLimiter(readBackAtATime);
  tolerateListeners(options.signal);
  const run: ApplyRun = {
    prepared,
    all: working,
    ...overviewOf(prepared, working, options),
    sharedReads,
    orders: createCertificateOrders(prepared.meshFile, prepared.certificates, options),
    reading,
    options,
  };
  const tasks = [...barriersOf(working), ...[...working.values()].flatMap((work) => tasksOf(work, run))];
  const outcomes = await runQueue(tasks, options.signal);
  await revokeReplaced(prepared, working, options);
  const clusters = await Promise.all(
    prepared.plan.clusters.map(async (plan): Promise<ClusterOutcome> => {
      const work = working.get(plan.cluster);
      if (work === undefined) {
        const diagnostics = plan.kind === "unreachable" ? [plan.diagnostic] : [];
        return { cluster: plan.cluster, state: "unreachable", ...nothingDone, diagnostics };
      }
      return outcomeOf(work, outcomes);
    }),
  );
  const look: FirstLook = async (plan) => firstLook(prepared.meshFile.mesh, plan, options);
  const publishing = { ...options, look };
  const names = await publishApplied(prepared, { outcomes: clusters, runs: [...working.values()] }, publishing).catch(
    (error: unknown) => {
      if (options.signal.aborted) {
        // What the clusters have come to is told all the same.
        return undefined;
      }
      throw error;
    },
  );
  return { clusters, ...(names === undefined ? {} : { names }) };
}

/** Ends Rancher tokens that this apply has replaced; what fails here is tried again by the next one. */
async function revokeReplaced(
  prepared: PreparedPlan,
  working: ReadonlyMap<string, ClusterRun>,
  options: Pick<RunOptions, "onEvent" | "signal">,
): Promise<void> {
  const { rancher, meshFile } = prepared;
  if (rancher.kind !== "linked" || meshFile.mesh.access.credentials !== "rancherToken" || options.signal.aborted) {
    return;
  }
  const done = meshFile.mesh.clusters.flatMap((cluster) => {
    const work = working.get(cluster.name);
    return work === undefined || work.failed ? [] : [work.one];
  });
  try {
    await revokeUnused(meshFile.mesh.name, await readTokensInUse(done, options.signal), rancher.link, options.signal);
  } catch (error) {
    for (const work of working.values()) {
      work.warnings.push(...(await diagnoseFailure(error, work.one.cluster.name, "revoking replaced tokens")));
      break;
    }
  }
}

function plannedClusters(prepared: PreparedPlan): readonly Pick<ClusterRun, "one" | "plan">[] {
  const { connections, rancherLocal } = prepared;
  const all = rancherLocal === undefined ? connections : [...connections, rancherLocal];
  return prepared.plan.clusters.flatMap((plan) => {
    const one = all.find((connection) => connection.cluster.name === plan.cluster);
    return plan.kind === "planned" && one?.kind === "connected" ? [{ one, plan }] : [];
  });
}

function clusterRuns(
  planned: readonly Pick<ClusterRun, "one" | "plan">[],
  leases: HeldLeases,
): ReadonlyMap<string, ClusterRun> {
  return new Map(
    planned.map(({ one, plan }) => {
      const lease = leases.held.get(one.cluster.name);
      const client = lease === undefined ? one.client : guardClient(one.client, lease);
      const work: ClusterRun = {
        one: { ...one, client },
        plan,
        applied: 0,
        deleted: 0,
        outcomes: new Map(),
        warnings: [],
        halted: [],
        deletions: new Map(),
        proxiesChangedAt: undefined,
        leftOut: [...(plan.refused ?? [])],
        lost: lease?.lost ?? new AbortController().signal,
        refused: leases.failed.get(one.cluster.name) ?? [],
        failed: false,
      };
      return [one.cluster.name, work];
    }),
  );
}

/** One task per wave that others wait for everywhere: it ends when that wave has ended on every cluster, well or not. */
function barriersOf(working: ReadonlyMap<string, ClusterRun>): QueueTask[] {
  const awaited = new Set(waves.flatMap((wave) => waveRules[wave].everywhere));
  return [...awaited].map((wave) => ({
    id: barrierOf(wave),
    cluster: everywhere,
    needs: [],
    after: [...working.keys()].map((cluster) => `${cluster}/${wave}`),
    run: async () => {},
  }));
}

/** No cluster can be called so. */
const everywhere = "*";

function barrierOf(wave: Wave): string {
  return `${everywhere}/${wave}`;
}

function tasksOf(work: ClusterRun, run: ApplyRun): QueueTask[] {
  const cluster = work.one.cluster.name;
  const first: QueueTask = {
    id: applyTasks.inventory(cluster).id,
    cluster,
    needs: [],
    after: [],
    run: async (signal) => begin(work, { ...run.options, signal: whileHeld(work, signal) }),
  };
  const perWave = waves.map((wave): QueueTask => {
    const rule = waveRules[wave];
    return {
      id: `${cluster}/${wave}`,
      cluster,
      needs: [first.id, ...rule.needs.map((need) => `${cluster}/${need}`)],
      after: rule.everywhere.map(barrierOf),
      run: async (signal) =>
        runWave(wave, work, { ...run, options: { ...run.options, signal: whileHeld(work, signal) } }),
    };
  });
  const end: QueueTask = {
    id: `${cluster}/finish`,
    cluster,
    needs: perWave.map((task) => task.id),
    after: [],
    run: async (signal) =>
      finishCluster(work, { ...run, options: { ...run.options, signal: whileHeld(work, signal) } }),
  };
  return [first, ...perWave, end];
}

/** Ends also when the cluster's Lease is lost. */
function whileHeld(work: ClusterRun, signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, work.lost]);
}

/** Without a Lease nothing is done on a cluster. The inventory is the first thing that is written. */
async function begin(work: ClusterRun, options: TaskOptions): Promise<void> {
  const { signal } = options;
  await runClusterTask(applyTasks.inventory(work.one.cluster.name), work, options, async () => {
    if (work.refused.length > 0) {
      throw new UserError(work.refused, exitCodes.failed);
    }
    if (!work.plan.inventoryCurrent) {
      const items = mergeInventories(work.plan.inventory.items, plannedItems(work.plan));
      const inventory = withNames({ ...work.plan.inventory, items, unfinished: true }, work.plan.names);
      await work.one.client.apply(renderInventory(inventory), { signal });
    }
  });
}
