import type { KubeClient } from "../../kube/client.ts";
import { listIstiodPods, readIstiodDebug } from "./istiod-pods.ts";

/** What one istiod pod says of the clusters that it watches. */
export interface RemoteSync {
  readonly pod: string;
  /** Cluster → `synced`, `syncing`, `timeout` or `closed` (https://istio.io/latest/docs/reference/commands/istioctl/#istioctl-remote-clusters). */
  readonly clusters: ReadonlyMap<string, string>;
  /** Why the pod could not be asked. */
  readonly problem?: string;
}

/** Asks every running istiod pod for `/debug/clusterz`, as `istioctl remote-clusters` does. */
export async function readRemoteSync(client: KubeClient, signal: AbortSignal): Promise<readonly RemoteSync[]> {
  const pods = await listIstiodPods(client, signal);
  return Promise.all(
    pods.map(async ({ metadata: { name } }): Promise<RemoteSync> => {
      try {
        const page = await readIstiodDebug(client, name, "/debug/clusterz", signal);
        const entries = (page ?? []) as readonly { readonly id: string; readonly syncStatus: string }[];
        return { pod: name, clusters: new Map(entries.map((entry) => [entry.id, entry.syncStatus])) };
      } catch (error) {
        signal.throwIfAborted();
        return { pod: name, clusters: new Map(), problem: (error as Error).message };
      }
    }),
  );
}
