import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { idOf, keyOf } from "../../core/model/kube-object.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import { digestLive, digestObject } from "../../core/plan/digest.ts";
import { forcesConflicts } from "../../core/plan/force-conflicts.ts";
import { offersLeftEndpoints } from "../../core/plan/left-clusters.ts";
import type { PlannedObject } from "../../core/plan/plan.ts";
import { isIstioConfig } from "../../core/render/istio-config.ts";
import { compareText, rankOf } from "../../core/render/order.ts";
import { isCatalogApp } from "../../core/render/rancher-app.ts";
import { remoteOf } from "../../core/render/remote-secret.ts";
import type { Wave } from "../../core/render/waves.ts";
import { waveRules } from "../../core/render/waves.ts";
import type { KubeError } from "../../kube/errors.ts";
import { isRefusal } from "../../kube/errors.ts";
import { diagnoseKubeError } from "../../kube/diagnose.ts";
import type { Limiter } from "../../kube/limiter.ts";
import { referenceOf } from "../../kube/object-reference.ts";
import { isReadyOnceStored } from "../../kube/readiness/readiness-of.ts";
import { waitUntilReady } from "../../kube/readiness/wait.ts";
import { installCatalogApp } from "./rancher-app.ts";
import type { Completion } from "./known-after-apply.ts";
import { completeObject } from "./known-after-apply.ts";
import { withContinue } from "../plan/continue-hint.ts";
import { describePending } from "../progress/describe-pending.ts";
import type { PreparedPlan } from "../plan/prepare-plan.ts";
import type { PlanOptions, ProgramLookup, RunOptions } from "../options.ts";
import { findHalted } from "./halted.ts";
import { mapAhead } from "../progress/map-ahead.ts";
import { requestLimits } from "../clusters/request-limits.ts";
import { isInScope, withoutCredential } from "../clusters/scope.ts";
import type { Peers } from "./shared-reads.ts";
import { tellFailure } from "./report-failure.ts";
import { waitUntilServed } from "./waits/until-served.ts";
import { waitUntilSynced } from "./waits/until-synced.ts";
import { explainsIstiod } from "./waits/stuck-istiod.ts";
import { wakesDefinitions } from "./waits/stuck-definitions.ts";
import { wakesNamespaces } from "./waits/stuck-namespaces.ts";
import type { Attend } from "./waits/touch-object.ts";
import type { Working } from "./cluster-run.ts";

/** How the work on each wave is called in events. */
export const nowDoing: Readonly<Record<Wave, string>> = {
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
  "front-doors": "front doors: certificates and names",
};

/** An apply while it runs: the plan, every cluster that takes part, and how to work. */
export interface Run {
  readonly prepared: PreparedPlan;
  readonly all: ReadonlyMap<string, Working>;
  readonly peers: Peers;
  /** Lets only some clusters read back at a time what was written. */
  readonly reading: Limiter;
  readonly options: RunOptions & PlanOptions & Pick<ProgramLookup, "env" | "istioctlCandidates">;
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
    const unready = await applyObjects(objects, work, run);
    const ready = new Map<string, KubeObject>();
    await waitUntilReady(
      work.one.client,
      unready.map((object) => referenceOf(object.object)),
      {
        timeoutMs: options.timeoutMs,
        signal: options.signal,
        onPending: (pending) => note(describePending(pending)),
        onReady: (live) => void ready.set(keyOf(idOf(live)), live),
        attend: attends(wave, work, run),
      },
    );
    noteHalted(objects, ready, wave, work);
    if (wave === "join") {
      const others = membersOf(prepared.meshFile.mesh, all)
        .filter((other) => other.one.cluster.name !== subject && !other.failed)
        .map((other) => other.one.cluster.name);
      await waitUntilSynced(work.one, others, {
        timeoutMs: options.timeoutMs,
        signal: options.signal,
        onPending: note,
      });
    }
    if (wave === "routes") {
      const live = membersOf(prepared.meshFile.mesh, all)
        .filter(({ failed }) => !failed)
        .map(({ one }) => one);
      const waiting = { timeoutMs: options.timeoutMs, signal: options.signal, onPending: note };
      // What is outside the scope is not asked, and may offer endpoints as before. What has left the mesh file is deleted when no route leads there any more, and offers its endpoints until then.
      const leaving = [...all.values()].some(({ plan }) => offersLeftEndpoints(plan));
      await waitUntilServed(servedMesh(run), work.one, live, {
        ...waiting,
        mayBeForeign: () => leaving || prepared.scope.length > 0,
      });
    }
    options.onEvent({ kind: "task.done", subject, task, seconds: (options.now() - started) / 1000 });
  } catch (error) {
    work.failed = true;
    throw await tellFailure(error, work, task, options);
  }
}

