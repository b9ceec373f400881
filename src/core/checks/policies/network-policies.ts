import type { ObjectId } from "../../model/kube-object.ts";
import { crossNetworkPort, eastWestGateway, istioNamespace } from "../../render/names.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import type { NetworkPolicyFacts } from "../facts.ts";
import { reachedClusters } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import { objectOf, wayToInjector, wayToIstiod } from "../subjects.ts";

/** What must get in, by the labels of Istio's own pods (pain 18). */
const openings: readonly {
  readonly pods: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly port: number;
  readonly what: string;
  readonly breaks: (cluster: string) => readonly Subject[];
}[] = [
  {
    pods: "istiod",
    labels: { app: "istiod" },
    port: 15017,
    what: "the API server's calls to the injection webhook",
    breaks: (cluster) => [wayToInjector(cluster)],
  },
  {
    pods: "istiod",
    labels: { app: "istiod" },
    port: 15012,
    what: "the proxies' connections to istiod",
    breaks: (cluster) => [wayToIstiod(cluster)],
  },
  {
    pods: eastWestGateway,
    labels: { app: eastWestGateway, istio: "eastwestgateway" },
    port: crossNetworkPort,
    what: "requests from other networks",
    breaks: () => [],
  },
];

/**
 * Only ports are judged, not who may come: a port that no rule of any policy
 * admits is closed for everybody.
 */
export const networkPolicies: Check = {
  id: "policies/network-policies",
  sentence: "network policies let the mesh's own ports in",
  pre: true,
  run: (facts) =>
    reachedClusters(facts).flatMap((one) =>
      openings.flatMap(({ pods, labels, port, what, breaks }) => {
        const selecting = one.networkPolicies.filter(
          (policy) => policy.namespace === istioNamespace && policy.ingress && selects(policy, labels),
        );
        const open = selecting.some((policy) =>
          policy.ingressPorts.some((ports) => ports.length === 0 || ports.includes(port)),
        );
        const [first] = selecting;
        return first === undefined || open || selecting.some((policy) => policy.expressions)
          ? []
          : [
              problem("ISM448", {
                detail: `No NetworkPolicy of istio-system in ${one.cluster} admits port ${port} of ${pods}, and ${selecting.map((policy) => policy.name).join(", ")} close${selecting.length === 1 ? "s" : ""} what is not admitted: it drops ${what}.`,
                fix: "Set spec.hardening.networkPolicies: true and run isthmus apply, which writes the policies that the mesh needs, or admit the port in a policy of your own.",
                cluster: one.cluster,
                object: policyId(first.name),
                breaks: [...breaks(one.cluster), objectOf(one.cluster, policyId(first.name))],
                // The ports that one policy closes are one thing that is wrong.
                needs: [objectOf(one.cluster, policyId(first.name))],
              }),
            ];
      }),
    ),
};

function policyId(name: string): ObjectId {
  return { group: "networking.k8s.io", kind: "NetworkPolicy", namespace: istioNamespace, name };
}

function selects(policy: NetworkPolicyFacts, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(policy.matchLabels).every(([key, value]) => labels[key] === value);
}
