import type { PreflightRule } from "./preflight-rule.ts";

/** What `planTrust` found about roots and intermediates (`core/decide/intermediate.ts` decides for each cluster). */
export const trust: PreflightRule = {
  name: "trust",
  find: (current) => [...current.trust.problems, ...current.trust.warnings],
};
