import { suggestName as suggest } from "../../diagnostics/suggest.ts";
import type { Rule } from "./rule.ts";

/** A route's issuer is one of the file's. */
export const checkIssuerReferences: Rule = (mesh, source) => {
  const known = mesh.spec.issuers.map((issuer) => issuer.name);
  return mesh.spec.services.flatMap((service, at) =>
    service.routes.flatMap((route, index) => {
      const issuer = route.tls?.issuer;
      if (issuer === undefined || known.includes(issuer)) {
        return [];
      }
      const near = suggest(issuer, known);
      return [
        {
          code: "ISM136",
          severity: "error" as const,
          summary: "Unknown issuer",
          detail: `Route ${route.name} asks issuer ${issuer}, which is not in spec.issuers.`,
          fix: near === undefined ? "Add it to spec.issuers." : `Did you mean ${near}?`,
          range: source.locate(["spec", "services", at, "routes", index, "tls", "issuer"]),
        },
      ];
    }),
  );
};
