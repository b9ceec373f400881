import type { Cluster, Mesh } from "../model/mesh.ts";
import type { RouteOf } from "./doors.ts";
import { requestsOf } from "./doors.ts";
import type { Listener } from "./hosts.ts";
import { hostsAt, listenersOf } from "./hosts.ts";
import { relate } from "./match-relation.ts";

type Routed = Pick<Mesh, "services">;

/** Whether a route of the mesh is in a cluster. */
export function isRouteAt(mesh: Routed, { service, route }: RouteOf, cluster: Pick<Cluster, "region">): boolean {
  return meshAt(mesh, cluster).services.some(
    ({ name, namespace, routes }) =>
      name === service.name && namespace === service.namespace && routes.some((one) => one.name === route.name),
  );
}

/**
 * The listeners at which a route gets requests in a cluster that has it: not
 * those at which routes of the cluster's region take all of them before it.
 */
export function listenersIn(mesh: Routed, one: RouteOf, cluster: Pick<Cluster, "region">): readonly Listener[] {
  const there = meshAt(mesh, cluster).services.flatMap((service) =>
    service.routes.map((route) => ({ service, route })),
  );
  return listenersOf(one.route).filter((listener) => !isReplacedAtListener(one, there, listener));
}

/**
 * The routes that are in no cluster of the mesh, in the order of the file, each
 * with those that take all of its requests instead: regional ones, in every
 * region that has a cluster.
 */
export function routesNowhere(mesh: Pick<Mesh, "services" | "clusters">): readonly RouteNowhere[] {
  if (mesh.clusters.every((cluster) => meshAt<Routed>(mesh, cluster) === mesh)) {
    return [];
  }
  const all = mesh.services.flatMap((service) => service.routes.map((route) => ({ service, route })));
  return all
    .filter((one) => mesh.clusters.every((cluster) => !isRouteAt(mesh, one, cluster)))
    .map((one) => ({ ...one, instead: all.filter((other) => replacesAnywhere(other, one)) }));
}

export interface RouteNowhere extends RouteOf {
  readonly instead: readonly RouteOf[];
}

/**
 * The mesh as one of its clusters has it, with the routes that are there: those
 * of its region and those of all regions, without such of which another one
 * takes every request in this region. A mesh in which no route names regions is
 * returned as it is. The routes are the same objects; the same mesh and region
 * give the same result.
 */
export function meshAt<Whole extends Routed>(mesh: Whole, cluster: Pick<Cluster, "region">): Whole {
  if (mesh.services.every(({ routes }) => routes.every((route) => route.match.fromRegions.length === 0))) {
    return mesh;
  }
  const known = byRegion.get(mesh) ?? new Map<string | undefined, Routed>();
  byRegion.set(mesh, known);
  const found = known.get(cluster.region) ?? { ...mesh, services: servicesIn(mesh, cluster) };
  known.set(cluster.region, found);
  wholes.set(found, mesh);
  return found as Whole;
}

/** The mesh of all regions that `meshAt` has made this one from; the same where it has not. */
export function wholeMesh(mesh: Routed): Routed {
  return wholes.get(mesh) ?? mesh;
}

const wholes = new WeakMap<Routed, Routed>();

const byRegion = new WeakMap<Routed, Map<string | undefined, Routed>>();

function servicesIn({ services }: Routed, { region }: Pick<Cluster, "region">): Mesh["services"] {
  const there = services.flatMap((service) =>
    service.routes
      .filter(({ match: { fromRegions } }) => fromRegions.length === 0 || fromRegions.some((one) => one === region))
      .map((route) => ({ service, route })),
  );
  const left = new Set(there.filter((one) => !isReplaced(one, there)).map(({ route }) => route));
  return services.map((service) => ({ ...service, routes: service.routes.filter((route) => left.has(route)) }));
}

/** Whether others of fewer regions take the very same requests, at each of its hosts. */
function isReplaced(one: RouteOf, there: readonly RouteOf[]): boolean {
  return listenersOf(one.route).every((listener) => isReplacedAtListener(one, there, listener));
}

function isReplacedAtListener(one: RouteOf, there: readonly RouteOf[], listener: Listener): boolean {
  return hostsAt(one, listener).every((host) => there.some((other) => replaces(other, one, { listener, host })));
}

function replacesAnywhere(other: RouteOf, one: RouteOf): boolean {
  return listenersOf(one.route).some((listener) =>
    hostsAt(one, listener).some((host) => replaces(other, one, { listener, host })),
  );
}

function replaces(
  other: RouteOf,
  one: RouteOf,
  { listener, host }: { readonly listener: Listener; readonly host: string },
): boolean {
  if (!listenersOf(other.route).includes(listener) || !hostsAt(other, listener).includes(host)) {
    return false;
  }
  const at = { listener, hosts: [host] };
  const [left, right] = [requestsOf(other, at), requestsOf(one, at)];
  return (
    relate(left, right) === "inside" && relate({ ...left, fromRegions: [] }, { ...right, fromRegions: [] }) === "same"
  );
}
