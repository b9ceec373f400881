import { drainIn } from "../drain/drained-mesh.ts";
import type { Mesh } from "../model/mesh.ts";
import type { RouteOf } from "../routing/doors.ts";

/** A name whose records isthmus writes, with the routes that ask for it; there is at least one. */
export interface MeshName {
  /** Absolute, in lower case, without the last dot: `app.example.test`, `*.app.example.test`. */
  readonly name: string;
  readonly routes: readonly RouteOf[];
}

/** What records of isthmus live by where the mesh file does not say it: long enough to be kept, short enough for a cluster that leaves. */
const defaultTtlSeconds = 60;

/** The names that routes have isthmus publish (`dns: { via: isthmus }`), each once, in the order of the file. */
export function publishedNames({ services }: Pick<Mesh, "services">): readonly MeshName[] {
  const names = new Map<string, RouteOf[]>();
  for (const service of services) {
    for (const route of service.routes.filter(({ dns }) => dns?.via === "isthmus")) {
      for (const host of route.hosts) {
        const routes = names.get(host) ?? [];
        routes.push({ service, route });
        names.set(host, routes);
      }
    }
  }
  return [...names].map(([name, routes]) => ({ name, routes }));
}

/**
 * Whether a cluster has left the name: everything that the name leads to is
 * drained there (docs/adr/0029). Where only some of it is, the cluster's ingress
 * goes on answering for the name. The mesh is one with its drains (`withDrains`).
 */
export function isDrainedFor({ routes }: MeshName, cluster: string): boolean {
  return routes.every(({ service }) => drainIn(service, cluster) !== undefined);
}

/** What the mesh file says of the records of its names. */
export function recordTtl({ dns }: Pick<Mesh, "dns">): number {
  return dns?.ttlSeconds ?? defaultTtlSeconds;
}
