import { createApiClient } from "../cluster/api-client.ts";
import { clusterFolder } from "../cluster/cluster-folder.ts";
import { applyCoreDns } from "../cluster/coredns.ts";
import { readAdminCredentials } from "../cluster/admin-credentials.ts";
import { inspectCluster } from "../cluster/inspect-cluster.ts";
import { readNodeState } from "../cluster/node-state.ts";
import { readNodeConfig, type ForwardedZone } from "../cluster/node-config.ts";
import type { RecordedCluster } from "./instance-record.ts";
import { clusterDirectory } from "./state-folder.ts";

/**
 * Puts right what a living node's supervisor does not put right by itself:
 * cluster DNS that somebody deleted or changed. Components that ended are its
 * business. `dns` is the zone of the sandbox's front door. A cluster that does not answer yet is left to the wait that follows.
 */
export async function repairCluster(
  folder: string,
  cluster: RecordedCluster,
  { dns, signal }: { readonly dns: ForwardedZone | undefined; readonly signal: AbortSignal },
): Promise<void> {
  const files = clusterFolder(clusterDirectory(folder, cluster.name));
  const state = await readNodeState(files);
  const since = new Date(state?.startedAt ?? 0);
  const api = createApiClient(await readAdminCredentials(files, cluster.nodeAddress));
  try {
    const lacks = await inspectCluster(api, { node: cluster.node, since, signal });
    if (lacks.some((one) => one.what === "dns")) {
      const { engine } = await readNodeConfig(files.dir);
      await applyCoreDns(api, { image: engine.images.coredns, dns }, signal);
    }
  } finally {
    api.close();
  }
}
