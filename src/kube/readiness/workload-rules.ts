import type { KubeObject } from "../../core/model/kube-object.ts";
import { conditionOf, fieldsAt, numberAt, textAt, wordsOf } from "./object-fields.ts";
import type { Readiness } from "./readiness.ts";
import { current, failed, inProgress } from "./readiness.ts";

/** The order of `kubectl rollout status` (https://github.com/kubernetes/kubectl/blob/master/pkg/polymorphichelpers/rollout_status.go). */
export function deploymentReadiness(object: KubeObject): Readiness {
  const [spec, status] = [fieldsAt(object, "spec"), fieldsAt(object, "status")];
  const progressing = conditionOf(object, "Progressing");
  if (progressing?.reason === "ProgressDeadlineExceeded") {
    return failed(`no progress within progressDeadlineSeconds: ${wordsOf(progressing)}`);
  }
  const failure = conditionOf(object, "ReplicaFailure");
  if (failure?.status === "True") {
    return inProgress(`pods cannot be created: ${wordsOf(failure)}`);
  }
  const wanted = numberAt(spec, "replicas", 1);
  const updated = numberAt(status, "updatedReplicas", 0);
  const available = numberAt(status, "availableReplicas", 0);
  const all = numberAt(status, "replicas", 0);
  if (updated < wanted) {
    return inProgress(`${updated} of ${wanted} pods are of the new version`);
  }
  if (all > updated) {
    return inProgress(`${all - updated} pods of the old version still run`);
  }
  return available < wanted
    ? inProgress(`${available} of ${wanted} pods are available`)
    : current(`${wanted} of ${wanted} pods are available`);
}

export function daemonSetReadiness(object: KubeObject): Readiness {
  const status = fieldsAt(object, "status");
  if (status["desiredNumberScheduled"] === undefined) {
    return inProgress("the controller has not counted its nodes yet");
  }
  const wanted = numberAt(status, "desiredNumberScheduled", 0);
  const updated = numberAt(status, "updatedNumberScheduled", 0);
  const available = numberAt(status, "numberAvailable", 0);
  // With OnDelete pods stay old until someone deletes them, so that waiting for new ones would never end.
  const onDelete = textAt(fieldsAt(fieldsAt(object, "spec"), "updateStrategy"), "type") === "OnDelete";
  if (!onDelete && updated < wanted) {
    return inProgress(`${updated} of ${wanted} pods are of the new version`);
  }
  return available < wanted
    ? inProgress(`${available} of ${wanted} pods are available`)
    : current(`${wanted} of ${wanted} pods are available`);
}

export function statefulSetReadiness(object: KubeObject): Readiness {
  const [spec, status] = [fieldsAt(object, "spec"), fieldsAt(object, "status")];
  const wanted = numberAt(spec, "replicas", 1);
  const ready = numberAt(status, "readyReplicas", 0);
  const updated = numberAt(status, "updatedReplicas", 0);
  if (ready < wanted) {
    return inProgress(`${ready} of ${wanted} pods are ready`);
  }
  const strategy = fieldsAt(spec, "updateStrategy");
  if (textAt(strategy, "type") === "OnDelete") {
    return current(`${ready} of ${wanted} pods are ready`);
  }
  // Pods below the partition keep the old version on purpose
  // (https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#partitions).
  const toUpdate = wanted - numberAt(fieldsAt(strategy, "rollingUpdate"), "partition", 0);
  const finished = status["currentRevision"] === status["updateRevision"] || updated >= toUpdate;
  return finished
    ? current(`${ready} of ${wanted} pods are ready`)
    : inProgress(`${updated} of ${toUpdate} pods are of the new version`);
}

export function replicaSetReadiness(object: KubeObject): Readiness {
  const [spec, status] = [fieldsAt(object, "spec"), fieldsAt(object, "status")];
  const failure = conditionOf(object, "ReplicaFailure");
  if (failure?.status === "True") {
    return inProgress(`pods cannot be created: ${wordsOf(failure)}`);
  }
  const wanted = numberAt(spec, "replicas", 1);
  const available = numberAt(status, "availableReplicas", 0);
  return available < wanted
    ? inProgress(`${available} of ${wanted} pods are available`)
    : current(`${wanted} of ${wanted} pods are available`);
}

export function jobReadiness(object: KubeObject): Readiness {
  const failure = conditionOf(object, "Failed");
  if (failure?.status === "True") {
    return failed(`the job failed: ${wordsOf(failure)}`);
  }
  if (conditionOf(object, "Complete")?.status === "True") {
    return current("the job is complete");
  }
  const status = fieldsAt(object, "status");
  return inProgress(`${numberAt(status, "active", 0)} pods run, ${numberAt(status, "failed", 0)} failed`);
}
