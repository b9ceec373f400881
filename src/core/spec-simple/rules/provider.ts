import type { Rule } from "./rule.ts";

/** Records have one provider. */
export const checkProvider: Rule = (mesh, source) => {
  const names = Object.keys(mesh.spec.dns?.provider ?? { one: {} });
  return names.length === 1
    ? []
    : [
        {
          code: "ISM138",
          severity: "error",
          summary: "Not one DNS provider",
          detail: `spec.dns.provider names ${names.length} providers; the zone is served by one.`,
          fix: "Name one provider with its settings, for example: provider: { designate: {} }",
          range: source.locate(["spec", "dns", "provider"]),
        },
      ];
};
