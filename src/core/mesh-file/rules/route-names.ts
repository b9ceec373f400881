import { ownRoutePrefix, istioNamespace } from "../../render/names.ts";
import type { MeshDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { describePath } from "../path.ts";
import { namespaceOf, routesOf } from "../walk-draft.ts";
import { findRepeated } from "./find-repeated.ts";

/** Routes are VirtualServices: one name once in a namespace, and none that isthmus has itself. */
export function checkRouteNames(draft: MeshDraft): readonly Finding[] {
  const routes = routesOf(draft);
  const repeated = findRepeated(routes, ({ value, service }) => {
    const namespace = namespaceOf(service, value);
    return namespace === undefined || value.name === undefined ? undefined : `${namespace}/${value.name}`;
  });
  return [
    ...repeated.map(({ item, first }): Finding => ({
      code: "ISM132",
      path: [...item.path, "name"],
      detail: `${describePath(first.path)} is the route ${first.value.name} of namespace ${namespaceOf(first.service, first.value)} already. Each route is a VirtualService of its name there${item.value.tls === undefined ? "" : " (routes with tls are in istio-system, whatever the namespace of their service)"}, so one would overwrite the other.`,
      other: [...first.path, "name"],
      fix: "Give every route in the namespace a name of its own.",
    })),
    ...routes
      .filter(
        ({ value, service }) =>
          namespaceOf(service, value) === istioNamespace && value.name?.startsWith(ownRoutePrefix) === true,
      )
      .map(({ value, path }): Finding => ({
        code: "ISM146",
        path: [...path, "name"],
        detail: `The route ${value.name} is a VirtualService of namespace ${istioNamespace}, where names that begin with ${ownRoutePrefix} are those that isthmus makes for hosts with several routes.`,
        fix: "Give the route another name.",
      })),
  ];
}
