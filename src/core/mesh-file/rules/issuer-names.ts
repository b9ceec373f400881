import type { MeshDraft } from "../draft.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { findRepeated } from "./find-repeated.ts";

/** Issuers have names of their own. */
export function checkIssuerNames(draft: MeshDraft): readonly Finding[] {
  return findRepeated(itemsOf(draft.spec?.issuers), ([, issuer]) => issuer.name).map(
    ({ item: [index, issuer], first: [other] }) => ({
      code: "ISM139",
      path: ["spec", "issuers", index, "name"],
      detail: `spec.issuers[${other}] is called ${issuer.name} too, so a route that names it could mean either.`,
      other: ["spec", "issuers", other, "name"],
      fix: "Give every issuer a name of its own.",
    }),
  );
}
