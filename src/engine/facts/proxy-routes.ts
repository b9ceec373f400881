import type { HeldRoutes } from "../../core/checks/route-table.ts";
import type { ListenerDump } from "../../core/checks/connection-table.ts";
import { connectionsHeld } from "../../core/checks/connection-table.ts";
import type { EnvoyRouteDump } from "../../core/proxy/envoy-route.ts";
import { routesHeld } from "../../core/checks/route-table.ts";
import type { KubeClient } from "../../kube/client.ts";
import { readProxyPage } from "./proxy-page.ts";

interface ProxyPod {
  readonly namespace: string;
  readonly name: string;
}

/** The routes of one proxy, from its own admin page (what `istioctl proxy-config route` shows). Waits at most 10 s. */
export async function readProxyRoutes(client: KubeClient, pod: ProxyPod, signal: AbortSignal): Promise<HeldRoutes> {
  const path = "/config_dump?resource=dynamic_route_configs";
  return routesHeld(JSON.parse(await readProxyPage(client, pod, path, signal)) as EnvoyRouteDump);
}

/** Where one proxy leads TLS connections on, by the names in their handshakes, from the page of its listeners. Waits at most 10 s. */
export async function readProxyConnections(
  client: KubeClient,
  pod: ProxyPod,
  signal: AbortSignal,
): Promise<HeldRoutes> {
  const path = "/config_dump?resource=dynamic_listeners";
  return connectionsHeld(JSON.parse(await readProxyPage(client, pod, path, signal)) as ListenerDump);
}
