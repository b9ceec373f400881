import { suggestName as suggest } from "../../diagnostics/suggest.ts";
import type { Rule } from "./rule.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { SourceMap, SpecPath } from "../source-map.ts";

interface Match {
  readonly exact?: string | undefined;
  readonly prefix?: string | undefined;
  readonly regex?: string | undefined;
}

/** One way to match at a time, absolute paths, and regions that exist. */
export const checkMatches: Rule = (mesh, source) => {
  const regions = mesh.spec.clusters.flatMap((cluster) => cluster.region ?? []);
  return mesh.spec.services.flatMap((service, at) =>
    service.routes.flatMap((route, index) => {
      const path: SpecPath = ["spec", "services", at, "routes", index, "match"];
      const { match } = route;
      if (match === undefined) {
        return [];
      }
      return [
        ...several(match, path, source),
        ...relative(match, path, source),
        ...Object.entries(match.headers ?? {}).flatMap(([name, header]) => several(header, [...path, "headers", name], source)),
        ...(match.fromRegions ?? []).flatMap((region, place) => {
          const near = suggest(region, regions);
          return regions.includes(region)
            ? []
            : [
                {
                  code: "ISM135",
                  severity: "error" as const,
                  summary: "Unknown region",
                  detail: `No cluster of the mesh is in region ${region}.`,
                  fix: near === undefined ? "Name a region of a cluster (spec.clusters[].region)." : `Did you mean ${near}?`,
                  range: source.locate([...path, "fromRegions", place]),
                },
              ];
        }),
      ];
    }),
  );
};

function several(match: Match, path: SpecPath, source: SourceMap): Diagnostic[] {
  const kinds = (["exact", "prefix", "regex"] as const).filter((kind) => match[kind] !== undefined);
  const [, second] = kinds;
  return second === undefined
    ? []
    : [
        {
          code: "ISM133",
          severity: "error",
          summary: "More than one way to match",
          detail: `A match is by exactly one of exact, prefix and regex; here are ${kinds.join(" and ")}.`,
          fix: "Keep one of them, or make two routes.",
          range: source.locateKey([...path, second]),
        },
      ];
}

function relative(match: Match, path: SpecPath, source: SourceMap): Diagnostic[] {
  return (["exact", "prefix"] as const).flatMap((kind) => {
    const value = match[kind];
    return value === undefined || value.startsWith("/")
      ? []
      : [
          {
            code: "ISM134",
            severity: "error" as const,
            summary: "A path that does not begin with /",
            detail: `${value} can never match: the path of a request begins with /.`,
            fix: `Write /${value}.`,
            range: source.locate([...path, kind]),
          },
        ];
  });
}
