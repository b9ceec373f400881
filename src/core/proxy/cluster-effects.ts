import { usedEndpoints } from "../checks/endpoint-table.ts";
import type { CallerCluster } from "../checks/caller-facts.ts";
import type { MeshFacts, ServiceFacts } from "../checks/facts.ts";
import { farGatewayTest } from "../checks/far-gateways.ts";
import type { ProxyRouteFacts } from "../checks/proxy-facts.ts";
import { networkOf, reachedClusters } from "../checks/reached.ts";
import { otherProtocol } from "../decide/port-protocol.ts";
import type { ObjectId } from "../model/kube-object.ts";
import { setOf } from "../once-for.ts";
import { mutualTlsOf } from "../policies/peer-authentication.ts";
import { serviceIn, servicePods, targetPortOf } from "../policies/service-pods.ts";
import { serviceHost } from "../render/names.ts";
import type { Call, CallerEffect } from "./call.ts";

type Made = Pick<CallerEffect, "by" | "own">;

/** What is wrong between a route and the pods: Envoy's clusters, their addresses and how they encrypt. */
export function clusterEffects(
  call: Call,
  route: ProxyRouteFacts,
  made: { readonly by: ObjectId | undefined; readonly own: readonly ObjectId[] },
): readonly CallerEffect[] {
  const shares = Object.entries(route.clusters).filter(([, weight]) => weight > 0);
  const total = shares.reduce((sum, [, weight]) => sum + weight, 0);
  const base: Made = { own: made.own, ...(made.by === undefined ? {} : { by: made.by }) };
  return shares.flatMap(([name, weight]) =>
    effectsOfCluster(call, name, base).map((effect) => ({
      ...effect,
      what: `${weight < total ? `(${Math.round((weight / total) * 100)} % of them) ` : ""}${effect.what}`,
    })),
  );
}

function effectsOfCluster(call: Call, name: string, base: Made): readonly CallerEffect[] {
  const { one, caller, service, way } = call;
  const [, port = "", version = "", host = ""] = name.split("|");
  const elsewhere = host !== serviceHost(service);
  const cluster = caller.clusters.find((other) => other.name === name);
  const known = `${elsewhere ? `${host}:${port}` : `port ${port}`}${version === "" ? "" : `, version ${version}`}`;
  if (cluster === undefined) {
    const why = version === "" ? "" : " since no DestinationRule of the service has it";
    return [{ ...base, severity: "error", part: "pods", what: `${failed(way)}: there is no ${known}${why}` }];
  }
  if (elsewhere) {
    return effectsElsewhere(call, { cluster, known, host }, base);
  }
  const rule = ruleOf(one, cluster);
  const ruled: Made = rule === undefined ? base : { ...base, by: rule };
  return [
    ...(rule === undefined ? [] : effectsOfLimits(call, cluster, ruled)),
    ...effectsOfTls(call, cluster).map((what): CallerEffect => ({ ...ruled, severity: "error", part: "pods", what })),
    ...effectsOfEndpoints(call, { cluster, version }, base),
  ];
}

/** Of a cluster that is none of the service's own. */
function effectsElsewhere(
  call: Call,
  { cluster, known, host }: { readonly cluster: CallerCluster; readonly known: string; readonly host: string },
  base: Made,
): readonly CallerEffect[] {
  const entry = base.by === undefined ? entryAt(call, host) : undefined;
  const made: Made = entry === undefined ? base : { ...base, by: entry };
  if (usedEndpoints(cluster.endpoints).length === 0 && cluster.direct === undefined) {
    const what = `go to ${known}, which has no healthy endpoint, and ${failed(call.way)}`;
    return [{ ...made, severity: "error", part: "pods", what }];
  }
  if (entry !== undefined) {
    const what = `go to ${known} instead, since it names the Service's own address for its own`;
    return [{ ...made, severity: "error", part: "route", what }];
  }
  return base.by === undefined ? [] : [{ ...base, severity: "warning", part: "route", what: `go to ${known} instead` }];
}

