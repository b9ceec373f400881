import type { KubeClient } from "../../kube/client.ts";
import { listIstiodPods, readIstiodDebug } from "./istiod-pods.ts";

/** The proxies that are connected to one istiod pod, by `/debug/syncz`. */
export interface ProxySync {
  readonly pod: string;
  readonly connected: number;
  /** Those that have acknowledged everything that they were sent. */
  readonly synced: number;
  /** Why the pod could not be asked; then the counts are 0. */
  readonly problem?: string;
}

/** Nonces of what was sent and what was acknowledged (istio.io/istio, pilot/pkg/xds/debug.go, SyncStatus). */
type SyncEntry = Readonly<Record<string, unknown>>;

const resources = ["cluster", "listener", "route", "endpoint", "extensionconfig"] as const;

/** Asks every running istiod pod for its proxies, as `istioctl proxy-status` does. */
export async function readProxySync(client: KubeClient, signal: AbortSignal): Promise<readonly ProxySync[]> {
  const pods = await listIstiodPods(client, signal);
  return Promise.all(
    pods.map(async ({ metadata: { name } }): Promise<ProxySync> => {
      try {
        const entries = ((await readIstiodDebug(client, name, "/debug/syncz", signal)) ?? []) as readonly SyncEntry[];
        return { pod: name, connected: entries.length, synced: entries.filter(isSynced).length };
      } catch (error) {
        signal.throwIfAborted();
        return { pod: name, connected: 0, synced: 0, problem: (error as Error).message };
      }
    }),
  );
}

function isSynced(entry: SyncEntry): boolean {
  return resources.every((one) => (entry[`${one}_sent`] ?? "") === (entry[`${one}_acked`] ?? ""));
}
