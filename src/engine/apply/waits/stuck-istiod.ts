import { remoteOf } from "../../../core/render/remote-secret.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { KubeError } from "../../../kube/errors.ts";
import { readRemotes, listRemoteSecrets } from "../../facts/remote-kubeconfig.ts";
import { readRemoteSync } from "../../facts/remote-sync.ts";
import type { PendingHandler } from "./touch-object.ts";

/**
 * Says what an istiod that is not ready waits for: an istiod that starts reads
 * the clusters of its remote secrets first, and waits 30 s for one that it
 * cannot read (PILOT_REMOTE_CLUSTER_TIMEOUT). That it is not ready then is the
 * consequence and not the cause. Acts on nothing.
 */
export function explainStuckIstiod(client: KubeClient): PendingHandler {
  return async (pending, signal) => {
    if (pending.kind !== "Deployment" || !/^istiod(-|$)/.test(pending.metadata.name)) {
      return undefined;
    }
    try {
      const secrets = await listRemoteSecrets(client, signal);
      const remotes = readRemotes(secrets);
      const known = secrets.flatMap((secret) => remoteOf(secret) ?? []);
      const pods = await readRemoteSync(client, signal);
      const waiting = known.filter((cluster) =>
        pods.some((pod) => pod.problem === undefined && pod.clusters.get(cluster) !== "synced"),
      );
      const [first] = waiting;
      return first === undefined
        ? undefined
        : `it first waits, up to 30 s, for what it cannot read: ${waiting.map((cluster) => `${cluster} at ${remotes[cluster]?.server ?? "an address that cannot be read"} (Secret istio-remote-secret-${cluster})`).join(", ")}`;
    } catch (error) {
      if (error instanceof KubeError) {
        return undefined;
      }
      throw error;
    }
  };
}
