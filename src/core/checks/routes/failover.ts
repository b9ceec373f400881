import type { Cluster, Service } from "../../model/mesh.ts";
import { crossNetworkPort, ingressGateway, serviceHost } from "../../render/names.ts";
import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import { applyCommand, kubectlCommand } from "../commands.ts";
import { usedEndpoints } from "../endpoint-table.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { answeringPods, silentPods } from "../gateways/proxies-answer.ts";
import { eastWestAddresses, meshClusters } from "../reached.ts";
import { formatAddress } from "../service-port.ts";
import { appliedObject, localityOf, objectOf } from "../subjects.ts";

/**
 * Whether proxies have an order between a cluster's own endpoints and those of
 * others: istiod gives none without outlier detection, and none between
 * regions that nodes do not name (docs/adr/0024). An order by labels of the
 * user's own choice may put any of them first, and is not judged.
 */
export const failover: Check = {
  id: "routes/failover",
  sentence: "ingress proxies prefer their own cluster's endpoints where failover is asked for",
  pre: false,
  unseen: (facts) =>
    facts.mesh.services.some(isJudged) ? meshClusters(facts).flatMap((one) => silentPods(one, ingressGateway)) : [],
  run: (facts) =>
    meshClusters(facts).flatMap((one) =>
      facts.mesh.services.filter(isJudged).flatMap((service) =>
        meshClusters(facts)
          .filter((other) => other !== one && isFarther(facts.mesh.clusters, service, [one.cluster, other.cluster]))
          .flatMap((other) => findingOf(facts, service, { one, other })),
      ),
    ),
};

function isJudged({ failover }: Service): boolean {
  return failover !== undefined && failover.priority.length === 0;
}

/** By networks every cluster behind a gateway is farther; by regions those of the same one are as near. */
function isFarther(clusters: readonly Cluster[], { failover }: Service, names: readonly [string, string]): boolean {
  const [here, there] = names.map((name) => clusters.find((cluster) => cluster.name === name));
  return (
    here?.network !== there?.network &&
    (failover?.regions.length === 0 || here?.region === undefined || here.region !== there?.region)
  );
}

interface Pair {
  readonly one: ReachedCluster;
  readonly other: ReachedCluster;
}

function findingOf(facts: MeshFacts, service: Service, { one, other }: Pair): readonly Finding[] {
  const mixed = service.versions
    .filter(({ clusters }) => clusters.includes(one.cluster) && clusters.includes(other.cluster))
    .filter(({ name }) => isMixed(service, name, { one, other }));
  const [first] = mixed;
  const key = `${service.namespace}/${service.name}`;
  const id = {
    group: "networking.istio.io",
    kind: "DestinationRule",
    namespace: service.namespace,
    name: service.name,
  };
  return first === undefined
    ? []
    : [
        problem("ISM543", {
          detail: `The ingress of ${one.cluster} sends requests for ${mixed.map(({ name }) => name).join(", ")} of ${key} to ${other.cluster} as well, while pods of its own are healthy: it has no order between the two, so that nothing fails over.`,
          fix: `An apply writes the failover of the mesh file again. Where that changes nothing, look at what else says something about the host: ${kubectlCommand(one, "describe", id)}`,
          commands: [applyCommand(facts, { cluster: one.cluster, force: ["DestinationRule"] })],
          cluster: one.cluster,
          remote: other.cluster,
          object: id,
          needs: [
            objectOf(one.cluster, id),
            appliedObject(one.cluster, id),
            ...(service.failover?.regions.length === 0 ? [] : [localityOf(one.cluster), localityOf(other.cluster)]),
          ],
        }),
      ];
}

/** True when a proxy uses both the cluster's own pods and the other's gateway, and does not put the pods first. */
function isMixed(service: Service, version: string, { one, other }: Pair): boolean {
  const own = one.services.find((found) => found.service === `${service.namespace}/${service.name}`);
  const pods = (own?.podsOf[version] ?? []).flatMap((address) => [address, ...(own?.alsoAt[address] ?? [])]);
  const gateways = eastWestAddresses(other).map((address) => formatAddress(address, crossNetworkPort));
  const called = `outbound|${service.port}|${version}|${serviceHost(service)}`;
  return answeringPods(one, ingressGateway).some(({ config }) => {
    const endpoints = config.clusters.find(({ name }) => name === called)?.endpoints ?? [];
    const used = usedEndpoints(endpoints);
    const priorities = (wanted: readonly string[]): readonly number[] =>
      endpoints
        .filter(({ address }) => used.includes(address) && wanted.includes(address))
        .map(({ priority }) => priority);
    return Math.min(...priorities(gateways)) <= Math.max(...priorities(pods));
  });
}
