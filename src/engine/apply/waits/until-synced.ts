import { errorOf } from "../../../core/diagnostics/coded.ts";
import { setTimeout as pause } from "node:timers/promises";
import { istioNamespace } from "../../../core/render/names.ts";
import { exitCodes } from "../../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../../core/diagnostics/user-error.ts";
import type { Connected } from "../../clusters/connect-clusters.ts";
import { readRemoteSync } from "../../facts/remote-sync.ts";

export interface WaitUntilSyncedOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onPending: (text: string) => void;
}

const pollMs = 150;

/**
 * Returns when every istiod of the cluster reports every other cluster as
 * synced. A UserError (ISM304) after `timeoutMs` names the pairs that are not.
 */
export async function waitUntilSynced(
  one: Connected,
  others: readonly string[],
  options: WaitUntilSyncedOptions,
): Promise<void> {
  if (others.length === 0) {
    return;
  }
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    const missing = await missingOf(one, others, options.signal);
    if (missing.length === 0) {
      return;
    }
    options.onPending(`waiting for istiod: ${missing.join(", ")}`);
    if (Date.now() > deadline) {
      throw new UserError([notSynced(one, missing, options.timeoutMs)], exitCodes.failed);
    }
    await pause(pollMs, undefined, { signal: options.signal });
  }
}

async function missingOf(one: Connected, others: readonly string[], signal: AbortSignal): Promise<string[]> {
  const pods = await readRemoteSync(one.client, signal);
  if (pods.length === 0) {
    return ["no istiod pod is running"];
  }
  return pods.flatMap((pod) => {
    if (pod.problem !== undefined) {
      return [`${pod.pod} cannot be asked: ${pod.problem}`];
    }
    return others
      .filter((other) => pod.clusters.get(other) !== "synced")
      .map((other) => `${pod.pod} has ${other} ${pod.clusters.get(other) ?? "not yet"}`);
  });
}

function notSynced(one: Connected, missing: readonly string[], timeoutMs: number) {
  return {
    ...errorOf("ISM304"),
    detail: `After ${timeoutMs / 1000} s in cluster ${one.cluster.name}: ${missing.join("; ")}. Its workloads cannot reach services there.`,
    fix: `Look whether ${istioNamespace}/istiod of ${one.cluster.name} can reach the other cluster's API address (see its log), set spec.clusters[].endpoint if it must use another one, then apply again.`,
    cluster: one.cluster.name,
  } as const;
}
