import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { digestObject } from "../../core/plan/digest.ts";
import type { InventoryItem } from "../../core/plan/inventory.ts";
import { mergeInventories, renderInventory } from "../../core/plan/inventory.ts";
import type { Wave } from "../../core/render/waves.ts";
import { waveRules, waves } from "../../core/render/waves.ts";
import { diagnoseFailure } from "../diagnose-failure.ts";
import { readTokensInUse } from "../facts/remote-kubeconfig.ts";
import { keysOf } from "../guard-deletion.ts";
import type { EngineOptions } from "../options.ts";
import type { QueueTask, TaskOutcome } from "../queue/run-queue.ts";
import { runQueue } from "../queue/run-queue.ts";
import { revokeUnused } from "../rancher-tokens.ts";
import type { RancherState } from "../rancher.ts";
import { runWave } from "../run-wave.ts";
import { settleItems } from "../settle-items.ts";
import type { Working } from "../working.ts";
import { deleteItems } from "./delete-items.ts";
import type { PreparedPlan } from "./plan.ts";

/** How one wave of one cluster ended. */
export interface WaveOutcome {
  readonly wave: Wave;
  readonly outcome: TaskOutcome["kind"];
  readonly diagnostics: readonly Diagnostic[];
}

export interface ClusterOutcome {
  readonly cluster: string;
  readonly state: "applied" | "failed" | "interrupted" | "unreachable";
  readonly waves: readonly WaveOutcome[];
  /** Objects written, counted. */
  readonly applied: number;
  readonly deleted: number;
  readonly diagnostics: readonly Diagnostic[];
}

export interface ApplyResult {
  readonly clusters: readonly ClusterOutcome[];
}

/**
 * Carries out a plan: waves of all clusters side by side, each waiting until
 * its objects are ready. Safe to repeat after any failure or kill: the
 * inventory is written first, every write is a server-side apply, and waits
 * are done also for what did not change. Never rejects for one cluster's sake.
 */
export async function applyPlan(
  prepared: PreparedPlan,
  options: EngineOptions & { readonly prune: boolean },
): Promise<ApplyResult> {
  options.onEvent({ kind: "plan", plan: prepared.plan });
  const working = workingClusters(prepared);
  const tasks = [...working.values()].flatMap((work) => tasksOf(work, prepared, working, options));
  const outcomes = await runQueue(tasks, options.signal);
  await revokeReplaced(prepared, working, options);
  const clusters = await Promise.all(
    prepared.plan.clusters.map(async (plan): Promise<ClusterOutcome> => {
      const work = working.get(plan.cluster);
      if (work === undefined) {
        const diagnostics = plan.kind === "unreachable" ? [plan.diagnostic] : [];
        return { cluster: plan.cluster, state: "unreachable", waves: [], applied: 0, deleted: 0, diagnostics };
      }
      return outcomeOf(work, outcomes);
    }),
  );
  return { clusters };
}

/** Ends Rancher tokens that this apply has replaced; what fails here is tried again by the next one. */
async function revokeReplaced(
  prepared: PreparedPlan,
  working: ReadonlyMap<string, Working>,
  options: EngineOptions,
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

function workingClusters(prepared: PreparedPlan): ReadonlyMap<string, Working> {
  const working = new Map<string, Working>();
  for (const plan of prepared.plan.clusters) {
    const connections = [...prepared.connections, ...(prepared.management === undefined ? [] : [prepared.management])];
    const one = connections.find((connection) => connection.cluster.name === plan.cluster);
    if (plan.kind === "planned" && one?.kind === "connected") {
      working.set(plan.cluster, {
        one,
        plan,
        applied: 0,
        deleted: 0,
        outcomes: new Map(),
        warnings: [],
        failed: false,
      });
    }
  }
  return working;
}

function tasksOf(
  work: Working,
  prepared: PreparedPlan,
  all: ReadonlyMap<string, Working>,
  options: EngineOptions & { readonly prune: boolean },
): QueueTask[] {
  const cluster = work.one.cluster.name;
  const begin: QueueTask = {
    id: `${cluster}/inventory`,
    cluster,
    needs: [],
    after: [],
    run: async (signal) => writeInventory(work, plannedItems(work.plan), signal),
  };
  const perWave = waves.map((wave): QueueTask => {
    const rule = waveRules[wave];
    const barriers = [...all.keys()].filter((other) => other !== cluster);
    return {
      id: `${cluster}/${wave}`,
      cluster,
      needs: [begin.id, ...rule.needs.map((need) => `${cluster}/${need}`)],
      after: barriers.flatMap((other) => rule.everywhere.map((need) => `${other}/${need}`)),
      run: async (signal) => runWave(wave, work, { prepared, all, options: { ...options, signal } }),
    };
  });
  const end: QueueTask = {
    id: `${cluster}/finish`,
    cluster,
    needs: perWave.map((task) => task.id),
    after: [],
    run: async (signal) => finish(work, prepared.rancher, { ...options, signal }),
  };
  return [begin, ...perWave, end];
}

function plannedItems(plan: Working["plan"]): readonly InventoryItem[] {
  return plan.objects.map((object) => ({
    id: object.id,
    apiVersion: object.object.apiVersion,
    wave: object.wave,
    created: object.action === "create",
  }));
}

async function writeInventory(work: Working, planned: readonly InventoryItem[], signal: AbortSignal): Promise<void> {
  if (work.plan.inventoryCurrent) {
    return;
  }
  const items = mergeInventories(work.plan.inventory.items, planned);
  try {
    await work.one.client.apply(renderInventory({ ...work.plan.inventory, items }), { signal });
  } catch (error) {
    work.failed = true;
    throw error;
  }
}

/** Prunes when asked, then writes the inventory that the next plan starts from; not at all when it is the same. */
async function finish(
  work: Working,
  rancher: RancherState,
  options: EngineOptions & { readonly prune: boolean },
): Promise<void> {
  const owned = keysOf([...work.plan.inventory.items, ...plannedItems(work.plan)]);
  const {
    done: gone,
    deleted,
    reprieves,
  } = await deleteItems(work.one, options.prune ? work.plan.prune : [], { ...options, rancher, owned });
  work.deleted += deleted;
  work.warnings.push(...reprieves);
  const known = mergeInventories(work.plan.inventory.items, plannedItems(work.plan)).filter(
    (item) => !gone.includes(item),
  );
  const items = await settleItems(work, known, options.signal);
  const inventory = renderInventory({ ...work.plan.inventory, items });
  if (digestObject(inventory) !== digestObject(renderInventory(work.plan.inventory))) {
    await work.one.client.apply(inventory, { signal: options.signal });
  }
}

async function outcomeOf(work: Working, outcomes: ReadonlyMap<string, TaskOutcome>): Promise<ClusterOutcome> {
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
    state: all.includes("failed") ? "failed" : all.includes("interrupted") ? "interrupted" : "applied",
    waves: ofWaves,
    applied: work.applied,
    deleted: work.deleted,
    diagnostics: [...ofWaves.flatMap((wave) => wave.diagnostics), ...ends.flat(), ...work.warnings],
  };
}
