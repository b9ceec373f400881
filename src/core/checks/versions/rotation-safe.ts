import type { Check } from "../check.ts";
import { warning } from "../check.ts";
import { meshClusters } from "../reached.ts";

/** Releases that forget a cluster's endpoints when its remote secret changes (istio#61043; pain 3). */
const unsafe = /^1\.30\.[0-3](?:\D|$)/;

export const rotationSafe: Check = {
  id: "versions/rotation-safe",
  sentence: "istiod keeps endpoints when a remote secret changes",
  pre: true,
  run: (facts) => {
    const installed = meshClusters(facts).map((one) => ({
      cluster: one.cluster,
      context: one.context,
      version: one.istiod.version,
    }));
    return installed
      .filter((one) => unsafe.test(one.version))
      .map((one) =>
        warning("ISM413", {
          detail: `istiod of ${one.cluster} is ${one.version}. Some seconds after a remote secret is written, this release loses the endpoints of the cluster that the secret is about.`,
          fix: `Upgrade Istio before credentials are rotated; else restart istiod after it: kubectl --context ${one.context} -n istio-system rollout restart deployment istiod`,
          cluster: one.cluster,
        }),
      );
  },
};
