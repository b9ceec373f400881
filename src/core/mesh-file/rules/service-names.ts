import type { MeshDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { describePath } from "../path.ts";
import { servicesOf } from "../walk-draft.ts";
import { findRepeated } from "./find-repeated.ts";

/** A service is named by its namespace and name, once. */
export function checkServiceNames(draft: MeshDraft): readonly Finding[] {
  const repeated = findRepeated(servicesOf(draft), ({ value: { namespace, name } }) =>
    namespace === undefined || name === undefined ? undefined : `${namespace}/${name}`,
  );
  return repeated.map(({ item, first }) => ({
    code: "ISM131",
    path: [...item.path, "name"],
    detail: `${describePath(first.path)} is ${first.value.namespace}/${first.value.name} too. In Kubernetes and Istio the two are one service, and their versions and routes would overwrite each other.`,
    other: [...first.path, "name"],
    fix: "Put the versions and routes into one entry, or correct the name or namespace.",
  }));
}
