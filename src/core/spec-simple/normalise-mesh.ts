import type { Json } from "../model/kube-object.ts";
import type { Cluster, Mesh, Route, RouteMatch, Service, TrustSettings } from "../model/mesh.ts";
import { parseDuration } from "./duration.ts";
import { newestIstioVersion } from "./istio-version.ts";
import type { RawMesh } from "./schema.ts";

type RawService = RawMesh["spec"]["services"][number];
type RawRoute = RawService["routes"][number];
type RawMatch = NonNullable<RawRoute["match"]>;

/** The mesh with all defaults filled in. The raw one holds every rule. */
export function normaliseMesh(raw: RawMesh): Mesh {
  const { spec } = raw;
  return {
    name: raw.metadata.name,
    clusters: spec.clusters.map(normaliseCluster),
    sharedNetworks: spec.sharedNetworks,
    istio: defined({ ...spec.istio, version: spec.istio.version ?? newestIstioVersion }) as Mesh["istio"],
    ...(spec.rancher === undefined ? {} : { rancher: defined(spec.rancher) as NonNullable<Mesh["rancher"]> }),
    trust: normaliseTrust(spec.trust),
    access: { credentials: spec.access.credentials, rotateBeforeSeconds: parseDuration(spec.access.rotateBefore) ?? 0 },
    hardening: defined(spec.hardening) as unknown as Mesh["hardening"],
    services: spec.services.map(normaliseService),
    issuers: spec.issuers.map((issuer) => defined(issuer) as unknown as Mesh["issuers"][number]),
    ...(spec.dns === undefined ? {} : { dns: normaliseDns(spec.dns) }),
  };
}

function normaliseCluster(raw: RawMesh["spec"]["clusters"][number]): Cluster {
  const { context, kubeconfig, rancherId } = raw;
  return {
    name: raw.name,
    network: raw.network ?? raw.name,
    ...(raw.region === undefined ? {} : { region: raw.region }),
    ...(raw.zone === undefined ? {} : { zone: raw.zone }),
    access:
      context === undefined
        ? { kind: "rancher", rancherId: rancherId ?? "" }
        : { kind: "context", context, ...(kubeconfig === undefined ? {} : { kubeconfig }) },
    ...(raw.endpoint === undefined ? {} : { endpoint: raw.endpoint }),
    eastWestAddresses: raw.eastWest?.addresses ?? [],
  };
}

function normaliseTrust(raw: RawMesh["spec"]["trust"]): TrustSettings {
  const intermediates = {
    validitySeconds: parseDuration(raw.intermediates.validity) ?? 0,
    keyType: raw.intermediates.keyType,
  };
  if (raw.root === undefined) {
    return { root: { kind: "generated" }, intermediates };
  }
  return "secretRef" in raw.root
    ? { root: { kind: "secretRef", ...raw.root.secretRef }, intermediates }
    : { root: { kind: "files", ...raw.root }, intermediates };
}

function normaliseService(raw: RawService): Service {
  const versions = Object.entries(raw.versions).map(([name, version]) => ({
    name,
    clusters: version.clusters,
    labels: version.labels ?? { version: name },
  }));
  return {
    name: raw.name,
    namespace: raw.namespace,
    port: raw.port,
    ...(raw.manifests === undefined ? {} : { manifests: raw.manifests }),
    versions,
    routes: raw.routes.map((route) => normaliseRoute(route, versions.map((version) => version.name))),
    ...(raw.failover === undefined ? {} : { failover: defined(raw.failover) as unknown as NonNullable<Service["failover"]> }),
    exported: raw.export,
  };
}

function normaliseRoute(raw: RawRoute, versions: readonly string[]): Route {
  return {
    name: raw.name,
    gateway: raw.gateway,
    hosts: raw.hosts,
    match: normaliseMatch(raw.match ?? {}),
    weights: Object.fromEntries(versions.map((version) => [version, raw.weights[version] ?? 0])),
    ...(raw.tls === undefined ? {} : { tls: defined(raw.tls) as unknown as NonNullable<Route["tls"]> }),
    ...(raw.dns === undefined ? {} : { dns: raw.dns }),
  };
}

function normaliseMatch(raw: RawMatch): RouteMatch {
  const path = stringMatch(raw) ?? { kind: "prefix", value: "/" };
  const headers = Object.entries(raw.headers ?? {}).flatMap(([name, match]) => {
    const one = stringMatch(match);
    return one === undefined ? [] : [[name, one] as const];
  });
  return { path, headers: Object.fromEntries(headers), fromRegions: raw.fromRegions ?? [] };
}

function stringMatch(raw: { exact?: string | undefined; prefix?: string | undefined; regex?: string | undefined }): RouteMatch["path"] | undefined {
  for (const kind of ["exact", "prefix", "regex"] as const) {
    const value = raw[kind];
    if (value !== undefined) {
      return { kind, value };
    }
  }
  return undefined;
}

function normaliseDns(raw: NonNullable<RawMesh["spec"]["dns"]>): NonNullable<Mesh["dns"]> {
  const [name = "", settings = {}] = Object.entries(raw.provider)[0] ?? [];
  const ttl = raw.ttl === undefined ? undefined : parseDuration(raw.ttl);
  return {
    zone: raw.zone,
    provider: { name, settings: settings as Json },
    ...(ttl === undefined ? {} : { ttlSeconds: ttl }),
    ...(raw.healthChecks === undefined ? {} : { healthChecks: raw.healthChecks as Json }),
  };
}

/** The object without its undefined fields. */
function defined<T extends object>(value: T): object {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}
