import { needsOf } from "../cert-manager-needs.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { closedNeeds, describeNeeds, unsureNeeds } from "../program-ways.ts";
import { meshClusters } from "../reached.ts";
import { issuing } from "../subjects.ts";

/** Judged as Kubernetes defines policies; whether the cluster's network enforces them at all is not known. */
export const certificateOrders: Check = {
  id: "certificates/orders",
  sentence: "network policies let cert-manager order certificates",
  pre: false,
  unseen: (facts) => meshClusters(facts).flatMap((one) => unseenIn(facts, one)),
  run: (facts) =>
    meshClusters(facts).flatMap((one) =>
      (one.certManager ?? []).flatMap((manager) => {
        const closed = closedNeeds(one, manager, needsOf(facts, one, manager));
        if (closed.needs.length === 0) {
          return [];
        }
        const { namespace, name } = manager;
        const { what, why, fix } = describeNeeds(one, closed, manager);
        return [
          problem("ISM750", {
            detail: `cert-manager of ${one.cluster} (${namespace}/${name}) does not reach ${what}: ${why}. Certificates are not ordered, and not renewed.`,
            fix,
            cluster: one.cluster,
            object: { group: "apps", kind: "Deployment", namespace, name },
            breaks: [issuing(one.cluster)],
          }),
        ];
      }),
    ),
};

function unseenIn(facts: MeshFacts, one: ReachedCluster): readonly string[] {
  const { cluster, certManager = [] } = one;
  return [
    ...(certManager.length === 0 && (facts.mesh.acmeIssuers ?? []).length > 0
      ? [`no cert-manager was found in ${cluster}, by the label app.kubernetes.io/name=cert-manager of its Deployment`]
      : []),
    ...certManager.flatMap(({ namespace, name, networkPolicies, policiesUnread, unread }) => [
      ...(policiesUnread === true
        ? [`the network policies of ${namespace} in ${cluster}: this account may not list them`]
        : []),
      ...(unread === undefined || networkPolicies === undefined
        ? []
        : [`which DNS servers ${namespace}/${name} of ${cluster} asks: it is said by ${unread}`]),
    ]),
    ...certManager.flatMap((manager) => unsureNeeds(one, manager, needsOf(facts, one, manager))),
  ];
}
