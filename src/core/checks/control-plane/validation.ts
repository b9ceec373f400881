import type { Check } from "../check.ts";
import { warning } from "../check.ts";
import { applyFix, meshClusters, unlistedWebhooks } from "../reached.ts";

/** `istioctl manifest generate` leaves the validator of objects without a revision out; one invalid route then freezes a gateway. */
export const validation: Check = {
  id: "control-plane/validation",
  sentence: "istiod validates routing objects before they are stored",
  pre: false,
  unseen: unlistedWebhooks,
  run: (facts) =>
    meshClusters(facts)
      .filter((one) => one.istiod.unreadWebhooks === undefined && !one.istiod.validation.seesUnlabelled)
      .map((one) => {
        const { webhooks } = one.istiod.validation;
        return warning("ISM469", {
          detail: `${one.cluster} has ${webhooks.length === 0 ? "no ValidatingWebhookConfiguration of istiod" : `only ${webhooks.join(", ")}, which see${webhooks.length === 1 ? "s" : ""} objects with a revision label`}: whatever is written into a VirtualService, Gateway or DestinationRule is stored, and one that proxies cannot take stops all later changes from reaching them.`,
          fix: applyFix,
          cluster: one.cluster,
          object: {
            group: "admissionregistration.k8s.io",
            kind: "ValidatingWebhookConfiguration",
            name: "istiod-default-validator",
          },
        });
      }),
};
