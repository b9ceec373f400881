import { findDuplicates } from "./find-duplicates.ts";
import type { Rule } from "./rule.ts";

/** A route is a VirtualService, so its name is unique in its namespace. */
export const checkRouteNames: Rule = (mesh, source) => {
  const routes = mesh.spec.services.flatMap((service, at) => service.routes.map((route, index) => ({ route, service, at, index })));
  return findDuplicates(routes, ({ route, service }) => `${service.namespace}/${route.name}`).flatMap(({ index, key }) => {
    const found = routes[index];
    return found === undefined
      ? []
      : [
          {
            code: "ISM132",
            severity: "error" as const,
            summary: "Duplicate route name",
            detail: `${key} is the name of two routes. Each becomes a VirtualService of that name, so the second would replace the first.`,
            fix: "Give every route of a namespace a name of its own.",
            range: source.locate(["spec", "services", found.at, "routes", found.index, "name"]),
          },
        ];
  });
};
