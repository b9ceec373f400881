import type { RequestMatch } from "../../routing/match-relation.ts";
import { relate } from "../../routing/match-relation.ts";
import { orderRoutes } from "../../routing/order-routes.ts";
import type { MeshDraft } from "../draft.ts";
import { doorsOf, matchOf } from "../draft-matches.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { PlacedRoute } from "../walk-draft.ts";
import { routesOf } from "../walk-draft.ts";

interface Matched {
  readonly route: PlacedRoute;
  readonly match: RequestMatch;
}

/**
 * Of two routes of the Gateway API for one host with requests in common, Istio
 * tries the same one first as the order of routes says, and not by the age of
 * objects, which differs from cluster to cluster. Two that take exactly the same
 * are `checkSameRequests`.
 */
export function checkGatewayApiOrder(draft: MeshDraft): readonly Finding[] {
  const services = itemsOf(draft.spec?.services).map(([, service]) => service);
  const byHost = new Map<string, Matched[]>();
  for (const route of routesOf(draft).filter(({ value }) => value.api === "gatewayAPI")) {
    const match = matchOf(route.value);
    for (const { host } of match === undefined ? [] : doorsOf(route, services)) {
      byHost.set(host, [...(byHost.get(host) ?? []), ...(match === undefined ? [] : [{ route, match }])]);
    }
  }
  const seen = new Set<string>();
  return [...byHost.values()].flatMap((all) => {
    const ordered = orderRoutes(all.map(({ match }) => match)).order.flatMap((index) => all[index] ?? []);
    return ordered.flatMap((second, index) =>
      ordered.slice(0, index).flatMap((first) => {
        const key = JSON.stringify([first.route.path, second.route.path]);
        const found = seen.has(key) ? [] : judge(first, second);
        seen.add(key);
        return found;
      }),
    );
  });
}

function judge(first: Matched, second: Matched): readonly Finding[] {
  const relation = relate(first.match, second.match);
  const order = compareByIstio(first.match, second.match);
  if (order < 0 || relation === "apart" || relation === "same") {
    return [];
  }
  const [one, other] = [first.route.value.name ?? "", second.route.value.name ?? ""];
  const rule =
    "whole paths before / and / before expressions, longer ones first, then a method, more headers, more query parameters";
  return [
    {
      code: "ISM796",
      path: [...second.route.path, ...("match" in second.route.value ? ["match"] : [])],
      detail:
        order === 0
          ? `Requests that both ${one} and ${other} take are meant for ${one}, and Istio would try the older of the two HTTPRoutes first, which is not the same in every cluster: its own order (${rule}) has them equal.`
          : `Requests that both ${one} and ${other} take are meant for ${one}, and Istio would try ${other} first: ${rule}.`,
      other: first.route.path,
      fix:
        first.match.path.kind === "regex" && second.match.path.kind === "prefix"
          ? `Write regex: /.* at ${other}: an expression that is shorter than that of ${one} is tried after it.`
          : `Give ${one} a longer expression, one header more or another host, or leave api out.`,
    },
  ];
}

/** Below 0 where istiod puts the first in front, 0 where the age of objects decides (sortHTTPRoutes of istio.io/istio, pilot/pkg/config/kube/gateway/conversion.go). */
function compareByIstio(first: RequestMatch, second: RequestMatch): number {
  const [one, other] = [ranksOf(first), ranksOf(second)];
  return one.map((rank, index) => (other[index] ?? 0) - rank).find((difference) => difference !== 0) ?? 0;
}

const kinds = { exact: 3, prefix: 2, regex: 1 } as const;

function ranksOf({ path, methods, headers, queryParams = {} }: RequestMatch): readonly number[] {
  return [
    kinds[path.kind],
    path.value.length,
    methods === undefined ? 0 : 1,
    Object.keys(headers).length,
    Object.keys(queryParams).length,
  ];
}
