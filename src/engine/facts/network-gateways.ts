import type { IstiodPod } from "../../core/checks/control-plane-facts.ts";
import type { KubeClient } from "../../kube/client.ts";
import { readIstiodDebug } from "./istiod-pods.ts";

interface Gateway {
  readonly Network: string;
  readonly Cluster: string;
  readonly Addr: string;
  readonly Port: number;
}

/** Gateways of networks as one istiod pod has them, host names resolved, from the body of `/debug/networkz`. */
export function parseNetworkGateways(body: unknown): IstiodPod["networkGateways"] {
  return ((body ?? []) as readonly Gateway[]).map((one) => ({
    network: one.Network,
    cluster: one.Cluster,
    address: one.Addr,
    port: one.Port,
  }));
}

/** The same, asked of the pod. Waits and throws as `readIstiodDebug` does. */
export async function readNetworkGateways(
  client: KubeClient,
  pod: string,
  signal: AbortSignal,
): Promise<IstiodPod["networkGateways"]> {
  return parseNetworkGateways(await readIstiodDebug(client, pod, "/debug/networkz", signal));
}
