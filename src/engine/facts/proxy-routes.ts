import type { HeldRoutes, RouteConfigDump } from "../../core/checks/route-table.ts";
import { routesHeld } from "../../core/checks/route-table.ts";
import type { KubeClient } from "../../kube/client.ts";
import { proxyAdminPort } from "./read-gateways.ts";

/** The routes of one proxy, from its own admin page (what `istioctl proxy-config route` shows). Waits at most 10 s. */
export async function readProxyRoutes(
  client: KubeClient,
  pod: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<HeldRoutes> {
  const path = "/config_dump?resource=dynamic_route_configs";
  const answer = await client.podHttpGet(pod.namespace, pod.name, proxyAdminPort, path, { signal, timeoutMs: 10_000 });
  if (answer.status !== 200) {
    throw new Error(`the proxy of ${pod.namespace}/${pod.name} answered ${answer.status} to /config_dump`);
  }
  return routesHeld(JSON.parse(answer.body) as RouteConfigDump);
}