/** Notes what is as asked and has no pods; without istiod nothing that comes after this wave can succeed. */
function noteHalted(
  objects: readonly PlannedObject[],
  ready: ReadonlyMap<string, KubeObject>,
  wave: Wave,
  work: Working,
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
function attends(wave: Wave, { one, plan }: Working, { options }: Run): Attend | undefined {
  const desired = plan.objects.map(({ object }) => object);
  const waking = { force: (kind: string) => forcesConflicts(options.forceConflicts, kind), now: options.now };
  switch (wave) {
    case "definitions":
      return wakesDefinitions(one.client, desired, waking);
    case "control-plane":
      return explainsIstiod(one.client);
    case "gateways":
    case "services":
      return wakesNamespaces(one.client, desired, waking);
    default:
      return undefined;
  }
}

/**
 * True for the credential of a cluster that is away or failed, or outside the
 * scope and without one: it cannot be read, so nothing is written for it.
 */
function isForMissing(object: PlannedObject, { prepared, all }: Run): boolean {
  const remote = remoteOf(object.object);
  if (object.wave !== "join" || remote === undefined) {
    return false;
  }
  const member = all.get(remote);
  if (member !== undefined) {
    return member.failed;
  }
  const { connections, meshFile, scope } = prepared;
  const bystander =
    !isInScope(scope, remote) && connections.some((one) => one.kind === "connected" && one.cluster.name === remote);
  return (
    !bystander ||
    (object.knownAfterApply !== undefined && withoutCredential(meshFile.mesh, scope, connections).has(remote))
  );
}

/**
 * Writes what changes, one rank after the other (service accounts before the
 * pods that use them), and gives what is to be waited for, changed or not.
 * Rejects with a UserError of all objects of a rank that the API server refuses.
 */
async function applyObjects(
  objects: readonly PlannedObject[],
  work: Working,
  run: Run,
): Promise<readonly PlannedObject[]> {
  const present = objects.filter((object) => !isForMissing(object, run));
  const unready = new Set(present.filter((object) => object.action !== "none" || !isStored(object.live, object)));
  const changing = present.filter((object) => object.action !== "none");
  const ranks = [...new Set(changing.map((object) => rankOf(object.id.kind)))].sort((a, b) => a - b);
  // A client sends only so many at a time: what else was begun would wait in line, and hold its object meanwhile.
  const ahead = 2 * requestLimits(run.options, run.all.size).concurrency;
  for (const rank of ranks) {
    const batch = changing.filter((object) => rankOf(object.id.kind) === rank);
    const refused: { readonly object: PlannedObject; readonly error: KubeError }[] = [];
    const write = async (object: PlannedObject): Promise<void> => {
      try {
        const result = await applyObject(object, work, run);
        if (isStored(result, object)) {
          unready.delete(object);
        }
      } catch (error) {
        if (!isRefusal(error)) {
          throw error;
        }
        refused.push({ object, error });
      }
    };
    for await (const _written of mapAhead(batch, ahead, write)) {
      // Nothing to do with one alone.
    }
    await refuse(refused, work, run);
    for (const { object } of refused) {
      unready.delete(object);
    }
  }
  return [...unready];
}

/**
 * With `--continue` what another field manager has taken meanwhile is left
 * as it is. Any other refusal is of something that is not there, or not as it
 * has to be, and stops the wave.
 */
async function refuse(
  refused: readonly { readonly object: PlannedObject; readonly error: KubeError }[],
  { one, leftOut }: Working,
  { options }: Run,
): Promise<void> {
  const found = await Promise.all(
    refused.map(async ({ object: { id, wave }, error }) => ({
      error,
      left: { id, wave, diagnostic: await diagnoseKubeError(error, one.cluster.name) },
    })),
  );
  const stays = ({ error }: { readonly error: KubeError }): boolean =>
    options.continueOnRefusal && error.kind === "conflict";
  leftOut.push(...found.filter(stays).map(({ left }) => left));
  const stopping = found
    .filter((one) => !stays(one))
    .map(({ left, error }) => (error.kind === "conflict" ? withContinue(left.diagnostic) : left.diagnostic));
  if (stopping.length > 0) {
    throw new UserError(
      stopping.toSorted((a, b) => compareText(a.detail, b.detail)),
      exitCodes.failed,
    );
  }
}

/** True for an object that is seen in the cluster and that nobody completes there. */
function isStored(seen: KubeObject | undefined, { object }: PlannedObject): boolean {
  return isReadyOnceStored(object) && seen !== undefined && seen.metadata["deletionTimestamp"] === undefined;
}

/** Gives what the API server made of it; undefined where Rancher does the work. */
async function applyObject(planned: PlannedObject, work: Working, run: Run): Promise<KubeObject | undefined> {
  const { options } = run;
  const result = isCatalogApp(planned.object)
    ? await installApp(planned, work, run)
    : await writeObject(planned, work, run);
  work.applied += 1;
  options.onEvent({
    kind: "object.applied",
    cluster: work.one.cluster.name,
    phase: planned.phase,
    wave: planned.wave,
    action: planned.action === "create" ? "create" : "update",
    id: planned.id,
  });
  return result;
}

async function writeObject(planned: PlannedObject, work: Working, run: Run): Promise<KubeObject> {
  const { options } = run;
  const object = await completeObject(planned, completionOf(work, run));
  const force = forcesConflicts(options.forceConflicts, object.kind);
  const result = await work.one.client.apply(object, { force, signal: options.signal });
  if (isIstioConfig(object)) {
    work.proxiesChangedAt = options.now();
  }
  work.outcomes.set(keyOf(planned.id), { applied: digestObject(object), result: digestLive(result) });
  return result;
}

function completionOf(work: Working, { prepared, peers, options }: Run): Completion {
  const { mesh } = prepared.meshFile;
  return {
    cluster: work.one.cluster,
    mesh,
    rootFiles: prepared.trust.files,
    cacertsForm: work.one.facts.authority?.form,
    rancher: prepared.rancher,
    peers,
    onWarning: (diagnostic) => work.warnings.push(diagnostic),
    options,
  };
}

async function installApp(planned: PlannedObject, work: Working, { prepared, options }: Run): Promise<undefined> {
  if (prepared.rancher.kind !== "linked") {
    throw new Error("Rancher is away, and its catalog with it");
  }
  const action = planned.action === "create" ? "create" : "update";
  const place = { link: prepared.rancher.link, cluster: work.one.cluster };
  await installCatalogApp(planned.object, action, place, options);
  return undefined;
}

/**
 * The mesh without the services of which something is left as it is
 * (`--continue`): what their gateways have then is not what the mesh file asks.
 */
export function servedMesh({ prepared, all }: Run): Mesh {
  const { mesh } = prepared.meshFile;
  const left = [...all.values()].flatMap((work) => work.leftOut);
  const ofServices = left.filter(
    ({ wave }) => waveRules[wave].phase === "services" || waveRules[wave].phase === "routes",
  );
  const namespaces = new Set(ofServices.map(({ id }) => id.namespace));
  return namespaces.size === 0
    ? mesh
    : { ...mesh, services: mesh.services.filter(({ namespace }) => !namespaces.has(namespace)) };
}

/** The clusters of the mesh that take part; Rancher's own, which only holds projects, is none of them. */
export function membersOf(mesh: Mesh, all: ReadonlyMap<string, Working>): readonly Working[] {
  return mesh.clusters.flatMap((cluster) => all.get(cluster.name) ?? []);
}
