import { isGatewayOf } from "../../core/checks/gateway-names.ts";
import type { Cluster, Mesh } from "../../core/model/mesh.ts";
import type { KubeClient } from "../../kube/client.ts";
import { readNetworkGateways } from "../facts/network-gateways.ts";
import type { RemoteSync } from "../facts/remote-sync.ts";

/** What is said of a cluster whose endpoints an istiod knows, and no gateway to them: a host name that it does not resolve, a Service without an address or a label. */
export const noGateway = "no gateway";

/**
 * The same with `no gateway` instead of `synced` for clusters of other networks
 * of which the pod has no gateway.
 */
export async function withKnownGateways(
  pods: readonly RemoteSync[],
  {
    client,
    mesh,
    cluster,
  }: { readonly client: KubeClient; readonly mesh: Pick<Mesh, "clusters">; readonly cluster: Cluster },
  signal: AbortSignal,
): Promise<readonly RemoteSync[]> {
  const others = mesh.clusters.filter(({ network }) => network !== cluster.network);
  return Promise.all(
    pods.map(async (pod): Promise<RemoteSync> => {
      if (pod.problem !== undefined || others.every(({ name }) => pod.clusters.get(name) !== "synced")) {
        return pod;
      }
      try {
        const known = await readNetworkGateways(client, pod.pod, signal);
        const without = others.filter(
          ({ name, network }) => !known.some((gateway) => isGatewayOf(gateway, { cluster: name, network })),
        );
        const clusters = new Map(pod.clusters);
        for (const { name } of without.filter((other) => clusters.get(other.name) === "synced")) {
          clusters.set(name, noGateway);
        }
        return { ...pod, clusters };
      } catch (error) {
        signal.throwIfAborted();
        return { ...pod, clusters: new Map(), problem: (error as Error).message };
      }
    }),
  );
}
