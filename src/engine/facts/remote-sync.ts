import { istioNamespace } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";

/** What one istiod pod says of the clusters that it watches. */
export interface RemoteSync {
  readonly pod: string;
  /** Cluster → `synced`, `syncing`, `timeout` or `closed` (facts 2.4). */
  readonly clusters: ReadonlyMap<string, string>;
  /** Why the pod could not be asked. */
  readonly problem?: string;
}

/** Asks every running istiod pod for `/debug/clusterz`, as `istioctl remote-clusters` does. */
export async function readRemoteSync(client: KubeClient, signal: AbortSignal): Promise<readonly RemoteSync[]> {
  const pods = await client.list(
    {
      apiVersion: "v1",
      kind: "Pod",
      namespace: istioNamespace,
      labelSelector: "app=istiod",
      fieldSelector: "status.phase=Running",
    },
    { signal },
  );
  return Promise.all(
    pods
      .filter((pod) => pod.metadata["deletionTimestamp"] === undefined)
      .map(async (pod): Promise<RemoteSync> => {
        const { name } = pod.metadata;
        try {
          const answer = await client.podHttpGet(istioNamespace, name, 15014, "/debug/clusterz", {
            signal,
            timeoutMs: 5000,
          });
          if (answer.status !== 200) {
            return { pod: name, clusters: new Map(), problem: `/debug/clusterz answered ${answer.status}` };
          }
          const entries = (JSON.parse(answer.body) ?? []) as readonly {
            readonly id: string;
            readonly syncStatus: string;
          }[];
          return { pod: name, clusters: new Map(entries.map((entry) => [entry.id, entry.syncStatus])) };
        } catch (error) {
          signal.throwIfAborted();
          return { pod: name, clusters: new Map(), problem: (error as Error).message };
        }
      }),
  );
}
