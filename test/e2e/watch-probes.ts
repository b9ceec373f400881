import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";

/** Runs kubectl with these words and gives what it printed. */
type Kubectl = (args: readonly string[]) => Promise<string>;

const phases = [
  "-n",
  "istio-system",
  "get",
  "pods",
  "-l",
  "isthmus.dev/probe",
  "-o",
  "jsonpath={.items[*].status.phase}",
];

/** Waits until a watch of published names asks from its pod in a cluster, and has asked a round. */
export async function untilProbed(kubectl: Kubectl): Promise<void> {
  await expect.poll(async () => kubectl(phases), { timeout: 30_000, interval: 500 }).toBe("Running");
  // Its ports are opened, and a round is asked through them.
  await sleep(8000);
}

/** Waits until that pod is gone: deleted it is by the watch's end, and the kubelet takes a moment to end it. */
export async function untilUnprobed(kubectl: Kubectl): Promise<void> {
  await expect.poll(async () => kubectl(phases), { timeout: 20_000, interval: 500 }).toBe("");
}
