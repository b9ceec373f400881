import type { MeshFacts, ReachedCluster } from "../checks/facts.ts";
import { gatewayOf, reachedClusters } from "../checks/reached.ts";
import { issuing } from "../checks/subjects.ts";
import { solverPort } from "../render/http01.ts";
import { ingressGateway, istioNamespace } from "../render/names.ts";
import { istioPods } from "../render/policy-peers.ts";
import type { RequiredFlow } from "./required-flow.ts";
import { asPolicyPod } from "./required-flow.ts";
import { standIn } from "./required-flows.ts";

/**
 * What http01 challenges take in a cluster, where an issuer of the mesh has any:
 * from an ingress gateway to cert-manager's solvers, pods that are there while
 * a challenge is, and to the ingresses of the other clusters (docs/adr/0035).
 */
export function challengeFlows(facts: MeshFacts, one: ReachedCluster): readonly RequiredFlow[] {
  const isAsked = facts.mesh.services
    .flatMap(({ routes }) => routes)
    .some(({ tls }) => tls?.issuer !== undefined && facts.mesh.http01Issuers.includes(tls.issuer));
  if (!isAsked) {
    return [];
  }
  const solver = standIn(one, istioPods["http01-solver"], [solverPort]);
  const common = { protocol: "TCP", breaks: [issuing(one.cluster)] } as const;
  const ingresses = one.pods
    .filter(({ namespace, labels }) => namespace === istioNamespace && labels["istio"] === "ingressgateway")
    .map((pod) => asPolicyPod(one, pod));
  return ingresses.flatMap((pod): readonly RequiredFlow[] => {
    const what = `http01 challenges from ${ingressGateway} to cert-manager's solvers at port ${solverPort}`;
    return [
      { ...common, what, port: solverPort, pod, direction: "egress", peer: { kind: "pod", pod: solver } },
      { ...common, what, port: solverPort, pod: solver, direction: "ingress", peer: { kind: "pod", pod } },
      ...farIngresses(facts, one).map(({ cluster, address }): RequiredFlow => ({
        ...common,
        what: `http01 challenges from ${ingressGateway} to that of ${cluster} (${address}:80)`,
        port: 80,
        pod,
        direction: "egress",
        peer: { kind: "outside", address },
      })),
    ];
  });
}

function farIngresses(
  facts: MeshFacts,
  one: ReachedCluster,
): readonly { readonly cluster: string; readonly address: string }[] {
  return reachedClusters(facts)
    .filter(({ cluster }) => cluster !== one.cluster)
    .flatMap((other) =>
      (gatewayOf(other, ingressGateway)?.service?.addresses ?? []).map((address) => ({
        cluster: other.cluster,
        address,
      })),
    );
}
