import { routeCodes } from "../diagnostics/codes/routes.ts";
import type { Diagnostic, SourceRange } from "../diagnostics/diagnostic.ts";
import type { Mesh } from "../model/mesh.ts";
import type { Door, RouteOf } from "../routing/doors.ts";
import { doorsOf, requestsOf } from "../routing/doors.ts";
import type { RequestMatch } from "../routing/match-relation.ts";
import { relate } from "../routing/match-relation.ts";
import { standsFor } from "../routing/hosts.ts";
import { meshAt } from "../routing/routes-at.ts";
import type { Path } from "../mesh-file/path.ts";

export type Locate = (path: Path) => SourceRange;

/** What people may not expect of the routes of a valid mesh file: who is tried first, and who gets no answer. */
export function adviseRoutes(mesh: Mesh, locate?: Locate): readonly Diagnostic[] {
  const place = placeOf(mesh, locate);
  const meshes = new Set(mesh.clusters.map((cluster) => meshAt(mesh, cluster)));
  const all = [...meshes].flatMap((here) => adviseDoors(doorsOf(here), place));
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

/** Of the routes that one cluster has, whatever their regions. */
function adviseDoors(doors: readonly Door[], place: Place): readonly Diagnostic[] {
  return [
    ...onceForEachPair(doors.flatMap((door) => door.undecided)).map((pair) => undecidedOrder(pair, place)),
    ...doors.flatMap((door) => unreachedAt(door, doors, place)),
    ...doors.flatMap((door) => unansweredInside(door, place)),
  ];
}

type Place = (one: RouteOf) => { readonly range?: SourceRange };

function placeOf(mesh: Mesh, locate: Locate | undefined): Place {
  return ({ route }) =>
    locate === undefined
      ? {}
      : {
          range: locate([
            "spec",
            "services",
            mesh.services.findIndex(({ routes }) => routes.includes(route)),
            "routes",
            mesh.services.flatMap(({ routes }) => (routes.includes(route) ? routes.indexOf(route) : []))[0] ?? 0,
            "name",
          ]),
        };
}

function warning(code: keyof typeof routeCodes, text: { readonly detail: string; readonly fix: string }): Diagnostic {
  return { code, severity: "warning", summary: routeCodes[code].summary, ...text };
}

function onceForEachPair(pairs: Door["undecided"]): Door["undecided"] {
  return pairs.filter(
    ([first, second], index) =>
      pairs.findIndex(([one, other]) => one.route === first.route && other.route === second.route) === index,
  );
}

function undecidedOrder([first, second]: Door["undecided"][number], place: Place): Diagnostic {
  const equal = relate(anywhere(first.route.match), anywhere(second.route.match)) === "overlapping";
  const why = equal
    ? "both are equally exact"
    : "nobody can tell by their regular expressions which of them is the more exact one";
  const otherwise = equal ? "" : ", or write one of them as exact or prefix";
  return {
    ...warning("ISM159", {
      detail: `Requests that both ${describe(first)} and ${describe(second)} match go to ${first.route.name}, since it comes first in the file: ${why}.`,
      fix: `Leave it so if ${first.route.name} is meant to have them; otherwise change places in the file${otherwise}.`,
    }),
    ...place(second),
  };
}

/** Envoy knows one virtual host for a request, that of the most exact name: https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-virtualhost */
function unreachedAt(door: Door, doors: readonly Door[], place: Place): readonly Diagnostic[] {
  if (door.listener === "mesh") {
    return [];
  }
  const at = { listener: door.listener, hosts: [door.host] };
  const wider = doors.filter((other) => other.listener === door.listener && standsFor(other.host, door.host));
  const missing = wider
    .flatMap((other) => other.routes)
    .filter(
      (one) =>
        !door.routes.some(
          (own) =>
            own.route === one.route ||
            ["same", "inside"].includes(relate(anywhere(requestsOf(one, at)), anywhere(requestsOf(own, at)))),
        ),
    );
  const [own] = door.routes;
  return own === undefined
    ? []
    : [...new Set(missing)].map((one) => ({
        ...warning("ISM163", {
          detail: `Route ${describe(one)} is for ${one.route.hosts.join(", ")}, but not for ${door.host}: proxies look at the routes of the most exact host only, and ${door.host} has ${door.routes.map(({ route }) => route.name).join(", ")}. A request to it that none of them takes gets 404.`,
          fix: `Add ${door.host} to the hosts of a route for the same requests, or leave it so if ${door.host} is not meant to have them.`,
        }),
        ...place(one),
      }));
}

/** All routes of a cluster are in its region. */
function anywhere(match: RequestMatch): RequestMatch {
  return { ...match, fromRegions: [] };
}

function unansweredInside(door: Door, place: Place): readonly Diagnostic[] {
  const [first] = door.routes;
  const everything = { path: { kind: "prefix" as const, value: "/" }, headers: {}, fromRegions: [] };
  if (
    door.listener !== "mesh" ||
    first === undefined ||
    door.routes.some(({ route }) => ["same", "around"].includes(relate(anywhere(route.match), everything)))
  ) {
    return [];
  }
  return [
    {
      ...warning("ISM160", {
        detail: `With ${door.routes.map(({ route }) => route.name).join(", ")} callers inside the mesh get 404 from ${door.host} for every request that ${door.routes.length === 1 ? "the route does not match" : "none of these routes matches"}; without a route they reach the service with any request.`,
        fix: "Add a route with gateway: mesh and without match for the rest, or leave it so if nothing else is to be asked.",
      }),
      ...place(first),
    },
  ];
}

function describe({ service, route }: RouteOf): string {
  return `${route.name} (${service.namespace}/${service.name})`;
}
