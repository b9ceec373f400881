import { suggestName as suggest } from "../../diagnostics/suggest.ts";
import type { Rule } from "./rule.ts";

/** Versions run on clusters that the mesh has, and a service with routes has versions. */
export const checkVersionClusters: Rule = (mesh, source) => {
  const known = mesh.spec.clusters.map((cluster) => cluster.name);
  return mesh.spec.services.flatMap((service, index) => [
    ...Object.entries(service.versions).flatMap(([version, { clusters }]) =>
      clusters.flatMap((name, place) => {
        if (known.includes(name)) {
          return [];
        }
        const near = suggest(name, known);
        return [
          {
            code: "ISM130",
            severity: "error" as const,
            summary: "A version on an unknown cluster",
            detail: `Version ${version} of ${service.name} is to run on ${name}, which is not a cluster of this mesh. The mesh has ${known.join(", ")}.`,
            fix: near === undefined ? "Name a cluster of the mesh, or add this one to spec.clusters." : `Did you mean ${near}?`,
            range: source.locate(["spec", "services", index, "versions", version, "clusters", place]),
          },
        ];
      }),
    ),
    ...(Object.keys(service.versions).length === 0
      ? [
          {
            code: "ISM131",
            severity: "error" as const,
            summary: "A service without versions",
            detail: `Service ${service.name} has no version, so there is nothing to weigh or route to.`,
            fix: "Add at least one version with the clusters that run it.",
            range: source.locate(["spec", "services", index, "versions"]),
          },
        ]
      : []),
  ]);
};
