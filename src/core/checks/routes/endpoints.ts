import type { Cluster, Service } from "../../model/mesh.ts";
import { eastWestGateway, ingressGateway, istioNamespace, serviceHost } from "../../render/names.ts";
import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl, restart } from "../commands.ts";
import type { ClusterEndpoints } from "../endpoint-table.ts";
import { compareEndpoints, expectedEndpoints } from "../endpoint-table.ts";
import type { GatewayPod } from "../control-plane-facts.ts";
import type { ReachedCluster } from "../facts.ts";
import { hostNamesIn, resolveGateways } from "../gateway-names.ts";
import { silentPods } from "../gateways/proxies-answer.ts";
import type { ProxyClusterFacts } from "../proxy-facts.ts";
import { gatewayOf, meshClusters } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import {
  appliedObject,
  gatewayAddress,
  gatewayPods,
  issuedRoot,
  istiod,
  mutualTls,
  needsOfJoin,
  networkLabelled,
  objectOf,
  proxyOf,
  serviceIn,
  sidecarsOf,
  sync,
  wayToIstiod,
} from "../subjects.ts";

/** What the ingress proxies have of every version, against what the clusters really run and offer. */
export const routeEndpoints: Check = {
  id: "routes/endpoints",
  sentence: "ingress proxies have the endpoints of every version",
  pre: false,
  unseen: (facts) => {
    const all = meshClusters(facts);
    const named = all.filter((one) => hostNamesIn(announced(one)).length > 0);
    return [
      ...all.flatMap((one) => silentPods(one, ingressGateway)),
      ...(named.length === 0 ? [] : all.flatMap((reader) => unresolved(reader, named))),
    ];
  },
  run: (facts) => {
    // A fleet has a million pairs: what is needed of a cluster is looked up once.
    const placed = new Map(facts.mesh.clusters.map((cluster) => [cluster.name, cluster]));
    const all = meshClusters(facts).flatMap((one): readonly Place[] => {
      const cluster = placed.get(one.cluster);
      return cluster === undefined ? [] : [{ one, cluster, tables: tablesOf(one) }];
    });
    return all.flatMap((reader) =>
      all.flatMap((target) => {
        const lacking = facts.mesh.services.flatMap((service) => lackingOf(service, reader, target));
        return lacking.length === 0 ? [] : [findingOf(reader.one, target.one, lacking)];
      }),
    );
  },
};

/** A cluster with what its ingress proxies have: Envoy's clusters by name. */
interface Place {
  readonly one: ReachedCluster;
  readonly cluster: Cluster;
  readonly tables: readonly ReadonlyMap<string, ProxyClusterFacts>[];
}

function tablesOf(one: ReachedCluster): Place["tables"] {
  return pods(one).map((pod) => new Map(pod.config.clusters.map((cluster) => [cluster.name, cluster])));
}

function findingOf(reader: ReachedCluster, target: ReachedCluster, lacking: readonly Lacking[]): Finding {
  return problem("ISM476", {
    detail: `The ingress of ${reader.cluster} lacks endpoints of ${target.cluster}: ${lacking.map((one) => one.what).join("; ")}.`,
    fix: `istiod knows the endpoints as far as it can be seen, and the proxy does not have them: restart the gateway. What istiod sends: ${kubectl(reader, "-n", istioNamespace, "logs", "deploy/istiod", "--tail=50")}`,
    commands: [restart(reader, istioNamespace, ingressGateway)],
    cluster: reader.cluster,
    ...(reader.cluster === target.cluster ? {} : { remote: target.cluster }),
    needs: [...lacking.flatMap((one) => one.needs), ...needsOfPair(reader, target)],
  });
}

interface Lacking {
  readonly what: string;
  readonly needs: readonly Subject[];
}

