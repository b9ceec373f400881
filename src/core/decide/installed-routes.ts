import { errorOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { ControlPlane } from "../model/installed-istio.ts";
import type { Mesh } from "../model/mesh.ts";
import { laterHttpRouteFields, releaseOf } from "../releases/istio-releases.ts";

/** Settings of routes that the installed release does not have: its API server would drop them without a word. */
export function judgeRouteFields(mesh: Mesh, cluster: string, { version }: ControlPlane): readonly Diagnostic[] {
  const release = releaseOf(version);
  const later = laterHttpRouteFields.filter(([, field]) => release?.httpRouteFields.has(field) === false);
  const routes = mesh.services.flatMap((service) => service.routes);
  return routes.flatMap((route) =>
    later
      .filter(([, field]) => isSet(route, field))
      .map(([since, field]) => ({
        ...errorOf("ISM584"),
        detail: `Route ${route.name} sets ${field}, which came with Istio 1.${since}, and istiod of ${cluster} is ${version}: its API server would drop the field without a word. Nothing was changed.`,
        fix: `Delete ${field} from the route, or upgrade Istio in ${cluster} to 1.${since} or newer.`,
        cluster,
      })),
  );
}

/** Whether an object has a field below a field, `rewrite.uriRegexRewrite`. */
function isSet(value: object, field: string): boolean {
  const found = field
    .split(".")
    .reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>> | undefined)?.[key], value);
  return found !== undefined;
}
