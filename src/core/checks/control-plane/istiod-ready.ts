import { istioNamespace } from "../../render/names.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl, scale } from "../commands.ts";
import { applyFix, istiodName, reachedClusters } from "../reached.ts";
import { appliedObject, credentials, istiod, istiodObjects, newPods, nodes, signing, startOf } from "../subjects.ts";

/** Without istiod proxies keep what they have and learn nothing new. */
export const istiodReady: Check = {
  id: "control-plane/istiod-ready",
  sentence: "istiod is there and ready",
  pre: false,
  run: (facts) =>
    reachedClusters(facts).flatMap((one) => {
      const { desired, ready, reason } = one.istiod;
      const name = istiodName(one);
      const object = { group: "apps", kind: "Deployment", namespace: istioNamespace, name };
      if (desired !== undefined && desired > 0 && ready >= desired) {
        return [];
      }
      const detail =
        desired === undefined
          ? `${one.cluster} has no Deployment istio-system/istiod.`
          : desired === 0
            ? `Deployment istio-system/${name} of ${one.cluster} is scaled to 0: proxies there keep what they know, and no new pod gets a sidecar.`
            : `${ready} of ${desired} pods of istiod in ${one.cluster} are ready: ${reason}.`;
      const fix =
        desired === 0
          ? { fix: "Let it run again.", commands: [scale(one, "istiod")] }
          : desired === undefined
            ? { fix: applyFix }
            : {
                fix: `What its pods say decides what whoever runs the cluster has to do: ${kubectl(one, "-n", istioNamespace, "describe", "pod", "-l", "app=istiod")}`,
              };
      return [
        problem("ISM420", {
          detail,
          ...fix,
          cluster: one.cluster,
          object,
          breaks: [istiod(one.cluster)],
          // A Deployment that asks for no pod waits for nothing.
          needs:
            desired === undefined || desired === 0
              ? []
              : [
                  appliedObject(one.cluster, object),
                  startOf(one.cluster, istioNamespace, name),
                  istiodObjects(one.cluster),
                  nodes(one.cluster),
                  newPods(one.cluster, istioNamespace),
                  signing(one.cluster),
                  // While it tries the other clusters it answers and is not ready yet.
                  ...(one.istiod.pods.some((pod) => pod.problem === undefined) ? [credentials(one.cluster)] : []),
                ],
        }),
      ];
    }),
};
