import type { RequestMatch } from "../routing/match-relation.ts";
import type { Listener } from "../routing/hosts.ts";
import { hostsAt, hostsOf, listenersOf } from "../routing/hosts.ts";
import { isExpression } from "../routing/regex.ts";
import { entriesOf, itemsOf } from "./draft.ts";
import type { PlacedRoute, RouteDraft, ServiceDraft } from "./walk-draft.ts";
import { gatewaysOf } from "./walk-draft.ts";

/** The hosts of a route at each of its listeners, as far as the file says them. */
export function doorsOf(
  { value, service }: PlacedRoute,
  services: readonly ServiceDraft[],
): readonly { readonly listener: Listener; readonly host: string }[] {
  const gateways = gatewaysOf(value);
  const route = { gateways, hosts: hostsOf({ ...value, gateways }, service, services) };
  return listenersOf({ ...route, tls: value.tls, protocol: value.protocol }).flatMap((listener) =>
    hostsAt({ service, route }, listener).map((host) => ({ listener, host })),
  );
}

/** The match of a route, by default all paths; undefined while something about it is wrong. */
export function matchOf({ match, ...route }: RouteDraft): RequestMatch | undefined {
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
