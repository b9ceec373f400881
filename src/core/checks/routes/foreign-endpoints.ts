import { ingressGateway } from "../../render/names.ts";
import type { Check, Finding } from "../check.ts";
import { warning } from "../check.ts";
import { kubectl, kubectlCommand } from "../commands.ts";
import { usedEndpoints } from "../endpoint-table.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { farGatewayTest } from "../far-gateways.ts";
import { answeringPods, silentPods } from "../gateways/proxies-answer.ts";
import { meshClusters, reachedClusters } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import { knownGateways, needsOfProxies, networkLabelled, serviceIn, sync } from "../subjects.ts";
import { versionCluster } from "../../proxy/version-cluster.ts";

/**
 * A WorkloadEntry whose labels a Service selects, or a ServiceEntry of its host, adds
 * endpoints to those that the pods are
 * (https://istio.io/latest/docs/reference/config/networking/workload-entry/).
 * They may be meant (a virtual machine), so that this is no error.
 */
export const foreignEndpoints: Check = {
  id: "routes/foreign-endpoints",
  sentence: "services have no endpoints beside the pods of the clusters",
  pre: false,
  unseen: (facts) => meshClusters(facts).flatMap((one) => silentPods(one, ingressGateway)),
  run: (facts) => {
    // What a cluster has that does not answer is not known.
    const all = reachedClusters(facts);
    const slices = meshClusters(facts).flatMap(slicesIn);
    if (all.length < facts.mesh.clusters.length) {
      return slices;
    }
    const fleet = {
      all,
      podAddresses: new Set(all.flatMap((other) => other.pods.flatMap(({ addresses }) => addresses))),
      known: new Map(
        facts.mesh.services.map((service) => {
          const key = `${service.namespace}/${service.name}`;
          return [key, new Set(all.flatMap((other) => knownOf(other, key)))];
        }),
      ),
    };
    return [...slices, ...meshClusters(facts).flatMap((one) => findingsOf(facts, one, fleet))];
  },
};

/** EndpointSlices that somebody else writes beside those of the pods: calls to the Service go to their addresses too. */
function slicesIn(one: ReachedCluster): readonly Finding[] {
  const podAddresses = new Set(one.pods.flatMap(({ addresses }) => addresses));
  return one.services.flatMap(({ service, foreignSlices = [] }) => {
    const [namespace = "", name = ""] = service.split("/");
    return foreignSlices.flatMap((slice) => {
      const strange = slice.endpoints.filter((address) => !podAddresses.has(hostOf(address)));
      const object = { group: "discovery.k8s.io", kind: "EndpointSlice", namespace, name: slice.name };
      const by = slice.written.by === "" ? "" : ` (written by ${slice.written.by} at ${slice.written.at})`;
      return strange.length === 0
        ? []
        : [
            warning("ISM537", {
              detail: `EndpointSlice ${namespace}/${slice.name} of ${one.cluster}${by} gives Service ${service} ${strange.slice(0, 3).join(", ")}${strange.length > 3 ? ", …" : ""} as ${strange.length === 1 ? "an endpoint" : "endpoints"} beside its pods, and no pod of the mesh there has ${strange.length === 1 ? "that address" : "these addresses"}: a part of the calls to ${name} goes there, and whether something answers is not seen from here.`,
              fix: `Where it is meant, nothing is to be done; otherwise whoever made it has to delete it: ${kubectlCommand(one, "delete", object)}`,
              cluster: one.cluster,
              object,
            }),
          ];
    });
  });
}

/** What all clusters have together, the same for each of them. */
interface Fleet {
  readonly all: readonly ReachedCluster[];
  /** A pod that is not ready, or is about to go, is a pod all the same. */
  readonly podAddresses: ReadonlySet<string>;
  /** By services, the addresses of their pods. */
  readonly known: ReadonlyMap<string, ReadonlySet<string>>;
}

function findingsOf(facts: MeshFacts, one: ReachedCluster, { all, podAddresses, known }: Fleet): readonly Finding[] {
  const pods = answeringPods(one, ingressGateway);
  const far = all.filter((other) => other !== one);
  const isGateway = farGatewayTest(one);
  return facts.mesh.services.flatMap((service) => {
    const key = `${service.namespace}/${service.name}`;
    const own = known.get(key);
    const foreign = service.versions.flatMap(({ name: version }) => {
      const called = versionCluster(service, version);
      const used = pods.flatMap(({ config }) =>
        config.clusters.filter(({ name }) => name === called).flatMap(({ endpoints }) => usedEndpoints(endpoints)),
      );
      return [...new Set(used)]
        .filter((address) => own?.has(address) !== true && !isGateway(address) && !podAddresses.has(hostOf(address)))
        .map((address) => ({ version, address }));
    });
    const [first] = foreign;
    return first === undefined
      ? []
      : [
          warning("ISM537", {
            detail: `The ingress of ${one.cluster} sends requests for ${key} to ${foreign.map(({ version, address }) => `${address} (${version})`).join(", ")}, which ${foreign.length === 1 ? "is no pod" : "are no pods"} of the mesh's clusters.${namedEntries(
              one,
              foreign.map(({ address }) => address),
            )} A WorkloadEntry with the labels that the Service selects adds such an endpoint, or a ServiceEntry of the service's host; whether it answers is not seen from here.`,
            fix: `Where it is meant, nothing is to be done; otherwise whoever made it has to delete it: ${kubectl(one, "get", "workloadentries.networking.istio.io,serviceentries.networking.istio.io", "--all-namespaces")}`,
            cluster: one.cluster,
            object: { group: "", kind: "Service", namespace: service.namespace, name: service.name },
            needs: [
              ...needsOfProxies(one.cluster, ingressGateway, pods),
              serviceIn(one.cluster, key),
              ...far.flatMap((other) => needsOfPair(one, other)),
            ],
          }),
        ];
  });
}

function namedEntries({ routing }: ReachedCluster, endpoints: readonly string[]): string {
  const found = (routing.beside?.entries ?? []).filter(({ addresses }) =>
    addresses.some((address) =>
      endpoints.some((one) => one.startsWith(`${address}:`) || one.startsWith(`[${address}]:`)),
    ),
  );
  return found.length === 0
    ? ""
    : ` ${found.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`).join(", ")} ${found.length === 1 ? "has" : "have"} that address.`;
}

/** An istiod that knows no gateway of a network hands out what stands behind it. */
function needsOfPair(one: ReachedCluster, { cluster }: ReachedCluster): readonly Subject[] {
  return [knownGateways(one.cluster, cluster), sync(one.cluster, cluster), networkLabelled(cluster)];
}

/** The address without its port, as pods have it. */
function hostOf(endpoint: string): string {
  return endpoint.slice(0, endpoint.lastIndexOf(":")).replaceAll(/[[\]]/g, "");
}

/** Addresses of a service's pods, those of other families and of pods that are about to go among them. */
function knownOf(one: ReachedCluster, key: string): readonly string[] {
  const found = one.services.find(({ service }) => service === key);
  return found === undefined
    ? []
    : [...Object.values(found.podsOf).flat(), ...Object.values(found.alsoAt).flat(), ...found.endpoints];
}
