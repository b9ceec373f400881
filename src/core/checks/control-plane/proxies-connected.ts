import { istioNamespace } from "../../render/names.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { connectedProxies } from "../connected-proxies.ts";
import { meshClusters } from "../reached.ts";
import {
  cacerts,
  clusterName,
  issuedRoot,
  istiod,
  proxyOf,
  trustOfProxy,
  trustOfSidecars,
  wayToIstiod,
} from "../subjects.ts";
import { silentIstiods } from "./proxies-accept.ts";

/** A proxy that has lost its istiod goes on with what it knew, looks ready, and learns nothing new. */
export const proxiesConnected: Check = {
  id: "control-plane/proxies-connected",
  sentence: "gateways and sidecars are connected to istiod",
  pre: false,
  unseen: (facts) => meshClusters(facts).flatMap(silentIstiods),
  run: (facts) =>
    meshClusters(facts).flatMap((one) => {
      if (one.istiod.pods.length === 0 || silentIstiods(one).length > 0) {
        return [];
      }
      const connected = new Set(connectedProxies(one).map(({ namespace, name }) => `${namespace}/${name}`));
      const lost = one.pods.filter((pod) => pod.proxy && pod.ready && !connected.has(`${pod.namespace}/${pod.name}`));
      return lost.map((pod) =>
        problem("ISM468", {
          detail: `${pod.namespace}/${pod.name} of ${one.cluster} is connected to no istiod: it goes on with the configuration that it had, and hears of no pod that starts or ends and of no route that changes.`,
          fix: `Whoever runs the pod has to see why it does not connect: kubectl --context ${one.context} -n ${pod.namespace} logs ${pod.name} -c istio-proxy --tail=20. A policy that closes port 15012 of istiod and a root that the pod does not trust are the usual reasons; restart the pod when that is mended.`,
          cluster: one.cluster,
          object: { group: "", kind: "Pod", namespace: pod.namespace, name: pod.name },
          breaks: [proxyOf(one.cluster, pod)],
          needs: [
            istiod(one.cluster),
            wayToIstiod(one.cluster),
            issuedRoot(one.cluster),
            // Without them istiod signs with a root that running proxies do not trust.
            cacerts(one.cluster),
            clusterName(one.cluster),
            trustOfProxy(one.cluster, pod),
            ...(pod.namespace === istioNamespace ? [] : [trustOfSidecars(one.cluster)]),
            proxyOf(one.cluster, pod),
          ],
        }),
      );
    }),
};
