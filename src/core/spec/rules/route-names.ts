import type { MeshDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { describePath } from "../path.ts";
import { routesOf } from "../walk-draft.ts";
import { findRepeated } from "./find-repeated.ts";

/** Routes are VirtualServices: one name once in a namespace. */
export function checkRouteNames(draft: MeshDraft): readonly Finding[] {
  const repeated = findRepeated(routesOf(draft), ({ value, service }) =>
    service.namespace === undefined || value.name === undefined ? undefined : `${service.namespace}/${value.name}`,
  );
  return repeated.map(({ item, first }) => ({
    code: "ISM132",
    path: [...item.path, "name"],
    detail: `${describePath(first.path)} is the route ${first.value.name} of namespace ${first.service.namespace} already. Each route is a VirtualService of its name there, so one would overwrite the other.`,
    fix: "Give every route in the namespace a name of its own.",
  }));
}
