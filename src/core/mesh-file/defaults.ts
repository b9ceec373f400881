import type { Json } from "../model/kube-object.ts";
import type {
  AccessSettings,
  ContainerDefaults,
  HardeningSettings,
  Issuer,
  IstioSettings,
  Mesh,
  RancherSettings,
  Route,
  RouteMatch,
  RouteVerification,
  Service,
  TrustSettings,
  Sessions,
} from "../model/mesh.ts";
import { fillDns } from "./dns-defaults.ts";
import { readDuration } from "./duration.ts";
import { fillCluster } from "./cluster-defaults.ts";
import { fillOwnIssuer } from "./own-issuer-defaults.ts";
import { fillFailover } from "./failover-defaults.ts";
import { fieldDefaults } from "./field-defaults.ts";
import { newestIstioVersion } from "./istio-version.ts";
import { present } from "./present.ts";
import type { Mirror, RouteSettings } from "../model/route-settings.ts";
import { routeSettingNames } from "../model/route-settings.ts";
import { serviceHost } from "../render/names.ts";
import { completeHost, hostsOf } from "../routing/hosts.ts";
import type { RawMesh } from "./schema/mesh.ts";

type RawSpec = RawMesh["spec"];
type RawService = NonNullable<RawSpec["services"]>[number];
type RawRoute = NonNullable<RawService["routes"]>[number];

/** The mesh of a file that holds all rules, with every default filled in. */
export function fillDefaults(raw: RawMesh): Mesh {
  const { spec } = raw;
  return present({
    name: raw.metadata.name,
    clusters: spec.clusters.map(fillCluster),
    sharedNetworks: spec.sharedNetworks ?? [],
    istio: fillIstio(spec.istio),
    rancher: spec.rancher === undefined ? undefined : fillRancher(spec.rancher),
    trust: fillTrust(spec.trust),
    access: fillAccess(spec.access),
    hardening: fillHardening(spec.hardening),
    services: (spec.services ?? []).map((service) => fillService(service, spec.services ?? [])),
    issuers: (spec.issuers ?? []).map(fillIssuer),
    dns: spec.dns === undefined ? undefined : fillDns(spec.dns),
  });
}

function fillIstio(raw: RawSpec["istio"]): IstioSettings {
  return present({
    version: raw?.version ?? newestIstioVersion,
    install: raw?.install ?? fieldDefaults.install,
    profile: raw?.profile ?? fieldDefaults.profile,
    hub: raw?.hub,
    nodeSelector: raw?.nodeSelector,
    containerDefaults: fillContainerDefaults(raw?.containerDefaults),
    values: raw?.values as IstioSettings["values"],
  });
}

function fillContainerDefaults(raw: NonNullable<RawSpec["istio"]>["containerDefaults"]): ContainerDefaults | undefined {
  return raw === undefined ? undefined : writeQuantities(raw);
}

/** Quantities as text, which YAML may have read as numbers. */
function writeQuantities(raw: Readonly<Record<string, string | number | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(raw).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  );
}

function fillRancher(raw: NonNullable<RawSpec["rancher"]>): RancherSettings {
  const { project, token } = raw;
  return present({
    url: raw.url,
    token: token.env === undefined ? { file: token.file ?? "" } : { env: token.env },
    caFile: raw.caFile,
    project:
      project === undefined
        ? undefined
        : present({
            name: project.name,
            description: project.description,
            quota: project.quota === undefined ? undefined : writeQuantities(project.quota),
            containerDefaults: fillContainerDefaults(project.containerDefaults),
          }),
  });
}

function fillTrust(raw: RawSpec["trust"]): TrustSettings {
  const { validity, keyType } = raw?.intermediates ?? {};
  return {
    root: fillRoot(raw?.root),
    intermediates: {
      validitySeconds: secondsOf(validity ?? fieldDefaults.validity),
      keyType: keyType ?? fieldDefaults.keyType,
    },
  };
}

function fillRoot(raw: NonNullable<RawSpec["trust"]>["root"]): TrustSettings["root"] {
  if (raw?.secretRef !== undefined) {
    return { kind: "secretRef", ...raw.secretRef };
  }
  return raw === undefined
    ? { kind: "generated" }
    : { kind: "files", certFile: raw.certFile ?? "", keyFile: raw.keyFile ?? "" };
}

function fillAccess(raw: RawSpec["access"]): AccessSettings {
  return {
    credentials: raw?.credentials ?? fieldDefaults.credentials,
    rotateBeforeSeconds: secondsOf(raw?.rotateBefore ?? fieldDefaults.rotateBefore),
  };
}

function fillHardening(raw: RawSpec["hardening"]): HardeningSettings {
  return present({
    podSecurity: raw?.podSecurity,
    networkPolicies: policyMode(raw?.networkPolicies ?? false),
  });
}

function policyMode(raw: boolean | { readonly mode: "strict" | "runbook" }): HardeningSettings["networkPolicies"] {
  return typeof raw === "boolean" ? raw && "strict" : raw.mode;
}

function fillService(raw: RawService, all: readonly RawService[]): Service {
  const versions = Object.entries(raw.versions ?? {}).map(([name, version]) => ({
    name,
    clusters: version.clusters,
    labels: version.labels ?? { version: name },
  }));
  const names = versions.map((version) => version.name);
  return present({
    name: raw.name,
    namespace: raw.namespace,
    port: raw.port,
    manifests: raw.manifests,
    versions,
    routes: (raw.routes ?? []).map((route) => fillRoute(route, { service: raw, all, names })),
    failover: raw.failover === undefined ? undefined : fillFailover(raw.failover),
    sessions: raw.sessions === undefined ? undefined : readSessions(raw.sessions),
    exported: raw.export ?? true,
  });
}

