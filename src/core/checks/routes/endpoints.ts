import type { Service } from "../../model/mesh.ts";
import { isAddress } from "../../policies/address-block.ts";
import { eastWestGateway, ingressGateway, istioNamespace, serviceHost } from "../../render/names.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import type { ClusterEndpoints } from "../endpoint-table.ts";
import { compareEndpoints, expectedEndpoints } from "../endpoint-table.ts";
import type { GatewayPod, MeshFacts, ReachedCluster } from "../facts.ts";
import { silentPods } from "../gateways/proxies-answer.ts";
import { gatewayOf, meshClusters } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import {
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
  sync,
  wayToIstiod,
} from "../subjects.ts";

/** What the ingress proxies have of every version, against what the clusters really run and offer. */
export const routeEndpoints: Check = {
  id: "routes/endpoints",
  sentence: "ingress proxies have the endpoints of every version",
  pre: false,
  unseen: (facts) => meshClusters(facts).flatMap((one) => silentPods(one, ingressGateway)),
  run: (facts) =>
    meshClusters(facts).flatMap((reader) =>
      meshClusters(facts).flatMap((target) => {
        const lacking = facts.mesh.services.flatMap((service) => lackingOf(facts, { reader, target, service }));
        const own = reader.cluster === target.cluster;
        return lacking.length === 0
          ? []
          : [
              problem("ISM476", {
                detail: `The ingress of ${reader.cluster} lacks endpoints of ${target.cluster}: ${lacking.map((one) => one.what).join("; ")}.`,
                fix: `Look at what istiod knows and sends: kubectl --context ${reader.context} -n ${istioNamespace} logs deploy/istiod --tail=50. Where it knows the endpoints and the proxy does not have them, restart the gateway: kubectl --context ${reader.context} -n ${istioNamespace} rollout restart deployment ${ingressGateway}`,
                cluster: reader.cluster,
                ...(own ? {} : { remote: target.cluster }),
                needs: [...lacking.flatMap((one) => one.needs), ...needsOfPair(reader, target)],
              }),
            ];
      }),
    ),
};

interface Lacking {
  readonly what: string;
  readonly needs: readonly Subject[];
}

function lackingOf(
  facts: MeshFacts,
  {
    reader,
    target,
    service,
  }: { readonly reader: ReachedCluster; readonly target: ReachedCluster; readonly service: Service },
): readonly Lacking[] {
  const asking = facts.mesh.clusters.find((cluster) => cluster.name === reader.cluster);
  const key = `${service.namespace}/${service.name}`;
  if (asking === undefined) {
    return [];
  }
  // Of one target at a time, so that what is missing has a place.
  const actual = { [target.cluster]: endpointsIn(target, key) };
  const rule = {
    group: "networking.istio.io",
    kind: "DestinationRule",
    namespace: service.namespace,
    name: service.name,
  };
  return service.versions.flatMap((version) => {
    const expected = expectedEndpoints(facts.mesh, service, version.name, asking, actual).filter(hasAddress);
    const short = pods(reader).flatMap((pod) => {
      const name = `outbound|${service.port}|${version.name}|${serviceHost(service)}`;
      const cluster = pod.config.clusters.find((one) => one.name === name);
      // A gateway may be told of routed services only.
      if (cluster === undefined && service.routes.length === 0) {
        return [];
      }
      const { missing } = compareEndpoints(
        { cluster: reader.cluster, version: version.name },
        expected,
        cluster?.endpoints ?? [],
        actual[target.cluster]?.alsoAt,
      );
      return missing;
    });
    const missing = [...new Set(short)];
    return missing.length === 0
      ? []
      : [
          {
            what: `${missing.length} of ${expected.length} of ${key} ${version.name} (${missing.slice(0, 3).join(", ")}${missing.length > 3 ? ", …" : ""})`,
            needs: [
              serviceIn(reader.cluster, key),
              serviceIn(target.cluster, key),
              mutualTls(reader.cluster, target.cluster, key),
              objectOf(reader.cluster, rule),
            ],
          },
        ];
  });
}

function pods(one: ReachedCluster): readonly GatewayPod[] {
  return (gatewayOf(one, ingressGateway)?.pods ?? []).filter((pod) => pod.problem === undefined);
}

function endpointsIn(one: ReachedCluster, key: string): ClusterEndpoints {
  const here = one.services.find((other) => other.service === key);
  return {
    podsOf: here?.podsOf ?? {},
    alsoAt: here?.alsoAt ?? {},
    gateways: gatewayOf(one, eastWestGateway)?.service?.addresses ?? [],
  };
}

/** A gateway whose address is a name stands in proxies by the addresses that istiod has resolved. */
function hasAddress(endpoint: string): boolean {
  return isAddress(endpoint.replace(/:\d+$/, "").replace(/^\[|\]$/g, ""));
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
