import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl } from "../commands.ts";
import { reachedClusters } from "../reached.ts";
import { nodes, objectOf, wayToIstiod } from "../subjects.ts";

/**
 * A Service that was deleted and made again has another cluster IP, and pods
 * go on asking at the one that their nodes' kubelets were given. A resolver
 * outside of the cluster or on the nodes (NodeLocal DNSCache) is nobody's Service
 * and not judged.
 */
export const dnsAddress: Check = {
  id: "network/dns-address",
  sentence: "pods look names up at the address of their cluster's DNS",
  pre: true,
  unseen: (facts) =>
    reachedClusters(facts).flatMap(({ cluster, system: { dns } }) => {
      const { node = "", problem: why } = dns?.lookUps ?? {};
      return why === undefined
        ? []
        : [`where pods of ${cluster} look names up: the kubelet of ${node} could not be asked (${why})`];
    }),
  run: (facts) =>
    reachedClusters(facts).flatMap((one) => {
      const { name = "", addresses = [], lookUps } = one.system.dns ?? {};
      const [now] = addresses;
      const lost = lookUps?.asked.find((address) => isLikeService(address, now));
      if (now === undefined || lookUps === undefined || lost === undefined || lookUps.ofServices.length > 0) {
        return [];
      }
      const object = { group: "", kind: "Service", namespace: "kube-system", name };
      const dots = (address: string): string => address.replaceAll(".", String.raw`\.`);
      return [
        problem("ISM594", {
          detail: `Pods of ${one.cluster} look names up at ${lost} (as the kubelet of ${lookUps.node} writes into them), which no Service has; Service kube-system/${name} is at ${now}. Clients do not find services, a proxy that starts does not find istiod, and gateways whose address is a name are lost.`,
          fix: "A cluster IP cannot be changed: make the Service again with the address that the nodes know.",
          commands: [
            `${kubectl(one, "-n", "kube-system", "get", "service", name, "-o", "yaml")} | sed -E 's/(^|[^0-9.])${dots(now)}($|[^0-9.])/\\1${lost}\\2/' | ${kubectl(one, "replace", "--force", "-f", "-")}`,
          ],
          cluster: one.cluster,
          object,
          breaks: [wayToIstiod(one.cluster)],
          needs: [nodes(one.cluster), objectOf(one.cluster, object)],
        }),
      ];
    }),
};

/** An IPv4 address of the same /16: ranges of cluster IPs are that large or larger, and link-local ones are of no Service. */
function isLikeService(address: string, service: string | undefined): boolean {
  const start = (text: string): string => text.split(".").slice(0, 2).join(".");
  return service !== undefined && address.includes(".") && start(address) === start(service);
}
