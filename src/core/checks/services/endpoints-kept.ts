import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import { kubectlCommand } from "../commands.ts";
import type { ReachedCluster, ServiceFacts } from "../facts.ts";
import { meshClusters } from "../reached.ts";
import { serviceObject } from "../service-object.ts";
import { appliedObject, serviceIn } from "../subjects.ts";

/**
 * Two fields of a Service that keep requests from its pods, whoever deploys it: what isthmus has
 * applied itself differs as well, which is told first (`drift/objects`, `drift/added-fields`).
 */
export const endpointsKept: Check = {
  id: "services/endpoints-kept",
  sentence: "no Service is cut off from its pods",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) =>
      one.services.flatMap((service) => [
        ...withoutSelector(one, service),
        ...onOneNode(facts.clusters.length, one, service),
      ]),
    ),
};

/** Kubernetes leaves the EndpointSlices of a Service without a selector to whoever writes them (https://kubernetes.io/docs/concepts/services-networking/service/#services-without-selectors). */
function withoutSelector(one: ReachedCluster, { service, abandonedSlices = [] }: ServiceFacts): readonly Finding[] {
  const id = serviceObject(service);
  return abandonedSlices.length === 0
    ? []
    : [
        problem("ISM850", {
          detail: `Service ${service} of ${one.cluster} has no selector, and its endpoints (EndpointSlice ${abandonedSlices.join(", ")}) are those of when it had one: Kubernetes keeps them no more, so that pods that are made from now on get no request, and addresses of pods that are gone go on getting them, which fail.`,
          fix: `Whoever deploys the Service has to give it the labels of its pods as its selector again; Kubernetes then mends the endpoints by itself: ${kubectlCommand(one, "edit", id)}. Where somebody else is to write its endpoints, delete these EndpointSlices.`,
          cluster: one.cluster,
          object: id,
          breaks: [serviceIn(one.cluster, service)],
          needs: [appliedObject(one.cluster, id)],
          provenBy: { own: ["services"] },
        }),
      ];
}

/** istio.io/istio, pilot/pkg/model/service.go: `NodeLocal`. */
function onOneNode(clusters: number, one: ReachedCluster, { service, nodeLocal }: ServiceFacts): readonly Finding[] {
  const id = serviceObject(service);
  const patch = JSON.stringify({ spec: { internalTrafficPolicy: "Cluster" } });
  return nodeLocal !== true || clusters < 2
    ? []
    : [
        problem("ISM850", {
          detail: `Service ${service} of ${one.cluster} keeps calls on the node of the caller (internalTrafficPolicy: Local): proxies there, gateways too, use endpoints of their own node alone and none of other clusters, and requests for which none is there get 503.`,
          fix: "Whoever deploys the Service has to decide. A service of several clusters needs internalTrafficPolicy: Cluster, also where it is written down:",
          commands: [kubectlCommand(one, "patch", id, "--type=merge", "-p", patch)],
          cluster: one.cluster,
          object: id,
          breaks: [serviceIn(one.cluster, service)],
          needs: [appliedObject(one.cluster, id)],
          provenBy: { own: ["services"] },
        }),
      ];
}
