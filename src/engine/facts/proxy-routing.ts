import type { CallerWay } from "../../core/checks/caller-facts.ts";
import type { EnvoyRouteDump } from "../../core/proxy/envoy-route.ts";
import type { HeldEndpoints } from "../../core/explain-route/explanation.ts";
import type { HeldRouting } from "../../core/explain-route/explain-request.ts";
import type { Service } from "../../core/model/mesh.ts";
import { ingressGateway, istioNamespace } from "../../core/render/names.ts";
import { compareText } from "../../core/render/order.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { CallTarget } from "./caller-pages.ts";
import { readWay } from "./caller-pages.ts";
import { parseProxyEndpoints } from "./proxy-endpoints.ts";
import { readProxyPage } from "./proxy-page.ts";
import { readChains } from "./read-proxy-config.ts";
import type { WireServicePort } from "./read-service-port.ts";
import { readServicePort } from "./read-service-port.ts";
import { isReady } from "./read-pods.ts";
import { hasSidecar } from "./sidecars.ts";

/** A pod with a proxy. */
export interface ProxyPod {
  readonly namespace: string;
  readonly name: string;
}

/** What decides in a proxy where a request goes. */
export interface ProxyRouting extends HeldRouting {
  readonly endpoints: HeldEndpoints;
  /** What a sidecar does with connections to the port that was asked for; left out where none was, and where it does not say. */
  readonly way?: CallerWay;
}

/**
 * The routes and endpoints that a proxy holds, from its admin pages, and the way
 * of connections to `target`. Waits at most 10 s.
 *
 * @throws Error as `readProxyPage` does.
 */
export async function readProxyRouting(
  client: KubeClient,
  pod: ProxyPod,
  { services, target }: { readonly services: readonly Service[]; readonly target?: CallTarget | undefined },
  signal: AbortSignal,
): Promise<ProxyRouting> {
  const [listeners = "{}", routes = "{}", clusters = "{}"] = await Promise.all(
    [
      "/config_dump?resource=dynamic_listeners",
      "/config_dump?resource=dynamic_route_configs",
      "/clusters?format=json",
    ].map(async (page) => readProxyPage(client, pod, page, signal)),
  );
  const way = target === undefined ? undefined : readWay({ listeners, routes }, target);
  return {
    chains: readChains(listeners, services),
    routes: JSON.parse(routes) as EnvoyRouteDump,
    endpoints: parseProxyEndpoints(clusters),
    ...(way === undefined ? {} : { way }),
  };
}

/** The ready pods with a sidecar in a namespace, by name. */
export async function listSidecars(
  client: KubeClient,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly ProxyPod[]> {
  const pods = await client.list({ apiVersion: "v1", kind: "Pod", namespace }, { signal });
  return pods
    .filter((pod) => pod.metadata["deletionTimestamp"] === undefined && hasSidecar(pod) && isReady(pod))
    .map(({ metadata }) => ({ namespace, name: metadata.name }))
    .toSorted((a, b) => compareText(a.name, b.name));
}

/**
 * The ports of the ingress gateway's Service → those at which its proxies
 * listen, without those that are named instead; undefined where there is no such Service.
 */
export async function readIngressPorts(
  client: KubeClient,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, number> | undefined> {
  const service = await client.get(
    { apiVersion: "v1", kind: "Service", namespace: istioNamespace, name: ingressGateway },
    { signal },
  );
  const ports = (service?.["spec"] as { readonly ports?: readonly WireServicePort[] } | undefined)?.ports ?? [];
  return service === undefined
    ? undefined
    : new Map(
        ports
          .map(readServicePort)
          .flatMap(({ port, targetPort }) => (typeof targetPort === "number" ? [[port, targetPort] as const] : [])),
      );
}
