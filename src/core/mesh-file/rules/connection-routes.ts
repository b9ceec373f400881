import { meshGateway } from "../../render/names.ts";
import { frontGatewayOf } from "../../routing/hosts.ts";
import type { MeshDraft } from "../draft.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { Path } from "../path.ts";
import { describePath } from "../path.ts";
import type { PlacedRoute, RouteDraft } from "../walk-draft.ts";
import { gatewaysOf, routesOf } from "../walk-draft.ts";

/** Routes of connections have nothing that only requests have, are where their protocol can be, and share no name with HTTPS. */
export function checkConnectionRoutes(draft: MeshDraft): readonly Finding[] {
  const routes = routesOf(draft);
  return routes
    .filter(hasConnections)
    .flatMap((route) => [
      ...fieldsOf(route),
      ...placeOf(route),
      ...hostsOf(route, routes),
      ...serviceOf(route, routes),
    ]);
}

function hasConnections({ value: { protocol } }: PlacedRoute): boolean {
  return protocol === "tls" || protocol === "tcp";
}

/** All that a connection can be known by, and goes by. */
const allowed: ReadonlySet<string> = new Set(["name", "protocol", "gateway", "gateways", "hosts", "weights"]);

function refused(
  { value }: PlacedRoute,
  at: Path,
  { why, fix, other }: { readonly why: string; readonly fix: string; readonly other?: Path },
): Finding {
  return {
    code: "ISM860",
    path: at,
    at: "key",
    detail: `${describePath(at)} cannot be beside protocol: ${value.protocol ?? ""} of route ${value.name ?? ""}: ${why}.`,
    ...(other === undefined ? {} : { other }),
    fix,
  };
}

function fieldsOf(route: PlacedRoute): readonly Finding[] {
  return (Object.keys(route.value) as readonly (keyof RouteDraft)[])
    .filter((field) => !allowed.has(field))
    .map((field) =>
      refused(route, [...route.path, field], {
        why:
          field === "tls"
            ? "the TLS is ended by the pods of the service, with their own certificate"
            : field === "dns"
              ? "isthmus publishes the hosts of routes of requests only"
              : "proxies do not read what goes over a connection",
        fix: `Delete ${field}, or protocol where the service speaks HTTP.`,
      }),
    );
}

function placeOf(route: PlacedRoute): readonly Finding[] {
  const { value, path } = route;
  const gateways = gatewaysOf(value);
  const at = [...path, "gateways" in value ? "gateways" : "gateway"];
  const front = frontGatewayOf({ gateways });
  if (value.protocol === "tls" && gateways.includes(meshGateway)) {
    return [
      refused(route, at, {
        why: "inside the mesh a connection is known by the service's address and port, whatever name is in its handshake",
        fix: "Write protocol: tcp for callers inside the mesh, in a route of its own.",
      }),
    ];
  }
  return value.protocol !== "tcp" || front === undefined
    ? []
    : [
        refused(route, at, {
          why: `a connection without TLS has no name by which ${front} would know it, and the ports of the ingress gateway are those of HTTP and TLS`,
          fix: "Write gateway: mesh for callers inside the mesh, or protocol: tls where clients speak TLS.",
        }),
      ];
}

function hostsOf(route: PlacedRoute, routes: readonly PlacedRoute[]): readonly Finding[] {
  const { value, path } = route;
  if (value.protocol === "tcp") {
    return "hosts" in value
      ? [
          refused(route, [...path, "hosts"], {
            why: "there is no name in a connection of TCP; the route is for the service's own address",
            fix: "Delete hosts.",
          }),
        ]
      : [];
  }
  return itemsOf(value.hosts).flatMap(([index, host]) => {
    const at = [...path, "hosts", index];
    if (host === "*") {
      return [
        refused(route, at, {
          why: "* would be every connection to port 443, those for the HTTPS of other routes among them",
          fix: "Write the names that clients use, or *.example.org.",
        }),
      ];
    }
    const name = host.toLowerCase();
    const secure = routes.find(
      (other) =>
        "tls" in other.value &&
        !hasConnections(other) &&
        itemsOf(other.value.hosts).some(([, one]) => one.toLowerCase() === name),
    );
    return secure === undefined
      ? []
      : [
          refused(route, at, {
            why: `${describePath(secure.path)} (${secure.value.name ?? ""}) ends the TLS of ${name} at the ingress gateway, and one port has one taker of a name`,
            other: secure.path,
            fix: "Give one of the two routes another host.",
          }),
        ];
  });
}

function serviceOf(route: PlacedRoute, routes: readonly PlacedRoute[]): readonly Finding[] {
  const ofService = route.path.slice(0, -2);
  const requests = routes.find((other) => other.service === route.service && !hasConnections(other));
  return [
    ...(requests === undefined
      ? []
      : [
          refused(route, [...route.path, "protocol"], {
            why: `${describePath(requests.path)} (${requests.value.name ?? ""}), of the same service, is for HTTP requests, and its port has one protocol`,
            other: requests.path,
            fix: "Give all routes of the service a protocol, or none; another port of the Service is another service of the mesh file.",
          }),
        ]),
    ...("sessions" in route.service
      ? [
          refused(route, [...ofService, "sessions"], {
            why: "a person is known by a header, a cookie or a query parameter, which proxies do not read there",
            fix: "Delete sessions.",
          }),
        ]
      : []),
  ];
}
