import { parseQuantity } from "../../model/quantity.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { reachedClusters } from "../reached.ts";
import { newPods } from "../subjects.ts";

/** What every sidecar and gateway adds at least, by Istio's defaults: a pod whose namespace has less left is refused (docs/guides/check.md, complaint 18). */
const needs: Readonly<Record<string, number>> = {
  pods: 1,
  "requests.cpu": 0.1,
  "requests.memory": 128 * 1024 ** 2,
  "limits.cpu": 2,
  "limits.memory": 1024 ** 3,
};

export const quotas: Check = {
  id: "policies/quotas",
  sentence: "quotas leave room for another sidecar",
  pre: true,
  run: (facts) =>
    reachedClusters(facts).flatMap((one) =>
      one.quotas.flatMap((quota) => {
        const tight = Object.entries(quota.resources).flatMap(([resource, { hard, used }]) => {
          const needed = needs[resource];
          const left = (parseQuantity(hard) ?? Number.NaN) - (parseQuantity(used) ?? Number.NaN);
          return needed === undefined || left >= needed ? [] : [`${resource} ${used} of ${hard} used`];
        });
        return tight.length === 0
          ? []
          : [
              problem("ISM447", {
                detail: `ResourceQuota ${quota.namespace}/${quota.name} of ${one.cluster} has no room for one more pod with a sidecar: ${tight.join(", ")}.`,
                fix: "Whoever set the quota has to decide: raise it (in Rancher that of the project), or give smaller requests and limits in spec.istio.containerDefaults.",
                cluster: one.cluster,
                object: { group: "", kind: "ResourceQuota", namespace: quota.namespace, name: quota.name },
                breaks: [newPods(one.cluster, quota.namespace)],
              }),
            ];
      }),
    ),
};
