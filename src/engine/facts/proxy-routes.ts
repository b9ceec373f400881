import type { HeldRoutes } from "../../core/checks/route-table.ts";
import type { EnvoyRouteDump } from "../../core/proxy/envoy-route.ts";
import { routesHeld } from "../../core/checks/route-table.ts";
import type { KubeClient } from "../../kube/client.ts";
import { readProxyPage } from "./proxy-page.ts";

/** The routes of one proxy, from its own admin page (what `istioctl proxy-config route` shows). Waits at most 10 s. */
export async function readProxyRoutes(
  client: KubeClient,
  pod: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<HeldRoutes> {
  const path = "/config_dump?resource=dynamic_route_configs";
  return routesHeld(JSON.parse(await readProxyPage(client, pod, path, signal)) as EnvoyRouteDump);
}
