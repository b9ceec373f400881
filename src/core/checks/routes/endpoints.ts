import type { Cluster, Service } from "../../model/mesh.ts";
import { eastWestGateway, ingressGateway, istioNamespace } from "../../render/names.ts";
import { frontRoutesOf } from "../../routing/hosts.ts";
import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl, restart } from "../commands.ts";
import { expectedEndpoints, missingEndpoints, usedEndpoints } from "../endpoint-table.ts";
import { changersOfClusters, describeFilter, fixOfFilters } from "../proxy-changers.ts";
import type { MeshFacts, ReachedCluster, ServiceFacts } from "../facts.ts";
import { hostNamesIn, resolveGateways } from "../gateway-names.ts";
import { answeringPods, silentPods } from "../gateways/proxies-answer.ts";
import { gatewaysSeenBy } from "../far-gateways.ts";
import type { GatewayPlace } from "../gateway-place.ts";
import { istiodName, meshClusters, networkOf } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import {
  appliedObject,
  gatewayAddress,
  gatewayPods,
  issuedRoot,
  knownGateways,
  mutualTls,
  needsOfJoin,
  needsOfProxies,
  networkLabelled,
  objectOf,
  serviceIn,
  sidecarsOf,
  sync,
} from "../subjects.ts";
import { versionCluster } from "../../proxy/version-cluster.ts";
import { versionObjects } from "../route-object.ts";

/** What the ingress proxies have of every version, against what the clusters really run and offer. */
export const routeEndpoints: Check = {
  id: "routes/endpoints",
  sentence: "ingress proxies have the endpoints of every version",
  pre: false,
  unseen: (facts) => {
    const all = meshClusters(facts);
    return [
      ...all.flatMap((one) => silentPods(one, ingressGateway)),
      ...all.flatMap((reader) => unresolved(facts, reader, all)),
    ];
  },
  run: (facts) => {
    // A fleet has a million pairs: what is needed of a cluster is looked up once.
    const placed = new Map(facts.mesh.clusters.map((cluster) => [cluster.name, cluster]));
    const all = meshClusters(facts).flatMap((one): readonly Place[] => {
      const cluster = placed.get(one.cluster);
      return cluster === undefined ? [] : [placeOf(facts, one, cluster)];
    });
    return all.flatMap((place) => {
      const reader = { ...place, tables: tablesOf(place.one), views: viewsOf(place.one) };
      return all.flatMap((target) => {
        const pair = { reader, target, gateways: gatewaysFrom(facts, reader, target) };
        const lacking = target.offers.flatMap((offer) => lackingOf(offer, pair));
        return lacking.length === 0 ? [] : [findingOf(reader.one, target.one, lacking)];
      });
    });
  },
};

/** A cluster with what it offers. */
interface Place {
  readonly one: ReachedCluster;
  readonly cluster: Cluster;
  readonly offers: readonly Offer[];
}

/** A version that the mesh file has run in a cluster. */
interface Offer {
  readonly service: Service;
  readonly version: string;
  /** What proxies call it: the name of Envoy's cluster. */
  readonly called: string;
  readonly here: Pick<ServiceFacts, "podsOf" | "alsoAt">;
}

interface Reader extends Place {
  /** What its ingress proxies use: addresses by the names of Envoy's clusters. */
  readonly tables: readonly ReadonlyMap<string, ReadonlySet<string>>[];
  readonly views: ReturnType<typeof viewsOf>;
}

interface Pair {
  readonly reader: Reader;
  readonly target: Place;
  /** Of the target, as the reader has them. */
  readonly gateways: readonly GatewayPlace[];
}

function placeOf({ mesh }: MeshFacts, one: ReachedCluster, cluster: Cluster): Place {
  return { one, cluster, offers: offersOf(mesh.services, one) };
}

function offersOf(services: readonly Service[], one: ReachedCluster): readonly Offer[] {
  return services.flatMap((service) => {
    const key = `${service.namespace}/${service.name}`;
    const here = one.services.find((other) => other.service === key) ?? { podsOf: {}, alsoAt: {} };
    return service.versions
      .filter(({ clusters }) => clusters.includes(one.cluster))
      .map(({ name: version }) => ({
        service,
        version,
        called: versionCluster(service, version),
        here,
      }));
  });
}

function tablesOf(one: ReachedCluster): Reader["tables"] {
  return answeringPods(one, ingressGateway).map(
    ({ config }) => new Map(config.clusters.map(({ name, endpoints }) => [name, new Set(usedEndpoints(endpoints))])),
  );
}

/** The addresses at which proxies of `reader` must have the gateways of another cluster. */
function gatewaysFrom(facts: MeshFacts, reader: Reader, { one, cluster }: Place): readonly GatewayPlace[] {
  const { expected } = resolveGateways(gatewaysSeenBy(facts, reader.one, one), ofNetwork(cluster), reader.views);
  // Without an address for a name there is nothing to compare: join/network-gateways says that, or that istiod was not asked.
  const names = hostNamesIn(expected.map(({ address }) => address));
  return expected.filter(({ address }) => !names.includes(address));
}

function ofNetwork({ name, network }: Cluster): { readonly cluster: string; readonly network: string } {
  return { cluster: name, network };
}

