import type { KubeObject } from "../../core/model/kube-object.ts";
import { keyOf } from "../../core/model/kube-object.ts";
import { applyTasks } from "../../core/plan/apply-tasks.ts";
import { digestLive, digestObject } from "../../core/plan/digest.ts";
import { forcesConflicts } from "../../core/plan/force-conflicts.ts";
import type { PlannedObject } from "../../core/plan/plan.ts";
import { isIstioConfig } from "../../core/render/istio-config.ts";
import { isCatalogApp } from "../../core/render/rancher-app.ts";
import type { ApplyRun } from "./apply-run.ts";
import { largeKinds } from "../plan/live-objects.ts";
import type { ClusterRun } from "./cluster-run.ts";
import type { FillInputs } from "./known-after-apply.ts";
import { fillKnownAfterApply } from "./known-after-apply.ts";
import { installCatalogApp } from "./rancher-app.ts";

/** Writes one object and emits that. Gives what the API server made of it; undefined where Rancher does the work. */
export async function applyObject(
  planned: PlannedObject,
  work: ClusterRun,
  run: ApplyRun,
): Promise<KubeObject | undefined> {
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

async function writeObject(planned: PlannedObject, work: ClusterRun, run: ApplyRun): Promise<KubeObject> {
  const { options } = run;
  const object = await fillKnownAfterApply(planned, fillInputsOf(planned, work, run));
  const force = forcesConflicts(options.forceConflicts, object.kind);
  const result = await work.one.client.apply(object, { force, signal: options.signal });
  if (isIstioConfig(object)) {
    work.proxiesChangedAt = options.now();
  }
  work.outcomes.set(keyOf(planned.id), {
    applied: digestObject(object),
    resourceVersion: result.metadata["resourceVersion"],
    ...(largeKinds.has(object.kind) ? {} : { result: digestLive(result) }),
  });
  return result;
}

function fillInputsOf(
  { wave }: PlannedObject,
  work: ClusterRun,
  { prepared, sharedReads, orders, options }: ApplyRun,
): FillInputs {
  const { mesh } = prepared.meshFile;
  const subject = work.one.cluster.name;
  const { id, task } = applyTasks.wave(subject, wave);
  return {
    cluster: work.one.cluster,
    mesh,
    rootFiles: prepared.trust.files,
    cacertsForm: work.one.facts.authority?.form,
    rancher: prepared.rancher,
    sharedReads,
    orders,
    onProgress: (note) => options.onEvent({ kind: "task.note", subject, task, note, id }),
    onWarning: (diagnostic) => work.warnings.push(diagnostic),
    options,
  };
}

async function installApp(
  planned: PlannedObject,
  work: ClusterRun,
  { prepared, options }: ApplyRun,
): Promise<undefined> {
  if (prepared.rancher.kind !== "linked") {
    throw new Error("Rancher is unavailable, and its catalog with it");
  }
  const action = planned.action === "create" ? "create" : "update";
  const place = { link: prepared.rancher.link, cluster: work.one.cluster };
  await installCatalogApp(planned.object, action, place, options);
  return undefined;
}
