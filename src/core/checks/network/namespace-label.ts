import { networkLabel } from "../../render/names.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { applyFix, istioNamespaceOf, meshClusters, networkOf } from "../reached.ts";
import { networkLabelled } from "../subjects.ts";
import { kubectl } from "../commands.ts";

/** istiod takes the network of a cluster's pods from this label; without it they count as reachable from anywhere (docs/guides/check.md, complaint 13). */
export const namespaceLabel: Check = {
  id: "network/namespace-label",
  sentence: "istio-system carries the cluster's network",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) => {
      const asked = networkOf(facts, one.cluster);
      const has = istioNamespaceOf(one)?.network;
      return has === asked
        ? []
        : [
            problem("ISM418", {
              detail: `Namespace istio-system of ${one.cluster} ${has === undefined ? `has no label ${networkLabel}` : `has ${networkLabel}=${has}`}, and the mesh file puts the cluster into ${asked}. The other clusters then ${has === undefined ? "take its pods for local ones and send requests to addresses that lead nowhere" : "look for its pods behind gateways of the wrong network"}.`,
              fix: `${applyFix} Or by hand: ${kubectl(one)} label namespace istio-system ${networkLabel}=${asked} --overwrite`,
              cluster: one.cluster,
              object: { group: "", kind: "Namespace", name: "istio-system" },
              breaks: [networkLabelled(one.cluster)],
            }),
          ];
    }),
};
