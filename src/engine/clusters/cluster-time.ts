import { performance } from "node:perf_hooks";
import type { KubeError } from "../../kube/errors.ts";
import type { ResolvedContext } from "../../kube/kubeconfig/resolve-context.ts";
import { createReporter } from "../../kube/report-failure.ts";
import { withinTime } from "../../kube/within-time.ts";
import type { RunOptions } from "../options.ts";

/**
 * One look at a cluster, within the time that a cluster may take (`clusterTimeoutMs`),
 * which begins when the look does and not while it waits for its turn. Only
 * time counts in which this process had nothing to do: while it works on the
 * answers of others, or this one's lie unread, it is itself what is waited for.
 * The work ends by its signal. Rejects with what the work rejects with, the
 * caller's reason, or, when the time is up, a KubeError of kind `unreachable`,
 * whatever the work made of its end: to whoever looks the cluster is then one that does not answer (ISM777).
 * Where the time went by while a credential plugin ran, it is one of kind `credentials` (ISM266).
 */
export async function withinClusterTime<T>(
  { cluster, context }: { readonly cluster: { readonly name: string }; readonly context: ResolvedContext },
  { signal, clusterTimeoutMs: timeoutMs }: Pick<RunOptions, "signal" | "clusterTimeoutMs">,
  look: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (timeoutMs === undefined) {
    return look(signal);
  }
  const begun = performance.eventLoopUtilization();
  const spent = (): number => performance.eventLoopUtilization(begun).idle;
  let cut: KubeError | undefined;
  const late = (): KubeError => {
    cut = createReporter(cluster.name, context).late(timeoutMs);
    return cut;
  };
  const found = await withinTime({ signal, timeoutMs, late, spent }, async (stop) => look(stop.signal));
  if (cut !== undefined) {
    throw cut;
  }
  return found;
}
