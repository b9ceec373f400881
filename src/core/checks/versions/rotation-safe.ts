import { istioNamespace } from "../../render/names.ts";
import type { Check } from "../check.ts";
import { warning } from "../check.ts";
import { restart } from "../commands.ts";
import { meshClusters } from "../reached.ts";

/** Releases that forget a cluster's endpoints when its remote secret changes (istio#61043; docs/guides/check.md, complaint 3). */
const unsafe = /^1\.30\.[0-3](?:\D|$)/;

export const rotationSafe: Check = {
  id: "versions/rotation-safe",
  sentence: "istiod keeps endpoints when a remote secret changes",
  pre: true,
  run: (facts) =>
    meshClusters(facts)
      .filter((one) => unsafe.test(one.istiod.version))
      .map((one) =>
        warning("ISM413", {
          detail: `istiod of ${one.cluster} is ${one.istiod.version}. Some seconds after a remote secret is written, this release loses the endpoints of the cluster that the secret is about.`,
          fix: `Whoever plans upgrades has to decide: upgrade Istio before credentials are rotated, or restart istiod after each rotation: ${restart(one, istioNamespace, "istiod")}`,
          cluster: one.cluster,
        }),
      ),
};
