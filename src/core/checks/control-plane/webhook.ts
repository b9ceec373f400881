import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { applyFix, meshClusters, unlistedWebhooks } from "../reached.ts";
import { webhookOf } from "../injector-subjects.ts";

/** Without it new pods start without a sidecar and gateways without an image (docs/guides/check.md, complaint 18). */
export const webhook: Check = {
  id: "control-plane/webhook",
  sentence: "the injection webhook is registered",
  pre: false,
  unseen: unlistedWebhooks,
  run: (facts) =>
    meshClusters(facts)
      .filter((one) => one.istiod.unreadWebhooks === undefined && !one.istiod.webhook)
      .map((one) =>
        problem("ISM423", {
          detail: `${one.cluster} has no MutatingWebhookConfiguration of Istio's injector: new pods get no sidecar, and gateways do not start.`,
          fix: applyFix,
          cluster: one.cluster,
          object: {
            group: "admissionregistration.k8s.io",
            kind: "MutatingWebhookConfiguration",
            name: "istio-sidecar-injector",
          },
          breaks: [webhookOf(one.cluster)],
        }),
      ),
};
