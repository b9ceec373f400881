import type { RequestMatch } from "../../routing/match-relation.ts";
import { relate } from "../../routing/match-relation.ts";
import type { MeshDraft } from "../draft.ts";
import { doorsOf, matchOf } from "../draft-matches.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { describePath } from "../path.ts";
import type { PlacedRoute } from "../walk-draft.ts";
import { routesOf } from "../walk-draft.ts";

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
