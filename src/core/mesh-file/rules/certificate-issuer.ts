import { suggestName } from "../../diagnostics/suggest.ts";
import type { MeshDraft } from "../draft.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { showValue } from "../show-value.ts";
import { routesOf } from "../walk-draft.ts";

/** A certificate has an issuer, and the issuer exists. */
export function checkCertificateIssuers(draft: MeshDraft): readonly Finding[] {
  const known = itemsOf(draft.spec?.issuers).flatMap(([, issuer]) => issuer.name ?? []);
  return routesOf(draft).flatMap(({ value: { tls }, path }): readonly Finding[] => {
    if (tls === undefined) {
      return [];
    }
    if (tls.certificate !== undefined && !("issuer" in tls)) {
      return [
        {
          code: "ISM134",
          path: [...path, "tls", "certificate"],
          detail: `The certificate ${tls.certificate} is to be made, and nothing says who signs it.`,
          fix: "Add issuer with the name of an entry of spec.issuers, or delete certificate if the Secret is filled by other means.",
        },
      ];
    }
    if (tls.issuer === undefined || known.includes(tls.issuer)) {
      return [];
    }
    const near = suggestName(tls.issuer, known);
    return [
      {
        code: "ISM133",
        path: [...path, "tls", "issuer"],
        detail: `spec.issuers has no entry ${showValue(tls.issuer)}, so the certificate would never be signed.`,
        fix: near === undefined ? "Add the issuer to spec.issuers, or use one that is there." : `Did you mean ${near}?`,
      },
    ];
  });
}
