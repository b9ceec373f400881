import { crossNetworkPort, eastWestGateway } from "../../render/names.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { gatewayOf, meshClusters } from "../reached.ts";
import { crossNetwork, gatewayPods, istiod, wayToIstiod } from "../subjects.ts";

/** What the Gateway asks for must also have arrived: a listener that Envoy refused is not there (pain 14). */
export const listener: Check = {
  id: "gateways/listener",
  sentence: "east-west proxies listen for other networks",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) =>
      (gatewayOf(one, eastWestGateway)?.pods ?? [])
        .filter((pod) => pod.problem === undefined && !pod.listeners.includes(crossNetworkPort))
        .map((pod) =>
          problem("ISM427", {
            detail: `${pod.name} of ${one.cluster} has no listener at ${crossNetworkPort}: istiod has not sent it one, or the proxy refused it.`,
            fix: `See what istiod says of the proxy: kubectl --context ${one.context} -n istio-system logs deploy/istiod | grep -i nack`,
            cluster: one.cluster,
            object: { group: "", kind: "Pod", namespace: "istio-system", name: pod.name },
            needs: [
              crossNetwork(one.cluster),
              gatewayPods(one.cluster, eastWestGateway),
              istiod(one.cluster),
              wayToIstiod(one.cluster),
            ],
          }),
        ),
    ),
};
