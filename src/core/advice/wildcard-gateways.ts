import { warningOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Mesh } from "../model/mesh.ts";
import { namesEveryHost, routeNamespace } from "../render/front-gateway.ts";
import type { Door, RouteOf } from "../routing/doors.ts";
import { doorsOf, requestsOf } from "../routing/doors.ts";
import { frontGatewayOf, standsFor } from "../routing/hosts.ts";
import { relate } from "../routing/match-relation.ts";
import { meshAt } from "../routing/routes-at.ts";
import { usesGatewayApi } from "../routing/version-service.ts";
import type { Locate } from "./route-order.ts";

/**
 * A host that has its route at one Gateway with a wildcard that stands for it,
 * where the Gateway has to name both: Istio then gives the host the rules of
 * both VirtualServices, those of the older object first, whatever the more
 * exact host is
 * (https://github.com/istio/istio/blob/1.31.0/pilot/pkg/networking/core/gateway.go,
 * intersecting hosts; seen with Istio 1.31.0 on two clusters). It has to where
 * the two have certificates of their own, and where external-dns reads it.
 */
export function adviseWildcardGateways(mesh: Mesh, locate?: Locate): readonly Diagnostic[] {
  const heres = new Map(mesh.clusters.map((cluster) => [meshAt(mesh, cluster), cluster]));
  const all = [...heres].flatMap(([here, cluster]) => {
    // A listener of the Gateway API is a Gateway of its own to Istio.
    const doors = doorsOf(here).filter(
      ({ listener, routes }) => listener !== "mesh" && !routes.some(({ service }) => usesGatewayApi(service)),
    );
    const readByOthers = namesEveryHost(mesh, cluster);
    return doors.flatMap((door) =>
      doors.flatMap((wider) =>
        ofPair(door, wider)
          .filter(([own, other]) => readByOthers.has(gatewayOf(own)) || secretOf(own) !== secretOf(other))
          .map(([own, other]) => warn(mesh, { door, wider, own, other }, locate)),
      ),
    );
  });
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

/** Routes of a host and of a wildcard that stands for it, both at one Gateway and for some of the same requests. */
function ofPair(door: Door, wider: Door): readonly (readonly [RouteOf, RouteOf])[] {
  if (wider.listener !== door.listener || !standsFor(wider.host, door.host)) {
    return [];
  }
  const at = { listener: door.listener, hosts: [door.host] };
  return door.routes.flatMap((own) =>
    wider.routes
      .filter(
        (other) =>
          other.route !== own.route &&
          !door.routes.some(({ route }) => route === other.route) &&
          gatewayOf(other) === gatewayOf(own) &&
          relate({ ...requestsOf(other, at), fromRegions: [] }, { ...requestsOf(own, at), fromRegions: [] }) !==
            "apart",
      )
      .map((other) => [own, other] as const),
  );
}

function warn(
  mesh: Mesh,
  { door, wider, own, other }: Readonly<Record<"door" | "wider", Door> & Record<"own" | "other", RouteOf>>,
  locate: Locate | undefined,
): Diagnostic {
  const why =
    secretOf(own) === secretOf(other)
      ? "which names both hosts, since external-dns publishes those that it names"
      : "which names both hosts, since their certificates are in different Secrets";
  return {
    ...warningOf("ISM781"),
    detail: `Route ${own.route.name} is for ${door.host}, and route ${other.route.name} for ${wider.host}, both at Gateway ${gatewayOf(own)}, ${why}. Istio gives ${door.host} the rules of both there, those of the older VirtualService first: ${other.route.name} may take requests of ${own.route.name}, in one cluster and not in another.`,
    fix: "Give one of the two a Gateway of its own: another name at gateway.",
    ...placeOf(mesh, own, locate),
  };
}

function secretOf({ route }: RouteOf): string | undefined {
  return route.tls?.secretName;
}

function gatewayOf({ service, route }: RouteOf): string {
  return `${routeNamespace(service, route)}/${frontGatewayOf(route) ?? ""}`;
}

function placeOf(mesh: Mesh, { route }: RouteOf, locate: Locate | undefined): Pick<Diagnostic, "range"> {
  const service = mesh.services.findIndex(({ routes }) => routes.includes(route));
  const index = mesh.services[service]?.routes.indexOf(route) ?? 0;
  return locate === undefined ? {} : { range: locate(["spec", "services", service, "routes", index, "gateway"]) };
}
