import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { readWaitingPods } from "./waiting-pods.ts";

const now = new Date("2026-12-01T12:00:00Z");
const early = "2026-12-01T11:00:00Z";
const late = "2026-12-01T11:59:30Z";

/** A pod of Deployment web, as its ReplicaSet names it. */
function pod(name: string, status: object, created = early): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "shop",
      labels: { app: "web", "pod-template-hash": "5d4f" },
      creationTimestamp: created,
      ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-5d4f", controller: true, uid: "1" }],
    },
    status,
  } as unknown as KubeObject;
}

const notReady = (since: string): object => ({ type: "Ready", status: "False", lastTransitionTime: since });
const crashing = {
  name: "app",
  state: { waiting: { reason: "CrashLoopBackOff" } },
  lastState: { terminated: { exitCode: 1, reason: "Error" } },
};

describe("a pod that waits", () => {
  it.each<readonly [what: string, status: object, words: string]>([
    [
      "crashes",
      { phase: "Running", conditions: [notReady(early)], containerStatuses: [crashing] },
      "container app keeps crashing (CrashLoopBackOff, last exit code 1 (Error))",
    ],
    [
      "has no image",
      {
        phase: "Pending",
        conditions: [notReady(early)],
        containerStatuses: [
          { name: "app", state: { waiting: { reason: "ImagePullBackOff", message: "no such tag" } } },
        ],
      },
      "container app: ImagePullBackOff: no such tag",
    ],
    [
      "no node takes",
      {
        phase: "Pending",
        conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/1 nodes" }],
      },
      "no node takes the pod: 0/1 nodes",
    ],
    ["nobody has looked at", { phase: "Pending" }, "the pod has not started yet"],
  ])("is one that %s", (_, status, words) => {
    expect(readWaitingPods([pod("web-5d4f-x", status)], now)).toEqual([
      {
        namespace: "shop",
        name: "web-5d4f-x",
        labels: { app: "web", "pod-template-hash": "5d4f" },
        owner: { kind: "Deployment", name: "web" },
        since: early,
        words,
      },
    ]);
  });

  it.each<readonly [what: string, status: object, created: string]>([
    [
      "is ready",
      { phase: "Running", conditions: [{ type: "Ready", status: "True", lastTransitionTime: early }] },
      early,
    ],
    ["was made half a minute ago", { phase: "Pending" }, late],
    [
      "was ready half a minute ago",
      { phase: "Running", conditions: [notReady(late)], containerStatuses: [crashing] },
      early,
    ],
    ["has ended well", { phase: "Succeeded" }, early],
    ["was evicted", { phase: "Failed", reason: "Evicted" }, early],
  ])("is none that %s", (_, status, created) => {
    expect(readWaitingPods([pod("web-5d4f-x", status, created)], now)).toEqual([]);
  });
});
