import { keyOf } from "../core/model/kube-object.ts";
import { clusterNamed } from "../core/model/mesh.ts";
import type { PlannedObject } from "../core/plan/plan.ts";
import { rankOf } from "../core/render/order.ts";
import { remoteOf } from "../core/render/remote-secret.ts";
import type { Wave } from "../core/render/waves.ts";
import { referenceOf } from "../kube/object-reference.ts";
import { waitUntilReady } from "../kube/readiness/wait.ts";
import { completeObject } from "./complete-object.ts";
import { diagnoseFailure } from "./diagnose-failure.ts";
import type { PreparedPlan } from "./operations/plan.ts";
import type { EngineOptions } from "./options.ts";
import { waitUntilServed } from "./wait-until-served.ts";
import { waitUntilSynced } from "./wait-until-synced.ts";
import type { Working } from "./working.ts";

const nowDoing: Readonly<Record<Wave, string>> = {
  projects: "foundation: Rancher projects",
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

/** An apply while it runs: the plan, every cluster that takes part, and how to work. */
export interface Run {
  readonly prepared: PreparedPlan;
  readonly all: ReadonlyMap<string, Working>;
  readonly options: EngineOptions;
}

/**
 * Applies the objects of one wave on one cluster and waits until they are
 * ready, the join until istiod sees the others, the routes until the ingress
 * has its endpoints. Rejects with what stopped it, which it has told as an event.
 */
export async function runWave(wave: Wave, work: Working, run: Run): Promise<void> {
  const { prepared, all, options } = run;
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
    await applyObjects(objects, work, run);
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
async function applyObjects(objects: readonly PlannedObject[], work: Working, run: Run): Promise<void> {
  const changing = objects.filter((object) => object.action !== "none" && !isForMissing(object, run.all));
  const ranks = [...new Set(changing.map((object) => rankOf(object.id.kind)))].sort((a, b) => a - b);
  for (const rank of ranks) {
    const batch = changing.filter((object) => rankOf(object.id.kind) === rank);
    await Promise.all(batch.map(async (object) => applyObject(object, work, run)));
  }
}

async function applyObject(planned: PlannedObject, work: Working, { prepared, all, options }: Run): Promise<void> {
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
