import { crossNetworkPort, eastWestGateway, istioNamespace } from "../../render/names.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl } from "../commands.ts";
import { gatewayOf, gatewayServiceId, istiodName, meshClusters, placesOfGateway } from "../reached.ts";
import { containerPort } from "../container-port.ts";
import { appliedObject, crossNetwork, needsOfProxies, objectOf } from "../subjects.ts";

/** What the Gateway asks for must also have arrived: a listener that Envoy refused is not there (docs/guides/check.md, complaint 14). */
export const listener: Check = {
  id: "gateways/listener",
  sentence: "east-west proxies listen for other networks",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) => {
      const service = gatewayServiceId(one, eastWestGateway);
      const port = containerPort(one, eastWestGateway, crossNetworkPort) ?? crossNetworkPort;
      return (gatewayOf(one, eastWestGateway)?.pods ?? [])
        .filter((pod) => pod.problem === undefined && !pod.listeners.includes(port))
        .map((pod) =>
          problem("ISM427", {
            detail: `${pod.name} of ${one.cluster} has no listener at ${port}: istiod has not sent it one, or the proxy refused it.`,
            fix: `What the proxy refuses, whoever wrote it has to correct; istiod's log names it: ${kubectl(one, "-n", istioNamespace, "logs", `deploy/${istiodName(one)}`)} | grep -i nack`,
            cluster: one.cluster,
            object: {
              group: "",
              kind: "Pod",
              namespace: placesOfGateway(one, eastWestGateway).namespace,
              name: pod.name,
            },
            needs: [
              crossNetwork(one.cluster),
              objectOf(one.cluster, service),
              appliedObject(one.cluster, service),
              ...needsOfProxies(one.cluster, eastWestGateway, [pod], service.namespace),
            ],
          }),
        );
    }),
};