function lackingOf(service: Service, reader: Place, target: Place): readonly Lacking[] {
  const key = `${service.namespace}/${service.name}`;
  const runs = service.versions.filter((version) => version.clusters.includes(target.one.cluster));
  if (runs.length === 0) {
    return [];
  }
  const real = endpointsIn(reader.one, target.one, key);
  return runs.flatMap((version) => {
    // Of this target alone, so that what is missing has a place.
    const expected = expectedEndpoints(
      { clusters: [target.cluster] },
      service,
      { version: version.name, cluster: reader.cluster },
      {
        [target.one.cluster]: real,
      },
    );
    const name = `outbound|${service.port}|${version.name}|${serviceHost(service)}`;
    const missing = new Set(
      reader.tables.flatMap((table) => {
        const held = table.get(name);
        // A gateway may be told of routed services only.
        return held === undefined && service.routes.length === 0
          ? []
          : compareEndpoints(
              { cluster: reader.one.cluster, version: version.name },
              expected,
              held?.endpoints ?? [],
              real.alsoAt,
            ).missing;
      }),
    );
    return missing.size === 0
      ? []
      : [describe(service, version.name, { reader, target }, { missing: [...missing], expected })];
  });
}

function describe(
  service: Service,
  version: string,
  { reader, target }: { readonly reader: Place; readonly target: Place },
  { missing, expected }: { readonly missing: readonly string[]; readonly expected: readonly string[] },
): Lacking {
  const key = `${service.namespace}/${service.name}`;
  const rule = {
    group: "networking.istio.io",
    kind: "DestinationRule",
    namespace: service.namespace,
    name: service.name,
  };
  return {
    what: `${missing.length} of ${expected.length} of ${key} ${version} (${missing.slice(0, 3).join(", ")}${missing.length > 3 ? ", …" : ""})`,
    needs: [
      serviceIn(reader.one.cluster, key),
      serviceIn(target.one.cluster, key),
      ...(reader.cluster === target.cluster ? [] : [sidecarsOf(target.one.cluster, key)]),
      mutualTls(reader.one.cluster, target.one.cluster, key),
      objectOf(reader.one.cluster, rule),
      appliedObject(reader.one.cluster, rule),
    ],
  };
}

function pods(one: ReachedCluster): readonly GatewayPod[] {
  return (gatewayOf(one, ingressGateway)?.pods ?? []).filter((pod) => pod.problem === undefined);
}

/** What `one` offers, with its gateways as `reader` has them. */
function endpointsIn(reader: ReachedCluster, one: ReachedCluster, key: string): ClusterEndpoints {
  const here = one.services.find((other) => other.service === key);
  const { expected } = resolveGateways(announced(one), one.cluster, viewsOf(reader));
  const names = hostNamesIn(expected);
  return {
    podsOf: here?.podsOf ?? {},
    alsoAt: here?.alsoAt ?? {},
    // Without an address for a name there is nothing to compare: join/network-gateways says that, or that istiod was not asked.
    gateways: expected.filter((address) => !names.includes(address)),
  };
}

function announced(one: ReachedCluster): readonly string[] {
  return gatewayOf(one, eastWestGateway)?.service?.addresses ?? [];
}

/** What each istiod of a cluster that answers knows of gateways. */
function viewsOf({ istiod: { pods: all } }: ReachedCluster): Parameters<typeof resolveGateways>[2] {
  return all.filter(({ problem }) => problem === undefined).map(({ networkGateways }) => networkGateways);
}

/** Host names of other gateways for which no istiod of this cluster tells an address: what its proxies must have is not known. */
function unresolved(reader: ReachedCluster, named: readonly ReachedCluster[]): readonly string[] {
  const views = viewsOf(reader);
  const why = views.length === 0 ? "no istiod there says" : "no istiod there has one";
  return named
    .filter(({ cluster }) => cluster !== reader.cluster)
    .flatMap((one) =>
      hostNamesIn(resolveGateways(announced(one), one.cluster, views).expected).map(
        (name) =>
          `the addresses that proxies of ${reader.cluster} must have for ${name}, the east-west gateway of ${one.cluster}: ${why}`,
      ),
    );
}

function needsOfPair(reader: ReachedCluster, target: ReachedCluster): readonly Subject[] {
  const { cluster } = reader;
  return [
    ...pods(reader).map((pod) => proxyOf(cluster, { namespace: istioNamespace, name: pod.name })),
    gatewayPods(cluster, ingressGateway),
    istiod(cluster),
    wayToIstiod(cluster),
    issuedRoot(cluster),
    ...(cluster === target.cluster
      ? []
      : [
          ...needsOfJoin(cluster, target.cluster),
          sync(cluster, target.cluster),
          networkLabelled(target.cluster),
          gatewayAddress(target.cluster, eastWestGateway),
          gatewayPods(target.cluster, eastWestGateway),
        ]),
  ];
}
