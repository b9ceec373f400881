import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { isProvenByItsName } from "../../core/front-door/name-objects.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { describeId, idOf, keyOf } from "../../core/model/kube-object.ts";
import { applyTasks } from "../../core/plan/apply-tasks.ts";
import { forcesConflicts } from "../../core/plan/force-conflicts.ts";
import { offersLeftEndpoints } from "../../core/plan/left-clusters.ts";
import type { PlannedObject } from "../../core/plan/plan.ts";
import type { TaskRef } from "../../core/plan/task-ref.ts";
import type { Wave } from "../../core/render/waves.ts";
import { referenceOf } from "../../kube/object-reference.ts";
import { waitUntilReady } from "../../kube/readiness/wait.ts";
import { describePending } from "../progress/describe-pending.ts";
import type { ApplyRun } from "./apply-run.ts";
import { membersOf, servedMesh } from "./apply-run.ts";
import type { ClusterRun } from "./cluster-run.ts";
import { runClusterTask } from "./cluster-task.ts";
import { findHalted } from "./halted.ts";
import { explainStuckIstiod } from "./waits/stuck-istiod.ts";
import { touchStuckDefinitions } from "./waits/stuck-definitions.ts";
import { touchStuckNamespaces } from "./waits/stuck-namespaces.ts";
import { explainStuckCertificates } from "./waits/stuck-certificates.ts";
import type { PendingHandler } from "./waits/touch-object.ts";
import { waitUntilServed } from "./waits/until-served.ts";
import { waitUntilSynced } from "./waits/until-synced.ts";
import { applyObjects } from "./write-objects.ts";

/**
 * Applies the objects of one wave on one cluster and waits until they are
 * ready, the join until istiod sees the others, the routes until the ingress
 * has its endpoints. Rejects with what stopped it, which it has emitted as an event.
 */
export async function runWave(wave: Wave, work: ClusterRun, run: ApplyRun): Promise<void> {
  const objects = work.plan.objects.filter((object) => object.wave === wave);
  if (objects.length === 0) {
    return;
  }
  const cluster = work.one.cluster.name;
  const part = async (ref: TaskRef, wait: () => Promise<void>): Promise<void> =>
    runClusterTask(ref, work, run.options, wait);
  await runClusterTask(applyTasks.wave(cluster, wave), work, run.options, async (note) => {
    const unready = await applyObjects(objects, work, run);
    await part(applyTasks.ready(cluster, wave), async () => {
      const ready = await waitForObjects(unready, { wave, work, run, note });
      noteHalted(objects, ready, wave, work);
    });
    if (wave === "join") {
      await part(applyTasks.synced(cluster), async () => waitForOthers(work, run, note));
    }
    if (wave === "routes") {
      await part(applyTasks.served(cluster), async () => waitForEndpoints(work, run, note));
    }
  });
}

/** Gives the objects that were waited for as they are when they are ready. */
async function waitForObjects(
  unready: readonly PlannedObject[],
  {
    wave,
    work,
    run,
    note,
  }: { readonly wave: Wave; readonly work: ClusterRun; readonly run: ApplyRun; readonly note: (text: string) => void },
): Promise<ReadonlyMap<string, KubeObject>> {
  const ready = new Map<string, KubeObject>();
  // Names are written when all clusters have ended; what waits for them is proven afterwards.
  const later = unready.filter(({ object }) => isProvenByItsName(run.prepared.meshFile.mesh, object));
  if (later.length > 0) {
    note(`not waiting for ${later.map(({ id }) => describeId(id)).join(", ")}, proven when its name leads here`);
  }
  await waitUntilReady(
    work.one.client,
    unready.filter((one) => !later.includes(one)).map((object) => referenceOf(object.object)),
    {
      timeoutMs: run.options.timeoutMs,
      signal: run.options.signal,
      onPending: (pending) => note(describePending(pending)),
      onReady: (live) => void ready.set(keyOf(idOf(live)), live),
      handlePending: handlerOf(wave, work, run),
    },
  );
  return ready;
}

/** Until istiod reports every other cluster as synced. */
async function waitForOthers(work: ClusterRun, run: ApplyRun, onPending: (note: string) => void): Promise<void> {
  const { timeoutMs, signal } = run.options;
  const others = membersOf(run.prepared.meshFile.mesh, run.all)
    .filter((other) => other !== work && !other.failed)
    .map((other) => other.one.cluster.name);
  await waitUntilSynced(work.one, others, { timeoutMs, signal, onPending });
}

/** Until the ingress gateways have the endpoints that the clusters offer. */
async function waitForEndpoints(work: ClusterRun, run: ApplyRun, onPending: (note: string) => void): Promise<void> {
  const { prepared, all, options } = run;
  const live = membersOf(prepared.meshFile.mesh, all)
    .filter(({ failed }) => !failed)
    .map(({ one }) => one);
  // What is outside the scope is not asked, and may offer endpoints as before. What has left the mesh file is deleted when no route leads there any more, and offers its endpoints until then.
  const leaving = [...all.values()].some(({ plan }) => offersLeftEndpoints(plan));
  await waitUntilServed(servedMesh(run), work.one, live, {
    timeoutMs: options.timeoutMs,
    signal: options.signal,
    onPending,
    mayBeForeign: () => leaving || prepared.scope.length > 0,
  });
}

/** Notes what is as asked and has no pods; without istiod nothing that comes after this wave can succeed. */
function noteHalted(
  objects: readonly PlannedObject[],
  ready: ReadonlyMap<string, KubeObject>,
  wave: Wave,
  work: ClusterRun,
): void {
  const place = { cluster: work.one.cluster.name, context: work.one.context.context, wave };
  const halted = objects.flatMap(({ id, object }) => {
    const live = ready.get(keyOf(id));
    return (live === undefined ? undefined : findHalted(live, object, place)) ?? [];
  });
  const istiod = halted.find(({ id }) => wave === "control-plane" && id.name.startsWith("istiod"));
  if (istiod !== undefined) {
    throw new UserError([istiod.diagnostic], exitCodes.failed);
  }
  work.halted.push(...halted);
}

/** What is done about objects that wait for a controller which has forgotten them. */
function handlerOf(wave: Wave, { one, plan }: ClusterRun, { options }: ApplyRun): PendingHandler | undefined {
  const desired = plan.objects.map(({ object }) => object);
  const touching = { force: (kind: string) => forcesConflicts(options.forceConflicts, kind), now: options.now };
  switch (wave) {
    case "definitions":
      return touchStuckDefinitions(one.client, desired, touching);
    case "control-plane":
      return explainStuckIstiod(one.client);
    case "gateways":
    case "services":
      return touchStuckNamespaces(one.client, desired, touching);
    case "front-doors":
      return explainStuckCertificates({ client: one.client, context: one.context.context });
    default:
      return undefined;
  }
}
