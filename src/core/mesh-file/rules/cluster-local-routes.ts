import type { MeshDraft } from "../draft.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { routesOf } from "../walk-draft.ts";

/**
 * A service with `export: false` has the endpoints of the own cluster only, so
 * that every cluster which has a route needs pods of all versions that get a share of it.
 */
export function checkClusterLocalRoutes(draft: MeshDraft): readonly Finding[] {
  const clusters = itemsOf(draft.spec?.clusters).map(([, one]) => one);
  return routesOf(draft).flatMap(({ value, path, service }) => {
    const regions = itemsOf(value.match?.fromRegions).map(([, region]) => region);
    const there = clusters.filter(
      ({ region }) => regions.length === 0 || (region !== undefined && regions.includes(region)),
    );
    return service.export === false
      ? Object.entries(value.weights ?? {}).flatMap(([version, weight]): readonly Finding[] => {
          const runs = service.versions?.[version]?.clusters;
          const without =
            runs === undefined || weight === undefined || weight === 0
              ? []
              : there.flatMap(({ name }) => (name === undefined || runs.includes(name) ? [] : [name]));
          return without.length === 0
            ? []
            : [
                {
                  code: "ISM620",
                  path: [...path, "weights", version],
                  at: "key",
                  detail: `${service.name ?? "The service"} stays in its cluster (export: false), and ${version} does not run in ${without.join(", ")}: there ${weight} % of the requests would get 503.`,
                  fix: `Run ${version} in ${without.join(", ")} too, give it no weight, or leave export out.`,
                },
              ];
        })
      : [];
  });
}
