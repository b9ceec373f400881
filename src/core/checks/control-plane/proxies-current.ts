import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl } from "../commands.ts";
import { connectedProxies } from "../connected-proxies.ts";
import { meshClusters } from "../reached.ts";
import { nodes, proxyOf } from "../subjects.ts";
import { silentIstiods } from "./proxies-accept.ts";

/** Sent and not acknowledged: what istiod and the API server say of the mesh is not what the proxy does. */
export const proxiesCurrent: Check = {
  id: "control-plane/proxies-current",
  sentence: "gateways and sidecars have the newest configuration",
  pre: false,
  unseen: (facts) => meshClusters(facts).flatMap(silentIstiods),
  run: (facts) =>
    meshClusters(facts).flatMap((one) => {
      // The connection of a pod that is gone stays until istiod notices.
      const running = new Set(one.pods.map((pod) => `${pod.namespace}/${pod.name}`));
      return connectedProxies(one)
        .filter((proxy) => proxy.behind.length > 0 && running.has(`${proxy.namespace}/${proxy.name}`))
        .map(({ namespace, name, behind }) =>
          problem("ISM467", {
            detail: `${namespace}/${name} of ${one.cluster} has not taken the newest ${behind.join(", ")} of istiod, two seconds and more after they were sent.`,
            fix: `Where it stays so, the proxy hangs or has no time (${kubectl(one, "-n", namespace, "logs", name, "-c", "istio-proxy", "--tail=20")}): delete the pod, so that another one starts with what is current.`,
            commands: [kubectl(one, "-n", namespace, "delete", "pod", name)],
            cluster: one.cluster,
            object: { group: "", kind: "Pod", namespace, name },
            breaks: [proxyOf(one.cluster, { namespace, name })],
            needs: [nodes(one.cluster), proxyOf(one.cluster, { namespace, name })],
          }),
        );
    }),
};
