import type { Cluster, Service } from "../../model/mesh.ts";
import { ingressGateway } from "../../render/names.ts";
import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import { applyCommand, kubectlCommand } from "../commands.ts";
import { usedEndpoints } from "../endpoint-table.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { answeringPods, silentPods } from "../gateways/proxies-answer.ts";
import { gatewaysSeenBy } from "../far-gateways.ts";
import { formatPlace } from "../gateway-place.ts";
import { meshClusters } from "../reached.ts";
import { appliedObject, localityOf, objectOf } from "../subjects.ts";
import { versionCluster } from "../../proxy/version-cluster.ts";

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
  run: (facts) => {
    const placed = new Map(facts.mesh.clusters.map((cluster) => [cluster.name, cluster]));
    const all = meshClusters(facts);
    return all.flatMap((one) =>
      facts.mesh.services.filter(isJudged).flatMap((service) => {
        // A fleet has a million pairs: what a proxy holds is looked up once.
        const held = heldOf(one, service);
        return all
          .filter((other) => other !== one && isFarther(service, placed.get(one.cluster), placed.get(other.cluster)))
          .flatMap((other) => findingOf(facts, service, { one, other, held }));
      }),
    );
  },
};

function isJudged({ failover }: Service): boolean {
  return failover !== undefined && failover.priority.length === 0;
}

/** By networks every cluster behind a gateway is farther; by regions those of the same one are as near. */
function isFarther({ failover }: Service, here: Cluster | undefined, there: Cluster | undefined): boolean {
  return (
    here?.network !== there?.network &&
    (failover?.regions.length === 0 || here?.region === undefined || here.region !== there?.region)
  );
}

/** What one ingress proxy has of a version. */
interface Held {
  readonly version: string;
  /** The last priority of the cluster's own pods that get requests; undefined where none does. */
  readonly own: number | undefined;
  /** The priorities of all endpoints that get requests, by address. */
  readonly priorities: ReadonlyMap<string, number>;
}

function heldOf(one: ReachedCluster, service: Service): readonly Held[] {
  const here = one.services.find((found) => found.service === `${service.namespace}/${service.name}`);
  return service.versions
    .filter(({ clusters }) => clusters.includes(one.cluster))
    .flatMap(({ name: version }) => {
      const pods = (here?.podsOf[version] ?? []).flatMap((address) => [address, ...(here?.alsoAt[address] ?? [])]);
      const called = versionCluster(service, version);
      return answeringPods(one, ingressGateway).map(({ config }): Held => {
        const endpoints = config.clusters.find(({ name }) => name === called)?.endpoints ?? [];
        const used = new Set(usedEndpoints(endpoints));
        const priorities = new Map(
          endpoints.flatMap(({ address, priority }) => (used.has(address) ? [[address, priority] as const] : [])),
        );
        const own = pods.flatMap((address) => priorities.get(address) ?? []);
        return { version, own: own.length === 0 ? undefined : Math.max(...own), priorities };
      });
    });
}

interface Pair {
  readonly one: ReachedCluster;
  readonly other: ReachedCluster;
  readonly held: readonly Held[];
}

function findingOf(facts: MeshFacts, service: Service, { one, other, held }: Pair): readonly Finding[] {
  const gateways = gatewaysSeenBy(facts, one, other).map(formatPlace);
  const mixed = new Set(held.filter((each) => isMixed(each, gateways)).map(({ version }) => version));
  const key = `${service.namespace}/${service.name}`;
  const id = {
    group: "networking.istio.io",
    kind: "DestinationRule",
    namespace: service.namespace,
    name: service.name,
  };
  return mixed.size === 0
    ? []
    : [
        problem("ISM543", {
          detail: `The ingress of ${one.cluster} sends requests for ${[...mixed].join(", ")} of ${key} to ${other.cluster} as well, while pods of its own are healthy: it has no order between the two, so that nothing fails over.`,
          ...(fixOfRegions(facts, service, [one, other]) ?? {
            fix: `An apply writes the failover of the mesh file again. Where that changes nothing, look at what else says something about the host: ${kubectlCommand(one, "describe", id)}`,
            commands: [applyCommand(facts, { cluster: one.cluster, force: ["DestinationRule"] })],
          }),
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

/** Between clusters of no region there is no order to be written by an apply: istiod goes by the labels of their nodes. */
function fixOfRegions(
  { mesh }: MeshFacts,
  { failover }: Service,
  pair: readonly ReachedCluster[],
): { readonly fix: string } | undefined {
  const without = pair
    .map(({ cluster }) => cluster)
    .filter((name) => mesh.clusters.find((one) => one.name === name)?.region === undefined);
  return without.length === 0 || failover?.regions.length === 0
    ? undefined
    : {
        fix: `failover.regions goes by regions, and ${without.join(" and ")} ${without.length === 1 ? "has" : "have"} none: write region of each into spec.clusters, and label the nodes with it (topology.kubernetes.io/region); check has the commands then (ISM446).`,
      };
}

/** True when a proxy asks a gateway of another cluster no later than the own pods. */
function isMixed({ own, priorities }: Held, gateways: readonly string[]): boolean {
  return own !== undefined && gateways.some((address) => (priorities.get(address) ?? Number.POSITIVE_INFINITY) <= own);
}
