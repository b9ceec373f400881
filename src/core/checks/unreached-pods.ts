import { onceFor } from "../once-for.ts";
import type { Finding } from "./check.ts";
import { problem, warning } from "./check.ts";
import type { MeshFacts, ReachedCluster } from "./facts.ts";
import { failuresOf, sumOf, sureTries } from "./never-connected.ts";
import { networkOf } from "./reached.ts";
import { formatAddress } from "./service-port.ts";
import { requestsBetween } from "./requests-between.ts";
import type { Subject } from "./subjects.ts";
import { issuedRoot, nodes, trustBetween } from "./subjects.ts";

/**
 * What keeps proxies of `reader` from the pods of `far`, a cluster that shares
 * its network: Istio sends requests straight to their addresses then
 * (https://istio.io/latest/docs/ops/deployment/deployment-models/#single-network).
 * Pods of both with one address are proof by themselves; else connections of
 * which not one came about are.
 */
export function unreachedPods(facts: MeshFacts, reader: ReachedCluster, far: ReachedCluster): readonly Finding[] {
  const { cluster } = reader;
  const remote = far.cluster;
  const own = podAddresses(reader);
  const twice = [...podAddresses(far)].find(([address]) => own.has(address));
  const shared = `${cluster} and ${remote} share the network ${networkOf(facts, remote)}, in which requests go straight to the pods`;
  const apart =
    "give each of them a network of its own in the mesh file (spec.clusters[].network), so that requests go by the east-west gateways";
  if (twice !== undefined) {
    const [address, name] = twice;
    return [
      problem("ISM771", {
        detail: `${shared}, and both have a pod at ${address} (${own.get(address) ?? ""} and ${name}): requests of ${cluster} to the pods of ${remote} end in its own.`,
        fix: `Whoever runs the clusters has to decide: ${apart}; or make one of them anew with pod addresses that the other does not have.`,
        cluster,
        remote,
        provenBy: { own: ["pods"], remote: ["pods"] },
      }),
    ];
  }
  const near = new Set(endpointsOf(reader));
  const failed = failuresOf(reader, new Set(endpointsOf(far).filter((one) => !near.has(one))));
  if (failed.size === 0) {
    return [];
  }
  const { tries, addresses } = sumOf(failed);
  const shown = `${addresses.slice(0, 3).join(", ")}${addresses.length > 3 ? ", …" : ""}`;
  return [
    (tries < sureTries ? warning : problem)("ISM771", {
      detail: `${shared}, and not one of ${tries} connections from ${[...failed.keys()].join(", ")} of ${cluster} to pods of ${remote} (${shown}) has come about: these requests hang and fail.`,
      fix: `Whoever runs the network between the clusters has to decide: route the pods of ${remote} to ${cluster} and back, and let TCP through (routes, firewalls, security groups); or ${apart}. isthmus verify asks again.`,
      cluster,
      remote,
      needs: needsOf(facts, cluster, remote),
    }),
  ];
}

/** Address → pod, without those that have their node's address. */
const podAddresses = onceFor(
  ({ pods }: ReachedCluster): ReadonlyMap<string, string> =>
    new Map(
      pods
        .filter(({ hostNetwork }) => !hostNetwork)
        .flatMap(({ namespace, name, addresses }) => addresses.map((one) => [one, `${namespace}/${name}`] as const)),
    ),
);

function endpointsOf({ services }: ReachedCluster): readonly string[] {
  return services.flatMap(({ endpoints, alsoAt }) =>
    endpoints.flatMap((one) => {
      const colon = one.lastIndexOf(":");
      const host = one.slice(0, colon).replaceAll(/[[\]]/g, "");
      const port = Number(one.slice(colon + 1));
      return [one, ...(alsoAt[host] ?? []).map((other) => formatAddress(other, port))];
    }),
  );
}

function needsOf({ mesh }: MeshFacts, cluster: string, remote: string): readonly Subject[] {
  return [
    nodes(remote),
    issuedRoot(cluster),
    issuedRoot(remote),
    trustBetween(cluster, remote),
    ...requestsBetween(mesh, cluster, remote),
  ];
}
