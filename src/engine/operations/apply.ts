import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { clusterNamed } from "../../core/model/mesh.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { keyOf } from "../../core/model/kube-object.ts";
import { digestObject } from "../../core/plan/digest.ts";
import type { InventoryItem } from "../../core/plan/inventory.ts";
import { mergeInventories, renderInventory } from "../../core/plan/inventory.ts";
import type { ClusterPlan, PlannedObject } from "../../core/plan/plan.ts";
import { remoteOf } from "../../core/render/remote-secret.ts";
import { rankOf } from "../../core/render/order.ts";
import type { Wave } from "../../core/render/waves.ts";
import { waveRules, waves } from "../../core/render/waves.ts";
import { referenceOf } from "../../kube/object-reference.ts";
import { waitUntilReady } from "../../kube/readiness/wait.ts";
import type { Connected } from "../connect.ts";
import { completeObject } from "../complete-object.ts";
import { diagnoseFailure } from "../diagnose-failure.ts";
import type { EngineOptions } from "../options.ts";
import type { QueueTask, TaskOutcome } from "../queue/run-queue.ts";
import { runQueue } from "../queue/run-queue.ts";
import { settleItems } from "../settle-items.ts";
import { waitUntilServed } from "../wait-until-served.ts";
import { waitUntilSynced } from "../wait-until-synced.ts";
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

/** One cluster's share of an apply while it runs. */
export interface Working {
  readonly one: Connected;
  readonly plan: Extract<ClusterPlan, { readonly kind: "planned" }>;
  applied: number;
  deleted: number;
  /** What the API server answered to each write, by key: the outcome that a settled object still has. */
  readonly outcomes: Map<string, { readonly applied: KubeObject; readonly result: KubeObject }>;
  /** Set when a wave failed: others then neither wait for this cluster nor join it in this apply. */
  failed: boolean;
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

function workingClusters(prepared: PreparedPlan): ReadonlyMap<string, Working> {
  const working = new Map<string, Working>();
  for (const plan of prepared.plan.clusters) {
    const one = prepared.connections.find((connection) => connection.cluster.name === plan.cluster);
    if (plan.kind === "planned" && one?.kind === "connected") {
      working.set(plan.cluster, { one, plan, applied: 0, deleted: 0, outcomes: new Map(), failed: false });
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
      run: async (signal) => runWave(wave, work, prepared, all, { ...options, signal }),
    };
  });
  const end: QueueTask = {
    id: `${cluster}/finish`,
    cluster,
    needs: perWave.map((task) => task.id),
    after: [],
    run: async (signal) => finish(work, { ...options, signal }),
  };
  return [begin, ...perWave, end];
}

const nowDoing: Readonly<Record<Wave, string>> = {
  namespaces: "foundation: namespaces",
  cacerts: "trust: cacerts",
  definitions: "istio: definitions and roles",
  "control-plane": "istio: control plane",
  gateways: "istio: gateways",
  join: "join: remote secrets",
  services: "services: workloads",
  destinations: "routes: gateways and destination rules",
  routes: "routes: virtual services",
};

