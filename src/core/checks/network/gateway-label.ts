import { eastWestGateway, networkLabel } from "../../render/names.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { applyFix, gatewayOf, meshClusters, networkOf } from "../reached.ts";
import { gatewayAddress } from "../subjects.ts";

/** The second of the two places: istiods of other clusters find a network's gateway by the label of its Service (docs/guides/check.md, complaint 13). */
export const gatewayLabel: Check = {
  id: "network/gateway-label",
  sentence: "the east-west gateway and its Service carry the cluster's network",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) => {
      const asked = networkOf(facts, one.cluster);
      const gateway = gatewayOf(one, eastWestGateway);
      if (gateway?.service === undefined) {
        return [];
      }
      const wrongPods = gateway.network !== undefined && gateway.network !== asked;
      if (gateway.service.network === asked && !wrongPods) {
        return [];
      }
      const detail = wrongPods
        ? `The pods of Deployment istio-system/${eastWestGateway} in ${one.cluster} take themselves to be in network ${gateway.network}`
        : `Service istio-system/${eastWestGateway} of ${one.cluster} ${gateway.service.network === undefined ? `has no label ${networkLabel}` : `has ${networkLabel}=${gateway.service.network}`}`;
      return [
        problem("ISM419", {
          detail: `${detail}, and the mesh file puts the cluster into ${asked}. The other clusters know no gateway for it.`,
          fix: `${applyFix} Or by hand: kubectl --context ${one.context} -n istio-system label service ${eastWestGateway} ${networkLabel}=${asked} --overwrite`,
          cluster: one.cluster,
          object: {
            group: wrongPods ? "apps" : "",
            kind: wrongPods ? "Deployment" : "Service",
            namespace: "istio-system",
            name: eastWestGateway,
          },
          breaks: [gatewayAddress(one.cluster, eastWestGateway)],
        }),
      ];
    }),
};
