import { expect, it } from "vitest";
import type { KubeObject } from "../model/kube-object.ts";
import { isLeftover } from "./probe-leftover.ts";

const made = Date.parse("2026-03-01T12:00:00Z");

function pod(phase: string, more: Partial<KubeObject["metadata"]> = {}): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "isthmus-probe-1",
      namespace: "sample",
      creationTimestamp: "2026-03-01T12:00:00Z",
      annotations: { "isthmus.dev/probe-maker": "boot/1/42/7" },
      ...more,
    },
    spec: { activeDeadlineSeconds: 600 },
    status: { phase },
  };
}

it.each([
  ["runs, and so does who made it", pod("Running"), 30, false, false],
  ["runs, and who made it has ended", pod("Running"), 30, true, true],
  ["runs, and nobody knows who made it", pod("Running", { annotations: {} }), 30, true, false],
  ["waits for its image longer than it may live", pod("Pending", { annotations: {} }), 700, false, true],
  ["was ended by the kubelet", pod("Failed"), 30, false, true],
  ["has ended by itself", pod("Succeeded"), 30, false, true],
  ["is going already", pod("Failed", { deletionTimestamp: "2026-03-01T12:00:10Z" }), 30, true, false],
])("a probe pod that %s", (_, one, seconds, ended, leftover) => {
  expect(isLeftover(one, made + seconds * 1000, (maker) => ended && maker === "boot/1/42/7")).toBe(leftover);
});
