import type { ReachedCluster } from "./facts.ts";
import { gatewayOf } from "./reached.ts";

/** Where a gateway's proxies listen for a port of its Service: istiod opens the port that the Service leads to. Undefined where the Service has no such port, or names it. */
export function containerPort(one: ReachedCluster, gateway: string, port: number): number | undefined {
  const target = gatewayOf(one, gateway)?.service?.servicePorts.find((other) => other.port === port)?.targetPort;
  return typeof target === "number" ? target : undefined;
}
