import { errorOf } from "../../../core/diagnostics/coded.ts";
import { setTimeout as pause } from "node:timers/promises";
import { exitCodes } from "../../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../../core/diagnostics/user-error.ts";
import type { Connected } from "../../clusters/connect-clusters.ts";
import { readRemoteSync } from "../../facts/remote-sync.ts";
import type { WaitUntilSyncedOptions } from "./until-synced.ts";
import { kubectlLine } from "../../../core/kubectl-line.ts";

const pollMs = 150;

/**
 * Returns when no istiod of the cluster knows any of the clusters that have
 * left. A UserError (ISM318) after `timeoutMs` names what is still known.
 */
export async function waitUntilLeft(
  one: Connected,
  left: readonly string[],
  options: WaitUntilSyncedOptions,
): Promise<void> {
  if (left.length === 0) {
    return;
  }
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    const pods = await readRemoteSync(one.client, options.signal);
    const still = pods.flatMap(({ pod, problem, clusters }) =>
      problem === undefined
        ? left.filter((cluster) => clusters.has(cluster)).map((cluster) => `${pod} still knows ${cluster}`)
        : [`${pod} cannot be asked: ${problem}`],
    );
    if (still.length === 0) {
      return;
    }
    options.onPending(`waiting for istiod: ${still.join(", ")}`);
    if (Date.now() > deadline) {
      throw new UserError([notLeft(one, still, options.timeoutMs)], exitCodes.failed);
    }
    await pause(pollMs, undefined, { signal: options.signal });
  }
}

function notLeft(one: Connected, still: readonly string[], timeoutMs: number) {
  return {
    ...errorOf("ISM318"),
    detail: `After ${timeoutMs / 1000} s in cluster ${one.cluster.name}: ${still.join("; ")}. The remote secret is deleted; workloads may still be sent there.`,
    fix: `Look into istiod's log, and restart it if it does not let go: ${kubectlLine(one.context.context)} -n istio-system rollout restart deploy -l app=istiod`,
    cluster: one.cluster.name,
  } as const;
}
