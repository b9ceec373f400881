import { findDuplicates } from "./find-duplicates.ts";
import { suggestName as suggest } from "../../diagnostics/suggest.ts";
import type { Rule } from "./rule.ts";

/** Clusters are in networks of their own unless the file says that a network is shared (facts/pains 13). */
export const checkNetworks: Rule = (mesh, source) => {
  const { clusters, sharedNetworks } = mesh.spec;
  const networks = clusters.map((cluster) => cluster.network ?? cluster.name);
  const duplicates = findDuplicates(networks, (network) => (sharedNetworks.includes(network) ? undefined : network));
  const unknown = sharedNetworks.flatMap((network, index) => (networks.includes(network) ? [] : [{ network, index }]));
  return [
    ...duplicates.map(({ index, first, key }) => ({
      code: "ISM104",
      severity: "error" as const,
      summary: "Duplicate network name",
      detail: `Clusters ${clusters[first]?.name} and ${clusters[index]?.name} are both in network ${key}. Istio then sends requests straight to pod addresses of the other cluster, past the east-west gateway.`,
      fix: `Give each cluster a network of its own, or, if their pods do reach each other directly, add ${key} to spec.sharedNetworks.`,
      range: source.locate(["spec", "clusters", index, "network"]),
    })),
    ...unknown.map(({ network, index }) => {
      const near = suggest(network, networks);
      return {
        code: "ISM121",
        severity: "error" as const,
        summary: "Unknown shared network",
        detail: `No cluster is in network ${network}.`,
        fix: near === undefined ? "Remove it, or name the network of the clusters that share it." : `Did you mean ${near}?`,
        range: source.locate(["spec", "sharedNetworks", index]),
      };
    }),
  ];
};
