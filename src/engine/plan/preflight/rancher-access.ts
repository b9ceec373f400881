import type { PreflightRule } from "./preflight-rule.ts";

/** What was found when Rancher's token and authority were read. */
export const rancherAccess: PreflightRule = {
  name: "rancher-access",
  find: ({ open: { rancher } }) => (rancher.kind === "linked" ? (rancher.link.access.warnings ?? []) : []),
};
