import type { Service } from "../model/mesh.ts";
import { serviceHost } from "../render/names.ts";

/** Whether the routes of a service are of the Gateway API (`routes[].api`): all of them are, or none (`checkOneRouteApi`). */
export function usesGatewayApi({ routes }: Pick<Service, "routes">): boolean {
  return routes.some(({ api }) => api !== undefined);
}

/** The Service of one version, to which routes of the Gateway API lead: they know no subsets. In the service's namespace. */
export function versionServiceName({ name }: Pick<Service, "name">, version: string): string {
  return `${name}-${version}`;
}

/** The version whose Service a route of the Gateway API leads to by this name; the name itself where it is that of no version. */
export function versionOfBackend(service: Pick<Service, "name" | "versions">, backend: string): string {
  return service.versions.find((version) => versionServiceName(service, version.name) === backend)?.name ?? backend;
}

/** A Service that says no weight has 1 (https://gateway-api.sigs.k8s.io/reference/spec/#backendref). */
export function weightOfBackend({ weight = 1 }: { readonly weight?: number }): number {
  return weight;
}

/** The names under which proxies know what a service's routes lead to: its own, and with routes of the Gateway API those of its versions. */
export function hostsOfService(
  service: Pick<Service, "namespace" | "name" | "routes" | "versions">,
): readonly string[] {
  const { namespace } = service;
  return [
    serviceHost(service),
    ...(usesGatewayApi(service)
      ? service.versions.map(({ name }) => serviceHost({ namespace, name: versionServiceName(service, name) }))
      : []),
  ];
}
