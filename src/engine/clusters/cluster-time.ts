import type { ResolvedContext } from "../../kube/kubeconfig/resolve-context.ts";
import { createReporter } from "../../kube/report-failure.ts";
import { withinTime } from "../../kube/within-time.ts";
import type { RunOptions } from "../options.ts";

/**
 * One look at a cluster, within the time that a cluster may take (`clusterTimeoutMs`),
 * which begins when the look does and not while it waits for its turn. The work
 * ends by its signal. Rejects with what the work rejects with, the caller's
 * reason, or, when the time is up, a KubeError of kind `unreachable`: to whoever
 * looks the cluster is then one that does not answer (ISM777).
 */
export async function withinClusterTime<T>(
  { cluster, context }: { readonly cluster: { readonly name: string }; readonly context: ResolvedContext },
  { signal, clusterTimeoutMs: timeoutMs }: Pick<RunOptions, "signal" | "clusterTimeoutMs">,
  look: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (timeoutMs === undefined) {
    return look(signal);
  }
  const late = () => createReporter(cluster.name, context).late(timeoutMs);
  return withinTime({ signal, timeoutMs, late }, async (stop) => look(stop.signal));
}
