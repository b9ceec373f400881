import type { MeshDraft } from "./draft.ts";
import { entriesOf, itemsOf } from "./draft.ts";
import { istioNamespace, meshGateway } from "../render/names.ts";
import { frontGatewayOf } from "../routing/hosts.ts";
import type { Path } from "./path.ts";

type SpecDraft = NonNullable<MeshDraft["spec"]>;
type ItemOf<List> = Exclude<NonNullable<List> extends readonly (infer Item)[] ? Item : never, undefined>;

export type ClusterDraft = ItemOf<SpecDraft["clusters"]>;
export type ServiceDraft = ItemOf<SpecDraft["services"]>;
export type RouteDraft = ItemOf<ServiceDraft["routes"]>;
export type VersionDraft = Exclude<NonNullable<ServiceDraft["versions"]>[string], undefined>;

/** A part of the file and where it stands. */
export interface Placed<T> {
  readonly value: T;
  readonly path: Path;
}

export interface PlacedRoute extends Placed<RouteDraft> {
  readonly service: ServiceDraft;
}

export interface PlacedVersion extends Placed<VersionDraft> {
  readonly name: string;
  readonly service: ServiceDraft;
}

/** Every cluster, in the order of the file. */
export function clustersOf(draft: MeshDraft): readonly Placed<ClusterDraft>[] {
  return itemsOf(draft.spec?.clusters).map(([index, value]) => ({
    value,
    path: ["spec", "clusters", index],
  }));
}

/** Every service, in the order of the file. */
export function servicesOf(draft: MeshDraft): readonly Placed<ServiceDraft>[] {
  return itemsOf(draft.spec?.services).map(([index, value]) => ({
    value,
    path: ["spec", "services", index],
  }));
}

/** Every version of every service. */
export function versionsOf(draft: MeshDraft): readonly PlacedVersion[] {
  return servicesOf(draft).flatMap(({ value: service, path }) =>
    entriesOf(service.versions).map(([name, value]) => ({
      name,
      value,
      service,
      path: [...path, "versions", name],
    })),
  );
}

/** Every route of every service. */
export function routesOf(draft: MeshDraft): readonly PlacedRoute[] {
  return servicesOf(draft).flatMap(({ value: service, path }) =>
    itemsOf(service.routes).map(([index, value]) => ({
      value,
      service,
      path: [...path, "routes", index],
    })),
  );
}

/** The names of all clusters, also of those that are wrong otherwise. */
export function clusterNames(draft: MeshDraft): readonly string[] {
  return clustersOf(draft).flatMap(({ value }) => (value.name === undefined ? [] : [value.name]));
}

/** The network of a cluster, by default its name. */
export function networkOf(cluster: ClusterDraft): string | undefined {
  return cluster.network ?? cluster.name;
}

/** The namespace of a route's Gateway and VirtualService, as the renderer has it; undefined while the file does not say it. */
export function namespaceOf(service: ServiceDraft, route: RouteDraft): string | undefined {
  return "tls" in route ? istioNamespace : service.namespace;
}

/** What the route names: `gateways`, or the one `gateway`. */
export function gatewaysOf({ gateway, gateways }: RouteDraft): readonly string[] {
  return gateways === undefined ? (gateway === undefined ? [] : [gateway]) : itemsOf(gateways).map(([, name]) => name);
}

/** The Gateway object of a route; undefined where it has none or none is known. */
export function frontGatewayNameOf(route: RouteDraft): string | undefined {
  return frontGatewayOf({ gateways: gatewaysOf(route) });
}

/** Where the name of the route's Gateway object stands. */
export function frontGatewayPathOf({ value, path }: Placed<RouteDraft>): Path {
  const found = itemsOf(value.gateways).find(([, name]) => name !== meshGateway);
  return found === undefined ? [...path, "gateway"] : [...path, "gateways", found[0]];
}

/** The route is for the sidecars alone, by Istio's reserved word, and has no Gateway. */
export function isForSidecars(route: RouteDraft): boolean {
  const gateways = gatewaysOf(route);
  return gateways.length > 0 && gateways.every((name) => name === meshGateway);
}
