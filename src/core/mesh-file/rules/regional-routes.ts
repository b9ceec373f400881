import type { MeshDraft } from "../draft.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { routesOf } from "../walk-draft.ts";

/** Names lead to the ingress gateways of all clusters, so that a route of some regions cannot publish its own. */
export function checkRegionalRoutes(draft: MeshDraft): readonly Finding[] {
  return routesOf(draft)
    .filter(({ value }) => itemsOf(value.match?.fromRegions).length > 0 && "dns" in value)
    .map(({ value, path }) => ({
      code: "ISM588",
      path: [...path, "dns"],
      at: "key",
      detail: `The route is in ${itemsOf(value.match?.fromRegions)
        .map(([, region]) => region)
        .join(
          ", ",
        )} only, and its hosts would be published with the addresses of the ingress gateways of all clusters: clients that come to another one would get 404.`,
      fix: "Write dns at a route of the same hosts that all regions have.",
    }));
}
