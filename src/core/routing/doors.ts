import type { Mesh, Route, Service } from "../model/mesh.ts";
import { challengedHosts } from "./challenged-hosts.ts";
import type { Listener } from "./hosts.ts";
import { hostsAt, listenersOf, routesConnections } from "./hosts.ts";
import type { RequestMatch } from "./match-relation.ts";
import { orderRoutes } from "./order-routes.ts";

type Routed = Pick<Mesh, "services">;

export interface RouteOf {
  readonly service: Service;
  readonly route: Route;
}

/** One host at one listener, and the routes that its requests may take. */
export interface Door {
  readonly listener: Listener;
  readonly host: string;
  /** In the order in which proxies try them; no two are for the same requests. */
  readonly routes: readonly RouteOf[];
  /** Pairs of routes of which only the order of the file says who is tried first. */
  readonly undecided: readonly (readonly [RouteOf, RouteOf])[];
}

/** Every host of every listener that has requests, in the order of the file. The same mesh gives the same doors. */
export function doorsOf(mesh: Routed): readonly Door[] {
  const known = doors.get(mesh) ?? findDoors(mesh);
  doors.set(mesh, known);
  return known;
}

const doors = new WeakMap<Routed, readonly Door[]>();

function findDoors(mesh: Routed): readonly Door[] {
  const byKey = new Map<string, { readonly listener: Listener; readonly host: string; readonly all: RouteOf[] }>();
  for (const service of mesh.services) {
    for (const route of service.routes.filter((each) => !routesConnections(each))) {
      const one = { service, route };
      for (const listener of listenersOf(route)) {
        for (const host of hostsAt(one, listener)) {
          const key = `${listener} ${host}`;
          const door = byKey.get(key) ?? { listener, host, all: [] };
          door.all.push(one);
          byKey.set(key, door);
        }
      }
    }
  }
  return [...byKey.values()].map(({ listener, host, all }) => {
    const { order, undecided } = orderRoutes(all.map((one) => requestsOf(one, { listener, hosts: [host] })));
    return {
      listener,
      host,
      routes: order.flatMap((index) => all[index] ?? []),
      undecided: undecided.flatMap(([first, second]) => {
        const [one, other] = [all[first], all[second]];
        return one === undefined || other === undefined ? [] : [[one, other] as const];
      }),
    };
  });
}

/** The requests that routes in front of this one take at a host: none where the route is not there. */
export function requestsBefore(
  mesh: Routed,
  route: Route,
  at: Pick<Door, "listener" | "host">,
): readonly RequestMatch[] {
  const { routes = [] } =
    doorsOf(mesh).find(({ listener, host }) => listener === at.listener && host === at.host) ?? {};
  const place = routes.findIndex((one) => one.route === route);
  return routes.slice(0, Math.max(0, place)).map((one) => requestsOf(one, { listener: at.listener, hosts: [at.host] }));
}

/**
 * Whether the hosts of the route, which is one of the mesh, have VirtualServices
 * of their own: one has other routes too, or answers http01 challenges, so that
 * their order matters, or the route has other hosts at its gateway than inside
 * the mesh (docs/adr/0016).
 */
export function sharesHost(mesh: Mesh, route: Route): boolean {
  const known = sharing.get(mesh) ?? findSharing(mesh);
  sharing.set(mesh, known);
  return known.has(route);
}

const sharing = new WeakMap<Mesh, ReadonlySet<Route>>();

function findSharing(mesh: Mesh): ReadonlySet<Route> {
  const challenged = new Set(challengedHosts(mesh));
  return new Set(
    doorsOf(mesh)
      .filter(
        (door) =>
          door.routes.length > 1 ||
          door.routes.some(({ route }) => listenersOf(route).length > 1) ||
          (door.listener === "http" && challenged.has(door.host)),
      )
      .flatMap((door) => door.routes.map(({ route }) => route)),
  );
}

/**
 * The requests that a route takes at the given hosts of a listener. Inside the
 * mesh a route is for the service's own port where callers use a name of the
 * cluster: its other ports go on as if there were no route.
 */
export function requestsOf(
  { service, route }: RouteOf,
  { listener, hosts }: { readonly listener: Listener; readonly hosts: readonly string[] },
): RequestMatch {
  const ownPort = listener === "mesh" && hosts.every((host) => host.endsWith(".svc.cluster.local"));
  return { ...route.match, ...(ownPort ? { port: service.port } : {}) };
}
