import { suggestName as suggest } from "../../diagnostics/suggest.ts";
import type { Rule } from "./rule.ts";

/** Weights are of versions that exist and sum to 100, so that every request has somewhere to go. */
export const checkWeights: Rule = (mesh, source) =>
  mesh.spec.services.flatMap((service, at) => {
    const versions = Object.keys(service.versions);
    return service.routes.flatMap((route, index) => {
      const path = ["spec", "services", at, "routes", index, "weights"] as const;
      const unknown = Object.keys(route.weights).filter((version) => !versions.includes(version));
      const sum = Object.values(route.weights).reduce((total, weight) => total + weight, 0);
      const found = unknown.map((version) => {
        const near = suggest(version, versions);
        return {
          code: "ISM141",
          severity: "error" as const,
          summary: "Weights for an unknown version",
          detail: `Service ${service.name} has no version ${version}. It has ${versions.join(", ")}.`,
          fix: near === undefined ? `Add it to versions, or remove it.` : `Did you mean ${near}?`,
          range: source.locateKey([...path, version]),
        };
      });
      if (sum === 100) {
        return found;
      }
      const terms = Object.entries(route.weights).map(([version, weight]) => `${version}=${weight}`);
      return [
        ...found,
        {
          code: "ISM140",
          severity: "error" as const,
          summary: "Weights do not sum to 100",
          detail: `The weights of route ${route.name} (${terms.join(", ")}) sum to ${sum}. They are percentages of the route's requests.`,
          fix: sum < 100 ? `Add ${100 - sum} to one of them.` : `Take ${sum - 100} from one of them.`,
          range: source.locate(path),
        },
      ];
    });
  });
