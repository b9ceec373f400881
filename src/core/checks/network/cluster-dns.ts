import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl } from "../commands.ts";
import type { ReachedCluster } from "../facts.ts";
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
              detail: `Service kube-system/${dns.name} of ${one.cluster} has no ready endpoint${haltedWords(dns.halted)}: no name is resolved there. Clients do not find services, a proxy that starts does not find istiod, and gateways whose address is a name are lost.`,
              ...wayBack(one, dns.halted),
              cluster: one.cluster,
              object,
              breaks: [wayToIstiod(one.cluster)],
              needs: [nodes(one.cluster), objectOf(one.cluster, object)],
            }),
          ];
    }),
};

function haltedWords(halted: readonly string[] = []): string {
  return halted.length === 0
    ? ""
    : `, since ${halted.map((name) => `Deployment kube-system/${name}`).join(" and ")} ${halted.length === 1 ? "is" : "are"} scaled to 0`;
}

/** Two pods, as kubeadm and most distributions run them. */
function wayBack(
  one: ReachedCluster,
  halted: readonly string[] = [],
): { readonly fix: string; readonly commands?: readonly string[] } {
  const look = kubectl(one, "-n", "kube-system", "get", "deployments,pods", "-l", "k8s-app=kube-dns");
  return halted.length === 0
    ? { fix: `Whoever runs the cluster has to bring the pods back; see what keeps them: ${look}` }
    : {
        fix: "Scale it up again, to as many pods as it had.",
        commands: halted.map((name) => kubectl(one, "-n", "kube-system", "scale", "deployment", name, "--replicas=2")),
      };
}