function findingOf(reader: ReachedCluster, target: ReachedCluster, lacking: readonly Lacking[]): Finding {
  const filters = changersOfClusters(reader);
  const by =
    filters.length === 0
      ? ""
      : ` ${filters.map(describeFilter).join(", ")} ${filters.length === 1 ? "changes" : "change"} which clusters the proxy has.`;
  return problem("ISM476", {
    detail: `The ingress of ${reader.cluster} lacks endpoints of ${target.cluster}: ${lacking.map((one) => one.what).join("; ")}.${by}`,
    // A restart brings back nothing that a filter takes away.
    ...(filters.length > 0
      ? { fix: fixOfFilters(reader, filters) }
      : {
          fix: `istiod knows the endpoints as far as it can be seen, and the proxy does not have them: restart the gateway. What istiod sends: ${kubectl(reader, "-n", istioNamespace, "logs", `deploy/${istiodName(reader)}`, "--tail=50")}`,
          commands: [restart(reader, istioNamespace, ingressGateway)],
        }),
    cluster: reader.cluster,
    ...(reader.cluster === target.cluster ? {} : { remote: target.cluster }),
    needs: [...lacking.flatMap((one) => one.needs), ...needsOfPair(reader, target)],
  });
}

interface Lacking {
  readonly what: string;
  readonly needs: readonly Subject[];
}

function lackingOf(offer: Offer, pair: Pair): readonly Lacking[] {
  const { service, version, called, here } = offer;
  const { reader, target, gateways } = pair;
  // Of this target alone, so that what is missing has a place.
  const expected = expectedEndpoints(
    { clusters: [target.cluster] },
    service,
    { version, cluster: reader.cluster },
    { [target.one.cluster]: { podsOf: here.podsOf, gateways } },
  );
  const missing = new Set(
    reader.tables.flatMap((table) => {
      const used = table.get(called);
      // A gateway may be told of routed services only.
      return used === undefined && frontRoutesOf(service).length === 0
        ? []
        : missingEndpoints(expected, used ?? new Set(), here.alsoAt);
    }),
  );
  return missing.size === 0 ? [] : [describe(offer, pair, { missing: [...missing], expected })];
}

function describe(
  { service, version }: Offer,
  { reader, target }: Pair,
  { missing, expected }: { readonly missing: readonly string[]; readonly expected: readonly string[] },
): Lacking {
  const key = `${service.namespace}/${service.name}`;
  return {
    what: `${missing.length} of ${expected.length} of ${key} ${version} (${missing.slice(0, 3).join(", ")}${missing.length > 3 ? ", …" : ""})`,
    needs: [
      serviceIn(reader.one.cluster, key),
      serviceIn(target.one.cluster, key),
      ...(reader.cluster === target.cluster ? [] : [sidecarsOf(target.one.cluster, key)]),
      mutualTls(reader.one.cluster, target.one.cluster, key),
      ...versionObjects(service, [version]).flatMap((rule) => [
        objectOf(reader.one.cluster, rule),
        appliedObject(reader.one.cluster, rule),
      ]),
    ],
  };
}

/** What each istiod of a cluster that answers knows of gateways. */
function viewsOf({ istiod: { pods: all } }: ReachedCluster): Parameters<typeof resolveGateways>[2] {
  return all.filter(({ problem }) => problem === undefined).map(({ networkGateways }) => networkGateways);
}

/** Host names of other gateways for which no istiod of this cluster tells an address: what its proxies must have is not known. */
function unresolved(facts: MeshFacts, reader: ReachedCluster, all: readonly ReachedCluster[]): readonly string[] {
  const views = viewsOf(reader);
  const why = views.length === 0 ? "no istiod there says" : "no istiod there has one";
  return all
    .filter(({ cluster }) => cluster !== reader.cluster)
    .flatMap((one) =>
      unresolvedNames(facts, { reader, far: one, views }).map(
        (name) =>
          `the addresses that proxies of ${reader.cluster} must have for ${name}, the east-west gateway of ${one.cluster}: ${why}`,
      ),
    );
}

function unresolvedNames(
  facts: MeshFacts,
  {
    reader,
    far,
    views,
  }: { readonly reader: ReachedCluster; readonly far: ReachedCluster; readonly views: ReturnType<typeof viewsOf> },
): readonly string[] {
  const of = { cluster: far.cluster, network: networkOf(facts, far.cluster) };
  const { expected } = resolveGateways(gatewaysSeenBy(facts, reader, far), of, views);
  return hostNamesIn(expected.map(({ address }) => address));
}

function needsOfPair(reader: ReachedCluster, target: ReachedCluster): readonly Subject[] {
  const { cluster } = reader;
  return [
    ...needsOfProxies(cluster, ingressGateway, answeringPods(reader, ingressGateway)),
    issuedRoot(cluster),
    ...(cluster === target.cluster
      ? []
      : [
          ...needsOfJoin(cluster, target.cluster),
          sync(cluster, target.cluster),
          knownGateways(cluster, target.cluster),
          networkLabelled(target.cluster),
          gatewayAddress(target.cluster, eastWestGateway),
          gatewayPods(target.cluster, eastWestGateway),
        ]),
  ];
}
