import type { Service } from "../model/mesh.ts";
import { serviceHost } from "../render/names.ts";

/** What of a service says under which names its versions are reached. */
type RoutedService = Pick<Service, "namespace" | "name" | "routes" | "versions">;

/** Whether the routes of a service are of the Gateway API (`routes[].api`): all of them are, or none (`checkOneRouteApi`). */
export function usesGatewayApi({ routes }: Pick<Service, "routes">): boolean {
  return routes.some(({ api }) => api !== undefined);
}

/** The Service of one version, to which routes of the Gateway API lead: they know no subsets. In the service's namespace. */
export function versionServiceName({ name }: Pick<Service, "name">, version: string): string {
  return `${name}-${version}`;
}

/** The host of that Service. */
function versionHost({ namespace, name }: Pick<Service, "namespace" | "name">, version: string): string {
  return serviceHost({ namespace, name: versionServiceName({ name }, version) });
}

/** The version whose Service a route of the Gateway API leads to by this host; undefined for every other host. */
export function versionOfHost(services: readonly RoutedService[], host: string): string | undefined {
  return services
    .filter(usesGatewayApi)
    .flatMap((service) => service.versions.filter(({ name }) => versionHost(service, name) === host))[0]?.name;
}

/** The same by the name that a route of the service has for it; the name itself where it is that of no version. */
export function versionOfBackend(service: RoutedService, backend: string): string {
  return versionOfHost([service], serviceHost({ namespace: service.namespace, name: backend })) ?? backend;
}

/** A Service that says no weight has 1 (https://gateway-api.sigs.k8s.io/reference/spec/#backendref). */
export function weightOfBackend({ weight = 1 }: { readonly weight?: number }): number {
  return weight;
}

/** The names under which proxies know what a service's routes lead to: its own, and with routes of the Gateway API those of its versions. */
export function hostsOfService(service: RoutedService): readonly string[] {
  return [
    serviceHost(service),
    ...(usesGatewayApi(service) ? service.versions.map(({ name }) => versionHost(service, name)) : []),
  ];
}