async function runWave(
  wave: Wave,
  work: Working,
  prepared: PreparedPlan,
  all: ReadonlyMap<string, Working>,
  options: EngineOptions,
): Promise<void> {
  const objects = work.plan.objects.filter((object) => object.wave === wave);
  if (objects.length === 0) {
    return;
  }
  const subject = work.one.cluster.name;
  const task = nowDoing[wave];
  const started = options.now();
  options.onEvent({ kind: "task.started", subject, task });
  const note = (text: string): void => options.onEvent({ kind: "task.note", subject, task, note: text });
  try {
    await applyObjects(objects, work, prepared, all, options);
    const written = objects.filter((object) => !isForMissing(object, all));
    await waitUntilReady(
      work.one.client,
      written.map((object) => referenceOf(object.object)),
      { timeoutMs: options.timeoutMs, signal: options.signal, onPending: (pending) => note(describePending(pending)) },
    );
    if (wave === "join") {
      const others = [...all].filter(([other, { failed }]) => other !== subject && !failed).map(([other]) => other);
      await waitUntilSynced(work.one, others, {
        timeoutMs: options.timeoutMs,
        signal: options.signal,
        onPending: note,
      });
    }
    if (wave === "routes") {
      const live = [...all.values()].filter(({ failed }) => !failed).map(({ one }) => one);
      const waiting = { timeoutMs: options.timeoutMs, signal: options.signal, onPending: note };
      await waitUntilServed(prepared.meshFile.mesh, work.one, live, waiting);
    }
    options.onEvent({ kind: "task.done", subject, task, seconds: (options.now() - started) / 1000 });
  } catch (error) {
    work.failed = true;
    if (!options.signal.aborted) {
      const [diagnostic] = await diagnoseFailure(error, subject, wave);
      if (diagnostic !== undefined) {
        options.onEvent({ kind: "task.failed", subject, task, diagnostic });
      }
    }
    throw error;
  }
}

/** True for the credential of a cluster that is away or failed: it cannot be read, so nothing is written for it. */
function isForMissing(object: PlannedObject, all: ReadonlyMap<string, Working>): boolean {
  const missing = remoteOf(object.object);
  return object.wave === "join" && missing !== undefined && (all.get(missing)?.failed ?? true);
}

/** One rank after the other (service accounts before the pods that use them), all objects of a rank at once. */
async function applyObjects(
  objects: readonly PlannedObject[],
  work: Working,
  prepared: PreparedPlan,
  all: ReadonlyMap<string, Working>,
  options: EngineOptions,
): Promise<void> {
  const changing = objects.filter((object) => object.action !== "none" && !isForMissing(object, all));
  const ranks = [...new Set(changing.map((object) => rankOf(object.id.kind)))].sort((a, b) => a - b);
  for (const rank of ranks) {
    const batch = changing.filter((object) => rankOf(object.id.kind) === rank);
    await Promise.all(batch.map(async (object) => applyObject(object, work, prepared, all, options)));
  }
}

async function applyObject(
  planned: PlannedObject,
  work: Working,
  prepared: PreparedPlan,
  all: ReadonlyMap<string, Working>,
  options: EngineOptions,
): Promise<void> {
  const object = planned.knownAfterApply
    ? await completeObject(planned, {
        cluster: clusterNamed(prepared.meshFile.mesh, work.one.cluster.name),
        mesh: prepared.meshFile.mesh,
        rootFiles: prepared.trust.files,
        connected: [...all.values()].map((other) => other.one),
        options,
      })
    : planned.object;
  const result = await work.one.client.apply(object, { force: options.forceConflicts, signal: options.signal });
  work.outcomes.set(keyOf(planned.id), { applied: object, result });
  work.applied += 1;
  options.onEvent({
    kind: "object.applied",
    cluster: work.one.cluster.name,
    phase: planned.phase,
    wave: planned.wave,
    action: planned.action === "create" ? "create" : "update",
    id: planned.id,
  });
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
  await work.one.client.apply(renderInventory({ ...work.plan.inventory, items }), { signal });
}

/** Prunes when asked, then writes the inventory that the next plan starts from; not at all when it is the same. */
async function finish(work: Working, options: EngineOptions & { readonly prune: boolean }): Promise<void> {
  const gone = options.prune ? await deleteItems(work.one, work.plan.prune, options) : [];
  work.deleted += gone.length;
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
  const ofWaves = await Promise.all(
    waves.map(async (wave): Promise<WaveOutcome> => {
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
    diagnostics: [...ofWaves.flatMap((wave) => wave.diagnostics), ...ends.flat()],
  };
}

function describePending(
  pending: readonly { readonly id: { readonly kind: string; readonly name: string }; readonly reason: string }[],
): string {
  const [first] = pending;
  if (first === undefined) {
    return "";
  }
  const more = pending.length > 1 ? ` (and ${pending.length - 1} more)` : "";
  return `waiting for ${first.id.kind} ${first.id.name}: ${first.reason}${more}`;
}
