import { hasLabels } from "../../model/labels.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { applyFix, gatewayServiceId, meshClusters } from "../reached.ts";
import { gatewayAddress, gatewayPods, objectOf } from "../subjects.ts";

/** A Service with an address and another selector takes connections and passes them on to nobody. */
export const gatewayServices: Check = {
  id: "gateways/services",
  sentence: "gateways' Services lead to their pods",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) =>
      one.gateways.flatMap(({ name, at, ready, service }) => {
        // Of a gateway elsewhere the Service is all that says which its pods are.
        const labels = at === undefined ? { istio: name.slice("istio-".length) } : (service?.selector ?? {});
        const object = gatewayServiceId(one, name);
        const pods = one.pods.filter(
          (pod) => pod.namespace === object.namespace && hasLabels(pod.labels, labels) && pod.ready,
        );
        if (service === undefined || ready === 0 || pods.length === 0) {
          return [];
        }
        const selector = Object.entries(service.selector);
        if (selector.length > 0 && pods.some((pod) => hasLabels(pod.labels, service.selector))) {
          return [];
        }
        return [
          problem("ISM474", {
            detail: `Service ${object.namespace ?? ""}/${object.name} of ${one.cluster} selects ${selector.length === 0 ? "nothing" : selector.map(([key, value]) => `${key}=${value}`).join(",")}, and no ready pod of the gateway (${pods.map((pod) => pod.name).join(", ")}) has these labels: connections to its addresses are refused.`,
            fix: applyFix,
            cluster: one.cluster,
            object,
            // istiod takes the listeners away from a proxy that no Service leads to.
            breaks: [gatewayAddress(one.cluster, name), objectOf(one.cluster, object)],
            needs: [objectOf(one.cluster, object), gatewayPods(one.cluster, name)],
          }),
        ];
      }),
    ),
};