/**
 * The ServiceEntry of another host that a TCP listener at the Service's address
 * was made of: of two for one address and port istiod takes one
 * (https://istio.io/latest/docs/reference/config/networking/service-entry/#ServiceEntry-addresses).
 */
function entryAt({ one, way }: Call, host: string): ObjectId | undefined {
  const found = (one.routing.beside?.entries ?? []).find(
    ({ kind, hosts = [] }) => kind === "ServiceEntry" && hosts.includes(host),
  );
  return way.kind !== "tcp" || found === undefined
    ? undefined
    : { group: "networking.istio.io", kind: found.kind, namespace: found.namespace, name: found.name };
}

/** Any two callers at once have more. */
const tooFew = 2;
/** A connection to another cluster takes about as long as a packet there and back, and one within a cluster half a millisecond. */
const shortConnectMs = 5;

/** What a DestinationRule of somebody else's lets through: how many ask at once is not known, so that it is a warning. */
function effectsOfLimits({ way }: Call, { limits = {} }: CallerCluster, base: Made): readonly CallerEffect[] {
  const { connections, pending, requests, connectMs } = limits;
  const atOnce = [
    ...(connections !== undefined && connections < tooFew ? [`${connections} connection`] : []),
    ...(pending !== undefined && pending <= tooFew ? [`${pending} waiting for one`] : []),
    ...(requests !== undefined && requests <= tooFew ? [`${requests} at the same time`] : []),
  ];
  const effect = (what: string): CallerEffect => ({ ...base, severity: "warning", part: "pods", what });
  return [
    ...(atOnce.length === 0
      ? []
      : [
          effect(
            `are limited (connectionPool: ${atOnce.join(", ")}), and what is more ${way.kind === "http" ? "is answered with 503" : "is reset"}`,
          ),
        ]),
    ...(connectMs !== undefined && connectMs < shortConnectMs
      ? [effect(`have ${connectMs} ms to connect (connectTimeout), and ${failed(way)} where that takes longer`)]
      : []),
  ];
}

function failed({ kind }: Call["way"]): string {
  return kind === "http" ? "fail with 503" : "are reset";
}

/** The DestinationRule of somebody else's that made the cluster what it is. */
function ruleOf(one: Call["one"], { rule }: CallerCluster): ObjectId | undefined {
  const found = one.routing.destinationRules.find(({ namespace, name }) => `${namespace}/${name}` === rule);
  return found === undefined || found.own
    ? undefined
    : { group: "networking.istio.io", kind: "DestinationRule", namespace: found.namespace, name: found.name };
}

/** The clusters of other networks that run pods for which a way is. */
function farOf({ facts, one, service }: Call, version: string): readonly string[] {
  const runs = service.versions.find((other) => other.name === version)?.clusters;
  return reachedClusters(facts)
    .filter(
      (other) =>
        service.exported &&
        other.cluster !== one.cluster &&
        networkOf(facts, other.cluster) !== networkOf(facts, one.cluster) &&
        (runs === undefined || setOf(runs).has(other.cluster)) &&
        runsThere(serviceIn(other, service), version),
    )
    .map((other) => other.cluster);
}

/** Whether a cluster has ready pods of a version, or of any: where there are none, that is another finding. */
function runsThere(found: ServiceFacts | undefined, version: string): boolean {
  return version === "" ? (found?.endpoints.length ?? 0) > 0 : (found?.podsOf[version] ?? []).length > 0;
}

