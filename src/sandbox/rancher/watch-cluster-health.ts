import { setTimeout as sleep } from "node:timers/promises";
import type { ServerVersion } from "../../kube/client.ts";
import type { RancherCluster } from "./managed-cluster.ts";
import { patchClusterStatus } from "./management-cluster.ts";
import type { Rancher } from "./rancher.ts";
import { localClusterId } from "./rancher-names.ts";
import { formatTime } from "./v3-resource.ts";

const periodMs = 3000;
/** A cluster that did not answer is asked sooner: who brings one back waits for it. */
const retryMs = 1000;

/**
 * Keeps the condition Ready of a management Cluster by asking the cluster every
 * few seconds, where Rancher goes by the connection of its agent (RANCHER
 * clusterconnected.go). Until the signal fires; never rejects.
 */
export async function watchClusterHealth(
  rancher: Rancher,
  cluster: RancherCluster,
  signal: AbortSignal,
): Promise<void> {
  let reported: string | undefined;
  while (!signal.aborted) {
    const version = await cluster.client
      .version({ signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]) })
      .catch(() => undefined);
    if (version === undefined) {
      rancher.unavailable.add(cluster.id);
    } else {
      rancher.unavailable.delete(cluster.id);
    }
    const state = version === undefined ? "unavailable" : `active ${version.gitVersion}`;
    if (state !== reported && !signal.aborted) {
      try {
        await patchClusterStatus(rancher, cluster.id, renderStatus(cluster, version, rancher.now()), { signal });
        rancher.log(`cluster ${cluster.id} (${cluster.name}) is ${state}`);
        reported = state;
      } catch (error) {
        rancher.log(`the state of cluster ${cluster.id} cannot be written: ${(error as Error).message}`);
      }
    }
    await sleep(version === undefined ? retryMs : periodMs, undefined, { signal }).catch(() => undefined);
  }
}

function renderStatus(
  cluster: RancherCluster,
  version: ServerVersion | undefined,
  now: Date,
): Parameters<typeof patchClusterStatus>[2] {
  const at = formatTime(now);
  const ready =
    version === undefined
      ? { status: "False", reason: "Disconnected", message: "Cluster agent is not connected" }
      : { status: "True", reason: "", message: "" };
  const conditions = [
    { type: "Provisioned", status: "True", lastUpdateTime: at },
    { type: "Connected", status: version === undefined ? "False" : "True", lastUpdateTime: at },
    { type: "Ready", ...ready, lastUpdateTime: at, lastTransitionTime: at },
  ];
  const known = {
    driver: cluster.id === localClusterId ? "local" : "imported",
    provider: "",
    apiEndpoint: cluster.credentials.server,
    caCert: Buffer.from(cluster.credentials.authority).toString("base64"),
    conditions,
  };
  const { gitVersion = "", major = "", minor = "", platform = "" } = version ?? {};
  // The last version that was seen stays while a cluster is away.
  return version === undefined ? known : { ...known, version: { gitVersion, major, minor, platform } };
}
