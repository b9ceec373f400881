import type { CallerFacts } from "../../core/checks/caller-facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Service } from "../../core/model/mesh.ts";
import { serviceHost } from "../../core/render/names.ts";
import { compareText } from "../../core/render/order.ts";
import type { KubeClient } from "../../kube/client.ts";
import { createLimiter } from "../../kube/limiter.ts";
import type { CallTarget } from "./caller-pages.ts";
import { clusterPaths, readCallerClusters, readWays, wayPaths } from "./caller-pages.ts";
import type { ChosenCaller } from "./choose-callers.ts";
import { chooseCallers } from "./choose-callers.ts";
import { listGatewayRoutes } from "./read-gateway-routes.ts";
import { listAllowed, listEverywhere } from "./list-known.ts";
import { readProxyPage } from "./proxy-page.ts";
import { readClusterNames } from "./proxy-clusters.ts";
import type { ExtensionsPage, ListenersPage, RoutesPage } from "./proxy-filters.ts";
import { authorizersIn, extensionsPath, hasExtensions, readProxyFilters } from "./proxy-filters.ts";
import { headersOf } from "./proxy-route.ts";
import { isReady, listRunningPods } from "./read-pods.ts";
import { hasSidecar } from "./sidecars.ts";

/** Kinds that put filters into proxies. */
const filterKinds = [
  { apiVersion: "networking.istio.io/v1alpha3", kind: "EnvoyFilter" },
  { apiVersion: "extensions.istio.io/v1alpha1", kind: "WasmPlugin" },
  { apiVersion: "extensions.istio.io/v1alpha1", kind: "TrafficExtension" },
];
/** Tunnels to sidecars of one cluster at once: a mesh may have an object for each of hundreds of namespaces. */
const askedAtATime = 8;
const kinds = ["DestinationRule", "VirtualService", "Sidecar", "ServiceEntry"];

/**
 * What sidecars of the mesh's namespaces hold for the mesh's services, from
 * their own admin pages; as few of them as speak for all (`chooseCallers`).
 * None where no ready pod has a sidecar.
 */
export async function readCallers(
  client: KubeClient,
  services: readonly Service[],
  { apiVersion }: { readonly apiVersion: string },
  signal: AbortSignal,
): Promise<readonly CallerFacts[]> {
  const namespaces = [...new Set(services.map(({ namespace }) => namespace))];
  const [pods, found, filters, gatewayRoutes, ...lists] = await Promise.all([
    listRunningPods(client, namespaces, signal),
    Promise.all(
      services.map(async ({ namespace, name }) =>
        client.get({ apiVersion: "v1", kind: "Service", namespace, name }, { signal }),
      ),
    ),
    // What `routing` says of a kind that may not be listed is enough.
    listAllowed(client, filterKinds, signal),
    listGatewayRoutes(client, signal),
    ...kinds.map(async (kind) => listEverywhere(client, { apiVersion, kind }, signal)),
  ]);
  const objects = found.flatMap((one) => one ?? []);
  const targets = objects.flatMap(targetsOf);
  const limiter = createLimiter(askedAtATime);
  const callers = pods.filter((pod) => hasSidecar(pod) && isReady(pod));
  return targets.length === 0
    ? []
    : Promise.all(
        chooseCallers(callers, [...lists.flat(), ...filters, ...gatewayRoutes, ...objects]).map(async (caller) =>
          limiter.run(signal, async () =>
            askCaller(client, caller, { targets, services, filtered: filters.length > 0 }, signal),
          ),
        ),
      );
}

function targetsOf(service: KubeObject): readonly CallTarget[] {
  const { namespace = "", name } = service.metadata;
  const {
    clusterIP,
    clusterIPs,
    ports = [],
  } = (service["spec"] ?? {}) as {
    readonly clusterIP?: string;
    readonly clusterIPs?: readonly string[];
    readonly ports?: readonly { readonly port: number; readonly protocol?: string }[];
  };
  const addresses = clusterIPs ?? (clusterIP === undefined ? [] : [clusterIP]);
  return ports
    .filter(({ protocol = "TCP" }) => protocol === "TCP")
    .map(({ port }) => ({
      service: `${namespace}/${name}`,
      host: serviceHost({ namespace, name }),
      addresses: addresses.filter((one) => one !== "None"),
      port,
    }));
}

async function askCaller(
  client: KubeClient,
  caller: ChosenCaller,
  {
    targets,
    services,
    filtered,
  }: {
    readonly targets: readonly CallTarget[];
    readonly services: readonly Service[];
    readonly filtered: boolean;
  },
  signal: AbortSignal,
): Promise<CallerFacts> {
  const { namespace, name } = caller;
  const ask = async (path: string): Promise<string> => readProxyPage(client, { namespace, name }, path, signal);
  try {
    const paths = wayPaths(targets, { filtered });
    const [listeners, routes] = await Promise.all([ask(paths.listeners), ask(paths.routes)]);
    const ways = readWays({ listeners, routes }, targets, headersOf(services));
    const filters = await readFilters({ listeners, routes }, ask);
    const names = [...new Set(ways.flatMap((way) => way.routes.flatMap((route) => Object.keys(route.clusters))))];
    if (names.length === 0) {
      return { ...caller, ways, clusters: [], ...filters };
    }
    const pages = clusterPaths(names.toSorted(compareText));
    const [clusters, endpoints] = await Promise.all([ask(pages.clusters), ask(pages.endpoints)]);
    return {
      ...caller,
      ways,
      clusters: readCallerClusters({ clusters, endpoints }, names),
      ...filters,
    };
  } catch (error) {
    signal.throwIfAborted();
    return { ...caller, problem: (error as Error).message, ways: [], clusters: [] };
  }
}

/** What its filters answer by themselves; asks what comes by itself, and for the clusters of authorizers, where there are any. */
async function readFilters(
  pages: { readonly listeners: string; readonly routes: string },
  ask: (path: string) => Promise<string>,
): Promise<Pick<CallerFacts, "filters">> {
  const listeners = JSON.parse(pages.listeners) as ListenersPage;
  const authorizers = authorizersIn(listeners);
  const found = readProxyFilters({
    listeners,
    routes: JSON.parse(pages.routes) as RoutesPage,
    ...(hasExtensions(pages.listeners) ? { extensions: JSON.parse(await ask(extensionsPath)) as ExtensionsPage } : {}),
    ...(authorizers.length === 0
      ? {}
      : { clusters: readClusterNames(await ask(clusterPaths(authorizers.toSorted(compareText)).endpoints)) }),
  });
  return found.length === 0 ? {} : { filters: found };
}