/** One of the ways is there, and one alone: `checkAlternatives`. */
function readSessions({
  httpHeaderName,
  httpCookie,
  httpQueryParameterName = "",
}: NonNullable<RawService["sessions"]>): Sessions {
  if (httpHeaderName !== undefined) {
    return { by: "header", name: httpHeaderName };
  }
  return httpCookie === undefined
    ? { by: "queryParameter", name: httpQueryParameterName }
    : { by: "cookie", name: httpCookie.name };
}

interface RouteContext {
  readonly service: RawService;
  readonly all: readonly RawService[];
  /** The versions of the service. */
  readonly names: readonly string[];
}

function fillRoute(raw: RawRoute, { service, all, names: versions }: RouteContext): Route {
  const gateways = raw.gateways ?? (raw.gateway === undefined ? [] : [raw.gateway]);
  return present({
    name: raw.name,
    api: raw.api === "gatewayAPI" ? raw.api : undefined,
    protocol: raw.protocol === "http" ? undefined : raw.protocol,
    gateways,
    hosts: hostsOf({ ...raw, gateways }, service, all),
    match: fillMatch(raw.match),
    weights: Object.fromEntries(versions.map((name) => [name, weightOf(raw.weights ?? {}, name)])),
    ...fillSettings(raw, service, all),
    tls: raw.tls === undefined ? undefined : present(raw.tls),
    dns: raw.dns,
    verify: raw.verify === undefined ? undefined : fillVerify(raw.verify),
  });
}

/** As they are in the file; a mirror's Service by its full name, since a VirtualService may be in another namespace. */
function fillSettings(raw: RawRoute, service: RawService, all: readonly RawService[]): RouteSettings {
  const given = Object.fromEntries(routeSettingNames.map((name) => [name, raw[name]])) as RouteSettings;
  return { ...given, ...(given.mirror === undefined ? {} : { mirror: fillMirror(given.mirror, service, all) }) };
}

function fillMirror(mirror: Mirror, { namespace }: RawService, all: readonly RawService[]): Mirror {
  const host = completeHost(mirror.host, namespace, all);
  const port = all.find((one) => serviceHost(one) === host)?.port;
  return { ...(port === undefined ? {} : { port: { number: port } }), ...mirror, host };
}

function fillVerify({ expect, headers, ...raw }: NonNullable<RawRoute["verify"]>): RouteVerification {
  return present({
    ...raw,
    headers: headers === undefined ? undefined : fillHeaders(headers),
    expect: expect === undefined ? undefined : Array.isArray(expect) ? expect : [expect],
  });
}

function fillHeaders(
  raw: Readonly<Record<string, string | Readonly<Record<string, string>>>>,
): NonNullable<RouteVerification["headers"]> {
  return Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [name, typeof value === "string" ? value : { env: value["env"] ?? "" }]),
  );
}

/** A version that is left out gets nothing. */
function weightOf(weights: Readonly<Record<string, number>>, version: string): number {
  return Object.hasOwn(weights, version) ? (weights[version] ?? 0) : 0;
}

interface Comparison {
  readonly exact?: string | undefined;
  readonly prefix?: string | undefined;
  readonly regex?: string | undefined;
}

function fillMatch(raw: RawRoute["match"]): RouteMatch {
  const headers = Object.entries(raw?.headers ?? {});
  const queryParams = Object.entries(raw?.queryParams ?? {}).map(([name, { exact, regex = "" }]) => [
    name,
    exact === undefined ? ({ kind: "regex", value: regex } as const) : ({ kind: "exact", value: exact } as const),
  ]);
  return {
    path: compareBy(raw ?? {}, "/"),
    headers: Object.fromEntries(headers.map(([name, value]) => [name, compareBy(value, "")])),
    ...(raw?.methods === undefined ? {} : { methods: raw.methods }),
    ...(queryParams.length === 0 ? {} : { queryParams: Object.fromEntries(queryParams) }),
    fromRegions: raw?.fromRegions ?? [],
  };
}

function compareBy(raw: Comparison, otherwise: string): RouteMatch["path"] {
  if (raw.exact !== undefined) {
    return { kind: "exact", value: raw.exact };
  }
  return raw.regex === undefined
    ? { kind: "prefix", value: raw.prefix ?? otherwise }
    : { kind: "regex", value: raw.regex };
}

function fillIssuer(raw: NonNullable<RawSpec["issuers"]>[number]): Issuer {
  const { acme } = raw;
  return present({
    name: raw.name,
    acme:
      acme === undefined
        ? undefined
        : present({
            server: acme.server,
            email: acme.email,
            profile: acme.profile,
            caBundle: acme.caBundle,
            waitInsteadOfSelfCheckSeconds:
              acme.waitInsteadOfSelfCheck === undefined ? undefined : secondsOf(acme.waitInsteadOfSelfCheck),
            dns01: acme.dns01 as Json | undefined,
            http01: acme.http01 as Json | undefined,
          }),
    isthmus: raw.isthmus === undefined ? undefined : fillOwnIssuer(raw.isthmus),
  });
}

/** The schema has let durations through only. */
function secondsOf(text: string): number {
  return readDuration(text) ?? 0;
}
