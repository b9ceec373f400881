import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { meshClusters } from "../reached.ts";
import { nodes, objectOf, wayToIstiod } from "../subjects.ts";

/** Proxies find istiod, and clients find services, by name. */
export const clusterDns: Check = {
  id: "network/cluster-dns",
  sentence: "every cluster's DNS answers",
  pre: true,
  run: (facts) =>
    meshClusters(facts).flatMap((one) => {
      const { dns } = one.system;
      const object = { group: "", kind: "Service", namespace: "kube-system", name: dns?.name ?? "" };
      return dns === undefined || dns.ready > 0
        ? []
        : [
            problem("ISM493", {
              detail: `Service kube-system/${dns.name} of ${one.cluster} has no ready endpoint: no name is resolved there. Clients do not find services, a proxy that starts does not find istiod, and gateways whose address is a name are lost.`,
              fix: `Whoever runs the cluster has to bring the pods back: kubectl --context ${one.context} -n kube-system get deployments,pods -l k8s-app=kube-dns (scaled to 0: kubectl --context ${one.context} -n kube-system scale deployment -l k8s-app=kube-dns --replicas=2)`,
              cluster: one.cluster,
              object,
              breaks: [wayToIstiod(one.cluster)],
              needs: [nodes(one.cluster), objectOf(one.cluster, object)],
            }),
          ];
    }),
};
