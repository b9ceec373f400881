import { conditionOf, fieldsAt, listAt, numberAt, textAt, wordsOf } from "./object-fields.ts";
import type { Fields } from "./object-fields.ts";
import type { Readiness } from "./readiness.ts";
import { current, failed, inProgress } from "./readiness.ts";

/** A pod is current when it is ready, or has ended well. Otherwise the reason is what keeps it, from its containers outwards. */
export function podReadiness(pod: Fields): Readiness {
  const status = fieldsAt(pod, "status");
  const phase = textAt(status, "phase");
  if (phase === "Succeeded") {
    return current("the pod has ended well");
  }
  if (phase === "Failed") {
    return failed(
      `the pod failed: ${textAt(status, "message") ?? textAt(status, "reason") ?? describeContainers(pod) ?? "no reason is given"}`,
    );
  }
  if (conditionOf(pod, "Ready")?.status === "True") {
    return current("the pod is ready");
  }
  const scheduled = conditionOf(pod, "PodScheduled");
  if (scheduled?.status === "False") {
    return inProgress(`no node takes the pod: ${wordsOf(scheduled)}`);
  }
  return inProgress(describeContainers(pod) ?? "the pod has not started yet");
}

/** True for reasons that come by on the way to a running container and explain nothing when they stay. */
export function isVague(reason: string): boolean {
  return /ContainerCreating|PodInitializing|not started yet/.test(reason);
}

/** The first container that is stopped or waiting, init containers first, since the others wait for them. */
function describeContainers(pod: Fields): string | undefined {
  const status = fieldsAt(pod, "status");
  const containers = [...listAt(status, "initContainerStatuses"), ...listAt(status, "containerStatuses")];
  const descriptions = containers.map(describeContainer).filter((text) => text !== undefined);
  return descriptions.find((text) => !isVague(text)) ?? descriptions[0];
}

function describeContainer(container: Fields): string | undefined {
  const name = textAt(container, "name") ?? "";
  const state = fieldsAt(container, "state");
  const waiting = fieldsAt(state, "waiting");
  const why = textAt(waiting, "reason");
  if (why !== undefined) {
    const last = fieldsAt(fieldsAt(container, "lastState"), "terminated");
    const exit =
      last["exitCode"] === undefined
        ? ""
        : `, last exit code ${numberAt(last, "exitCode", 0)} (${textAt(last, "reason") ?? "no reason"})`;
    const message = textAt(waiting, "message");
    // The message of CrashLoopBackOff only repeats the pod's UID; the exit code says more.
    return why === "CrashLoopBackOff"
      ? `container ${name} keeps crashing (CrashLoopBackOff${exit})`
      : `container ${name}: ${why}${message === undefined ? "" : `: ${message}`}`;
  }
  const ended = fieldsAt(state, "terminated");
  if (ended["exitCode"] !== undefined && ended["exitCode"] !== 0) {
    return `container ${name} ended with exit code ${numberAt(ended, "exitCode", 0)} (${textAt(ended, "reason") ?? "no reason"})`;
  }
  return state["running"] !== undefined && container["ready"] === false ? describeRunning(container, name) : undefined;
}

/** Ended init containers are `ready: true`, running sidecars among them count like others. */
function describeRunning(container: Fields, name: string): string {
  return container["started"] === false
    ? `container ${name} has not passed its startup probe`
    : `container ${name} runs, but is not ready (readiness probe)`;
}
