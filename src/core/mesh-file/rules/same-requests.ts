import type { RequestMatch } from "../../routing/match-relation.ts";
import { relate } from "../../routing/match-relation.ts";
import type { Listener } from "../../routing/hosts.ts";
import { hostsAt, hostsOf, listenersOf } from "../../routing/hosts.ts";
import { isExpression } from "../../routing/regex.ts";
import type { MeshDraft } from "../draft.ts";
import { entriesOf, itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { describePath } from "../path.ts";
import type { PlacedRoute, RouteDraft, ServiceDraft } from "../walk-draft.ts";
import { gatewaysOf, routesOf } from "../walk-draft.ts";

/** No two routes of a host take exactly the same requests: one of them would never get any. */
export function checkSameRequests(draft: MeshDraft): readonly Finding[] {
  const services = itemsOf(draft.spec?.services).map(([, service]) => service);
  const earlier = new Map<string, { readonly route: PlacedRoute; readonly match: RequestMatch }[]>();
  return routesOf(draft).flatMap((route): readonly Finding[] => {
    const match = matchOf(route.value);
    if (match === undefined) {
      return [];
    }
    for (const { listener, host } of doorsOf(route, services)) {
      const ported =
        listener === "mesh" && route.service.port !== undefined ? { ...match, port: route.service.port } : match;
      const key = `${listener} ${host}`;
      const others = earlier.get(key) ?? [];
      earlier.set(key, [...others, { route, match: ported }]);
      const first = others.find((other) => takeTheSame(other.match, ported));
      if (first !== undefined) {
        return [
          {
            code: "ISM148",
            path: [...route.path, ...("match" in route.value ? ["match"] : [])],
            detail: `${describePath(first.route.path)}${first.route.value.name === undefined ? "" : ` (${first.route.value.name})`} takes the same requests to ${host}, so that only one of the two routes would get them.`,
            other: first.route.path,
            fix: "Give the routes different paths, headers or hosts, or delete one of them.",
          },
        ];
      }
    }
    return [];
  });
}

/** Also in those regions alone that both name, where neither names all of the other's: nothing says who would be first there. */
function takeTheSame(one: RequestMatch, other: RequestMatch): boolean {
  const [all, apartFromRegions] = [
    relate(one, other),
    relate({ ...one, fromRegions: [] }, { ...other, fromRegions: [] }),
  ];
  return all === "same" || (all === "overlapping" && apartFromRegions === "same");
}

function doorsOf(
  { value, service }: PlacedRoute,
  services: readonly ServiceDraft[],
): readonly { readonly listener: Listener; readonly host: string }[] {
  const gateways = gatewaysOf(value);
  const route = { gateways, hosts: hostsOf({ ...value, gateways }, service, services) };
  return listenersOf({ ...route, tls: value.tls }).flatMap((listener) =>
    hostsAt({ service, route }, listener).map((host) => ({ listener, host })),
  );
}

/** The match of a route, by default all paths; undefined while something about it is wrong. */
function matchOf({ match, ...route }: RouteDraft): RequestMatch | undefined {
  if (match === undefined) {
    return "match" in route ? undefined : everything;
  }
  const path = comparisonOf(match) ?? (hasComparison(match) ? undefined : everything.path);
  const headers = entriesOf(match.headers).flatMap(([name, value]) => {
    const comparison = comparisonOf(value);
    return comparison === undefined ? [] : [[name, comparison] as const];
  });
  const queryParams = entriesOf(match.queryParams).flatMap(([name, value]) => {
    const comparison = comparisonOf(value);
    return comparison === undefined ? [] : [[name, comparison] as const];
  });
  const methods = itemsOf(match.methods).map(([, method]) => method);
  const fromRegions = itemsOf(match.fromRegions).map(([, region]) => region);
  const complete =
    headers.length === Object.keys(match.headers ?? {}).length &&
    queryParams.length === Object.keys(match.queryParams ?? {}).length &&
    methods.length === (match.methods ?? []).length &&
    fromRegions.length === (match.fromRegions ?? []).length;
  return path === undefined || !complete
    ? undefined
    : {
        path,
        headers: Object.fromEntries(headers),
        ...("methods" in match ? { methods } : {}),
        queryParams: Object.fromEntries(queryParams),
        fromRegions,
      };
}

const everything: RequestMatch = { path: { kind: "prefix", value: "/" }, headers: {}, fromRegions: [] };

function hasComparison(value: object): boolean {
  return ["exact", "prefix", "regex"].some((kind) => kind in value);
}

/** The one comparison that is there; undefined for none, several or an expression that RE2 refuses. */
function comparisonOf(value: {
  readonly exact?: string | undefined;
  readonly prefix?: string | undefined;
  readonly regex?: string | undefined;
}): RequestMatch["path"] | undefined {
  const all = (["exact", "prefix", "regex"] as const).flatMap((kind) => {
    const text = value[kind];
    return text === undefined ? [] : [{ kind, value: text }];
  });
  const [only] = all;
  return all.length !== 1 || only === undefined || (only.kind === "regex" && !isExpression(only.value))
    ? undefined
    : only;
}