function effectsOfTls(call: Call, cluster: CallerCluster): readonly string[] {
  const { one, service, way } = call;
  const [, , version = ""] = cluster.name.split("|");
  const far = farOf(call, version);
  const isGateway = farGatewayTest(one);
  if (cluster.tls === "none" && cluster.direct === undefined) {
    const lost = far.length > 0 && !cluster.endpoints.some(({ address }) => isGateway(address));
    const here = serviceIn(one, service);
    const strict = servicePods(one, service).some((pod) => {
      const port = here === undefined ? undefined : targetPortOf(here, way.port, pod);
      return port !== undefined && pod.proxy && mutualTlsOf(one.peerAuthentications, pod, port).mode === "STRICT";
    });
    return [
      ...(lost ? [`are in clear text, which leads to no pod of ${far.join(", ")}`] : []),
      ...(strict ? ["are in clear text, which the pods refuse (mTLS STRICT)"] : []),
    ];
  }
  if (cluster.tls !== "other") {
    return [];
  }
  const port = serviceIn(one, service)?.servicePorts.find((other) => other.port === way.port);
  const plain = port === undefined || otherProtocol(port) === undefined;
  const meshed = servicePods(one, service).some((pod) => pod.proxy) && plain;
  return meshed || far.length > 0
    ? [
        `${failed(way)}: they are encrypted by TLS of another kind than the mesh's, which the sidecars of the pods and the gateways of other clusters do not take`,
      ]
    : [];
}

function effectsOfEndpoints(
  call: Call,
  { cluster, version }: { readonly cluster: CallerCluster; readonly version: string },
  base: Made,
): readonly CallerEffect[] {
  const { facts, one, service } = call;
  const used = usedEndpoints(cluster.endpoints);
  if (cluster.direct !== undefined) {
    return [];
  }
  if (used.length === 0) {
    const here = runsThere(serviceIn(one, service), version);
    return here || farOf(call, version).length > 0
      ? [
          {
            ...base,
            severity: "error",
            part: "pods",
            what: `${failed(call.way)}: no endpoint of the service is known or healthy there`,
          },
        ]
      : [];
  }
  const all = reachedClusters(facts);
  if (all.length < facts.mesh.clusters.length) {
    return [];
  }
  const known = knownAddresses(facts);
  const isGateway = farGatewayTest(one);
  const foreign = used.filter((address) => !isGateway(address) && !known.has(hostOf(address)));
  if (foreign.length === 0) {
    return [];
  }
  const entry = entryBehind(call, cluster, foreign);
  const share = foreign.length === used.length ? "" : ` (${foreign.length} of ${used.length} endpoints)`;
  return [
    {
      ...base,
      ...(entry === undefined ? {} : { by: entry }),
      severity: foreign.length === used.length && entry !== undefined ? "error" : "warning",
      part: "pods",
      what: `go to ${foreign.slice(0, 3).join(", ")}${share}, which ${foreign.length === 1 ? "is no pod" : "are no pods"} of the mesh's clusters`,
    },
  ];
}

/** Of all pods and endpoints of the mesh's clusters: looked up for every way, and made once. */
function knownAddresses(facts: MeshFacts): ReadonlySet<string> {
  const made =
    addresses.get(facts) ??
    new Set(reachedClusters(facts).flatMap((one) => [...podAddresses(one), ...endpointsOf(one)].map(hostOf)));
  addresses.set(facts, made);
  return made;
}

const addresses = new WeakMap<MeshFacts, ReadonlySet<string>>();

function podAddresses({ pods }: Call["one"]): readonly string[] {
  return pods.flatMap(({ addresses }) => addresses);
}

function endpointsOf({ services }: Call["one"]): readonly string[] {
  return services.flatMap((found) => [...found.endpoints, ...Object.values(found.alsoAt).flat()]);
}

/** The address without port and brackets, as pods have it. */
function hostOf(endpoint: string): string {
  const end = endpoint.includes("]") || endpoint.split(":").length === 2 ? endpoint.lastIndexOf(":") : endpoint.length;
  return endpoint.slice(0, end).replaceAll(/[[\]]/g, "");
}

/** The entry that adds addresses, by its host or by one of them. */
function entryBehind(
  { one, service }: Call,
  { entryOf }: CallerCluster,
  foreign: readonly string[],
): ObjectId | undefined {
  const host = serviceHost(service);
  const entries = one.routing.beside?.entries ?? [];
  const found =
    entries.find((entry) => entry.hosts?.includes(host) === true && (entryOf ?? entry.namespace) === entry.namespace) ??
    entries.find(({ addresses }) => addresses.some((address) => foreign.some((one) => hostOf(one) === address)));
  return found === undefined
    ? undefined
    : { group: "networking.istio.io", kind: found.kind, namespace: found.namespace, name: found.name };
}
