import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { partOfToday } from "../../../test/part-of-today.ts";
import { adviseMesh } from "../advice/advise-mesh.ts";
import { rootField } from "../mesh-file/field-info.ts";
import { fieldPaths } from "../testing/field-paths.ts";
import { parseMesh } from "../mesh-file/parse.ts";
import { findUnsupported } from "../mesh-file/unsupported.ts";
import { writeJson } from "../model/exact-json.ts";
import type { KubeObject } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { materialsOf } from "../testing/arbitrary-mesh.ts";
import { pemCertificate } from "../testing/pem-certificate.ts";
import { renderHelmReleases } from "./helm-releases.ts";
import type { Install } from "./install-methods.ts";
import { installMethods } from "./install-methods.ts";
import { renderIstioOperators } from "./istio-operator.ts";
import { renderMesh } from "./render-mesh.ts";

type Doc = { [key: string]: unknown };

/** Every method with a release that it can install, and Helm also with charts that know no profiles. */
const methods: readonly { readonly install: Install; readonly version: string }[] = [
  { install: "istioctl", version: "1.31.0" },
  { install: "helm", version: "1.31.0" },
  { install: "helm", version: "1.20.8" },
  { install: "operator", version: "1.22.1" },
  { install: "rancher", version: "1.22.1" },
  { install: "existing", version: "" },
];

/** Fields that say how Istio is installed: refused where somebody else installs it. */
const ofInstallation =
  /^spec\.(istio\.(version|profile|hub|nodeSelector|containerDefaults|values)|trust|hardening\.podSecurity)\b/;

function baseFile(method: (typeof methods)[number]): Doc {
  const { install, version } = method;
  const istio = install === "existing" ? { install } : { version, install, profile: "default" };
  return {
    apiVersion: "isthmus.dev/v1alpha1",
    kind: "Mesh",
    metadata: { name: "prod" },
    spec: {
      clusters: [
        { name: "west", network: "west-net", region: "eu-west", zone: "a", context: "west" },
        { name: "east", network: "east-net", region: "eu-east", rancherId: "c-abcde" },
      ],
      istio,
      rancher: {
        url: "https://rancher.example",
        token: { env: "TOKEN" },
        project: { name: "mesh", quota: {}, containerDefaults: {} },
      },
      ...(install === "existing" ? {} : { trust: {} }),
      access: {},
      hardening: { networkPolicies: true },
      services: [
        {
          name: "shop",
          namespace: "shop",
          port: 8080,
          versions: { v1: { clusters: ["west"] }, v2: { clusters: ["east"] } },
          routes: [
            {
              name: "shop",
              gateway: "front",
              hosts: ["shop.example.com"],
              match: { prefix: "/" },
              weights: { v1: 60, v2: 40 },
              tls: { secretName: "shop-tls", certificate: "shop", issuer: "acme" },
              dns: { via: "externalDns" },
              verify: {},
            },
          ],
        },
      ],
      issuers: [issuer("acme")],
      dns: { zone: "example.com", provider: { rfc2136: {} } },
    },
  };
}

/** The file with a value at a path; undefined takes the key out. */
function withValue(file: Doc, path: string, value: unknown): Doc {
  const copy = structuredClone(file);
  const parts = path.split("/");
  const last = parts.pop() ?? "";
  let place = copy;
  for (const part of parts) {
    place[part] ??= {};
    place = place[part] as Doc;
  }
  if (value === undefined) {
    delete place[last];
  } else {
    place[last] = value;
  }
  return copy;
}

/** What Istio's own renderer would be given, as the objects that it makes: every value of the input shows. */
function istioObjects(mesh: Mesh): Readonly<Record<string, readonly KubeObject[]>> {
  const { renderer } = installMethods[mesh.istio.install];
  const render = renderer === "helm" ? renderHelmReleases : renderIstioOperators;
  return Object.fromEntries(
    mesh.clusters.map((cluster) => [
      cluster.name,
      renderer === undefined
        ? []
        : [
            {
              apiVersion: "v1",
              kind: "ConfigMap",
              metadata: { name: "input", namespace: "istio-system" },
              data: { input: writeJson(render(mesh, cluster, { values: {} })) },
            },
          ],
    ]),
  );
}

interface Outcome {
  readonly refusedBy: readonly string[];
  readonly text: string;
}

/** What comes of a mesh file: the codes that refuse it, or everything that is rendered and said. */
function outcomeOf(file: Doc): Outcome {
  const text = stringify(file);
  const found = outcomes.get(text) ?? judge(text);
  outcomes.set(text, found);
  return found;
}

const outcomes = new Map<string, Outcome>();

function judge(file: string): Outcome {
  const { mesh, diagnostics } = parseMesh(file, "mesh.yaml");
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (mesh === undefined || errors.length > 0) {
    return { refusedBy: errors.map(({ code }) => code), text: "" };
  }
  const unsupported = findUnsupported(mesh);
  if (unsupported.length > 0) {
    return { refusedBy: unsupported.map(({ code }) => code), text: "" };
  }
  const materials = {
    ...materialsOf(mesh, { keys: true }),
    istioManifests: istioObjects(mesh),
    ingressAddresses: Object.fromEntries(mesh.clusters.map(({ name }, index) => [name, [`192.0.2.${index + 1}`]])),
  };
  return { refusedBy: [], text: writeJson({ ...renderMesh(mesh, materials), advice: adviseMesh(mesh) }) };
}

/** A field's effect: two values of it, in a file that has what they need, give two results; or what reads it elsewhere. */
type Effect =
  | {
      /** Where in the file, with slashes. */
      readonly at: string;
      readonly one?: unknown;
      readonly other: unknown;
      /** What the file needs for the field to count, by place. */
      readonly given?: Readonly<Record<string, unknown>>;
      /** The code that refuses the other value, where this version cannot carry it out. */
      readonly refusedBy?: string;
      /** The minor release of Istio that has the field first; older ones refuse it with ISM547. */
      readonly since?: number;
      /** True for what only an Istio is told whose configuration isthmus writes; ISM190 with `install: existing`. */
      readonly inOwnIstio?: true;
    }
  /** It is no part of what is rendered: the source file that acts by it, and the words there that do. */
  | { readonly actsIn: string; readonly by: string };

function issuer(name: string): Doc {
  return {
    name,
    acme: { server: "https://acme.example/dir", email: "a@example.com", dns01: { route53: { region: "a" } } },
  };
}

const route = "spec/services/0/routes/0";
const acme = "spec/issuers/0/acme";
const quota = "spec/rancher/project/quota";

/** A setting of Istio's below the route, and a value for the whole of it; with `since` where not every release has it. */
const settings: readonly (readonly [field: string, other: unknown, since?: number])[] = [
  ["timeout", "3s"],
  ["retries.attempts", { attempts: 2 }],
  ["retries.perTryTimeout", { attempts: 3, perTryTimeout: "1s" }],
  ["retries.retryOn", { attempts: 3, retryOn: "5xx" }],
  ["retries.retryRemoteLocalities", { attempts: 3, retryRemoteLocalities: true }],
  ["retries.retryIgnorePreviousHosts", { attempts: 3, retryIgnorePreviousHosts: true }, 26],
  ["retries.backoff", { attempts: 3, backoff: "10ms" }, 26],
  ["mirror.host", { host: "other" }],
  ["mirror.subset", { host: "shop", subset: "v2" }],
  ["mirror.port.number", { host: "shop", port: { number: 1 } }],
  ["mirrorPercentage.value", { value: 5 }],
  ["fault.delay.fixedDelay", { delay: { fixedDelay: "2s", percentage: { value: 1 } } }],
  ["fault.delay.percentage.value", { delay: { fixedDelay: "1s", percentage: { value: 2 } } }],
  ["fault.abort.httpStatus", { abort: { httpStatus: 503, percentage: { value: 1 } } }],
  ["fault.abort.grpcStatus", { abort: { grpcStatus: "UNAVAILABLE", percentage: { value: 1 } } }],
  ["fault.abort.percentage.value", { abort: { httpStatus: 500, percentage: { value: 1 } } }],
  ...["request", "response"].flatMap((of) => [
    [`headers.${of}.set.<name>`, { [of]: { set: { "x-a": "b" } } }] as const,
    [`headers.${of}.add.<name>`, { [of]: { add: { "x-a": "b" } } }] as const,
    [`headers.${of}.remove[]`, { [of]: { remove: ["x-a"] } }] as const,
  ]),
  ["redirect.uri", { uri: "/other" }],
  ["redirect.prefixRewrite", { prefixRewrite: "/other" }, 31],
  ["redirect.authority", { authority: "other.example" }],
  ["redirect.scheme", { scheme: "http" }],
  ["redirect.port", { scheme: "https", port: 8443 }],
  ["redirect.derivePort", { scheme: "https", derivePort: "FROM_REQUEST_PORT" }],
  ["redirect.redirectCode", { scheme: "https", redirectCode: 308 }],
  ["rewrite.uri", { uri: "/other" }],
  ["rewrite.authority", { authority: "other.example" }],
  ["rewrite.uriRegexRewrite.match", { uriRegexRewrite: { match: "/b", rewrite: "/c" } }, 19],
  ["rewrite.uriRegexRewrite.rewrite", { uriRegexRewrite: { match: "/a", rewrite: "/d" } }, 19],
  ["corsPolicy.allowOrigins[].exact", { allowOrigins: [{ exact: "https://a.example" }] }],
  ["corsPolicy.allowOrigins[].prefix", { allowOrigins: [{ prefix: "https://a." }] }],
  ["corsPolicy.allowOrigins[].regex", { allowOrigins: [{ regex: "https://.*" }] }],
  ["corsPolicy.allowMethods[]", { allowMethods: ["GET"] }],
  ["corsPolicy.allowHeaders[]", { allowHeaders: ["x-a"] }],
  ["corsPolicy.exposeHeaders[]", { exposeHeaders: ["x-a"] }],
  ["corsPolicy.maxAge", { maxAge: "60s" }],
  ["corsPolicy.allowCredentials", { allowCredentials: true }],
  ["corsPolicy.unmatchedPreflights", { unmatchedPreflights: "IGNORE" }, 23],
];

/** What a setting is held against, where it is not that it is not there. */
const otherwise: Readonly<Record<string, unknown>> = {
  redirect: { scheme: "https" },
  mirrorPercentage: { value: 1 },
};

const settingEffects = settings.map(([field, other, since]): readonly [string, Effect] => {
  const [name = ""] = field.split(".");
  const given =
    name === "redirect"
      ? { [`${route}/weights`]: undefined }
      : name === "mirrorPercentage"
        ? { [`${route}/mirror`]: { host: "shop" } }
        : {};
  return [
    `spec.services[].routes[].${field}`,
    { at: `${route}/${name}`, one: otherwise[name], other, given, ...(since === undefined ? {} : { since }) },
  ];
});

const effects: Readonly<Record<string, Effect>> = {
  "metadata.name": { at: "metadata/name", other: "test" },
  "spec.clusters[].name": { at: "spec/clusters/0/name", other: "north", given: { "spec/services": undefined } },
  "spec.clusters[].network": { at: "spec/clusters/0/network", other: "north-net" },
  "spec.clusters[].region": { actsIn: "src/engine/plan/preflight/node-locality.ts", by: "node.region !== region" },
  "spec.clusters[].zone": { actsIn: "src/engine/plan/preflight/node-locality.ts", by: "node.zone !== zone" },
  "spec.clusters[].context": { actsIn: "src/engine/clusters/resolve-contexts.ts", by: "context: access.context" },
  "spec.clusters[].kubeconfig": { actsIn: "src/engine/clusters/resolve-contexts.ts", by: "access.kubeconfig" },
  "spec.clusters[].rancherId": { at: "spec/clusters/1/rancherId", other: "c-other" },
  "spec.clusters[].endpoint": { at: "spec/clusters/0/endpoint", other: "https://api.example:6443" },
  "spec.clusters[].endpointSeenFrom.<name>.server": {
    at: "spec/clusters/0/endpointSeenFrom/east/server",
    one: "https://192.0.2.8:6443",
    other: "https://192.0.2.9:6443",
  },
  "spec.clusters[].endpointSeenFrom.<name>.tlsServerName": {
    at: "spec/clusters/0/endpointSeenFrom/east/tlsServerName",
    other: "kubernetes",
    given: { "spec/clusters/0/endpointSeenFrom/east/server": "https://192.0.2.8:6443" },
  },
  "spec.clusters[].eastWest.addresses[]": {
    at: "spec/clusters/0/eastWest/addresses",
    other: ["192.0.2.9"],
    inOwnIstio: true,
  },
  "spec.clusters[].eastWest.port": {
    at: "spec/clusters/0/eastWest/port",
    other: 8443,
    given: { "spec/clusters/0/eastWest/addresses": ["192.0.2.9"] },
    inOwnIstio: true,
  },
  "spec.clusters[].eastWest.service.namespace": {
    at: "spec/clusters/0/eastWest/service",
    other: { namespace: "istio-ingress", name: "gw" },
    given: { "spec/hardening/networkPolicies": false },
  },
  "spec.clusters[].eastWest.service.name": {
    at: "spec/clusters/0/eastWest/service",
    other: { namespace: "istio-ingress", name: "gw" },
    given: { "spec/hardening/networkPolicies": false },
  },
  "spec.clusters[].eastWest.seenFrom.<name>.addresses[]": {
    at: "spec/clusters/0/eastWest/seenFrom/east/addresses",
    one: ["192.0.2.8"],
    other: ["192.0.2.9"],
    inOwnIstio: true,
  },
  "spec.clusters[].eastWest.seenFrom.<name>.port": {
    at: "spec/clusters/0/eastWest/seenFrom/east/port",
    one: 15443,
    other: 8443,
    given: { "spec/clusters/0/eastWest/seenFrom/east/addresses": ["192.0.2.8"] },
    inOwnIstio: true,
  },
  "spec.sharedNetworks[]": {
    at: "spec/sharedNetworks",
    one: ["west-net"],
    other: [],
    given: { "spec/clusters/1/network": "west-net" },
    refusedBy: "ISM104",
  },
  "spec.istio.version": { at: "spec/istio/version", other: "1.22.6" },
  "spec.istio.install": { at: "spec/istio/install", one: "istioctl", other: "helm" },
  "spec.istio.profile": { at: "spec/istio/profile", other: "openshift" },
  "spec.istio.hub": { at: "spec/istio/hub", other: "registry.example/istio" },
  "spec.istio.nodeSelector.<name>": { at: "spec/istio/nodeSelector", other: { role: "mesh" } },
  "spec.istio.containerDefaults.limitsCpu": { at: "spec/istio/containerDefaults/limitsCpu", other: "2" },
  "spec.istio.containerDefaults.limitsMemory": { at: "spec/istio/containerDefaults/limitsMemory", other: "2Gi" },
  "spec.istio.containerDefaults.requestsCpu": { at: "spec/istio/containerDefaults/requestsCpu", other: "1" },
  "spec.istio.containerDefaults.requestsMemory": { at: "spec/istio/containerDefaults/requestsMemory", other: "1Gi" },
  "spec.istio.values.<name>": { at: "spec/istio/values", other: { pilot: { autoscaleMin: 3 } } },
  "spec.rancher.url": { actsIn: "src/providers/rancher/read-access.ts", by: "settings.url" },
  "spec.rancher.token.env": { actsIn: "src/providers/rancher/read-access.ts", by: "fromVariable(source.env" },
  "spec.rancher.token.file": { actsIn: "src/providers/rancher/read-access.ts", by: "fromFile(source.file" },
  "spec.rancher.caFile": { actsIn: "src/providers/rancher/read-access.ts", by: "settings.caFile" },
  "spec.rancher.project.name": { at: "spec/rancher/project/name", other: "other" },
  "spec.rancher.project.description": { at: "spec/rancher/project/description", other: "what it is for" },
  ...Object.fromEntries(
    [
      "pods services replicationControllers secrets configMaps persistentVolumeClaims servicesNodePorts",
      "servicesLoadBalancers requestsCpu requestsMemory requestsStorage limitsCpu limitsMemory",
    ]
      .flatMap((names) => names.split(" "))
      .map((name) => [`spec.rancher.project.quota.${name}`, { at: `${quota}/${name}`, other: "7" }]),
  ),
  ...Object.fromEntries(
    ["limitsCpu", "limitsMemory", "requestsCpu", "requestsMemory"].map((name) => [
      `spec.rancher.project.containerDefaults.${name}`,
      { at: `spec/rancher/project/containerDefaults/${name}`, other: "7" },
    ]),
  ),
  "spec.trust.root.certFile": { actsIn: "src/pki/root-store.ts", by: "root.certFile" },
  "spec.trust.root.keyFile": { actsIn: "src/pki/root-store.ts", by: "root.keyFile" },
  ...Object.fromEntries(
    ["cluster", "namespace", "name"].map((name) => [
      `spec.trust.root.secretRef.${name}`,
      {
        at: "spec/trust/root",
        other: { secretRef: { cluster: "west", namespace: "a", name: "b" } },
        refusedBy: "ISM190",
      },
    ]),
  ),
  "spec.trust.intermediates.validity": {
    actsIn: "src/engine/trust/plan-trust.ts",
    by: "mesh.trust.intermediates.validitySeconds",
  },
  "spec.trust.intermediates.keyType": {
    actsIn: "src/engine/trust/plan-trust.ts",
    by: "mesh.trust.intermediates.keyType",
  },
  "spec.access.credentials": {
    at: "spec/access/credentials",
    other: "rancherToken",
    given: { "spec/clusters/0": { name: "west", network: "west-net", region: "eu-west", rancherId: "c-west" } },
  },
  // Of a service account it is refused, of Rancher's tokens the engine acts by it.
  "spec.access.rotateBefore": { at: "spec/access/rotateBefore", other: "3d", refusedBy: "ISM190" },
  "spec.hardening.podSecurity": { at: "spec/hardening/podSecurity", other: "restricted" },
  "spec.hardening.networkPolicies.mode": {
    at: "spec/hardening/networkPolicies",
    one: { mode: "strict" },
    other: { mode: "runbook" },
  },
  "spec.services[].name": { at: "spec/services/0/name", other: "store" },
  "spec.services[].namespace": { at: "spec/services/0/namespace", other: "store" },
  "spec.services[].port": { at: "spec/services/0/port", other: 9090 },
  "spec.services[].manifests": {
    actsIn: "src/engine/manifests/service-manifests.ts",
    by: "service.manifests === undefined",
  },
  "spec.services[].versions.<name>.clusters[]": {
    at: "spec/services/0/versions/v1/clusters",
    other: ["west", "east"],
    given: { "spec/services/0/manifests": "shop.yaml" },
  },
  "spec.services[].versions.<name>.labels.<name>": {
    at: "spec/services/0/versions/v1/labels",
    other: { version: "one" },
  },
  "spec.services[].routes[].name": { at: `${route}/name`, other: "other" },
  "spec.services[].routes[].api": {
    at: `${route}/api`,
    other: "gatewayAPI",
    given: { [`${route}/tls`]: undefined, [`${route}/dns`]: undefined, "spec/services/0/manifests": "shop.yaml" },
    since: 26,
  },
  "spec.services[].routes[].protocol": {
    at: `${route}/protocol`,
    other: "tls",
    given: Object.fromEntries(["tls", "dns", "match", "verify"].map((field) => [`${route}/${field}`, undefined])),
  },
  "spec.services[].routes[].gateway": { at: `${route}/gateway`, other: "other" },
  "spec.services[].routes[].gateways[]": {
    at: `${route}/gateways`,
    one: ["front"],
    other: ["front", "mesh"],
    given: { [`${route}/gateway`]: undefined },
  },
  "spec.services[].routes[].hosts[]": { at: `${route}/hosts`, other: ["store.example.com"] },
  "spec.services[].routes[].match.exact": { at: `${route}/match`, other: { exact: "/a" } },
  "spec.services[].routes[].match.prefix": { at: `${route}/match`, other: { prefix: "/b" } },
  "spec.services[].routes[].match.regex": { at: `${route}/match`, other: { regex: "/c.*" } },
  ...Object.fromEntries(
    ["exact", "prefix", "regex"].map((kind) => [
      `spec.services[].routes[].match.headers.<name>.${kind}`,
      { at: `${route}/match/headers`, other: { "x-user": { [kind]: "me" } } },
    ]),
  ),
  "spec.services[].routes[].match.methods[]": { at: `${route}/match/methods`, other: ["GET"] },
  ...Object.fromEntries(
    ["exact", "regex"].map((kind) => [
      `spec.services[].routes[].match.queryParams.<name>.${kind}`,
      { at: `${route}/match/queryParams`, other: { team: { [kind]: "blue" } } },
    ]),
  ),
  "spec.services[].routes[].match.fromRegions[]": {
    at: `${route}/match/fromRegions`,
    other: ["eu-west"],
    given: { [`${route}/dns`]: undefined },
  },
  "spec.services[].routes[].weights.<name>": { at: `${route}/weights`, other: { v1: 10, v2: 90 } },
  ...Object.fromEntries(settingEffects),
  "spec.services[].routes[].tls.secretName": { at: `${route}/tls/secretName`, other: "other" },
  "spec.services[].routes[].tls.certificate": { at: `${route}/tls/certificate`, other: "other" },
  "spec.services[].routes[].tls.issuer": {
    at: `${route}/tls/issuer`,
    other: "second",
    given: { "spec/issuers/1": issuer("second") },
  },
  "spec.services[].routes[].dns.via": { at: `${route}/dns`, one: undefined, other: { via: "externalDns" } },
  "spec.services[].routes[].verify.path": { actsIn: "src/core/decide/route-request.ts", by: "path" },
  "spec.services[].routes[].verify.method": { actsIn: "src/core/decide/route-request.ts", by: "method" },
  "spec.services[].routes[].verify.headers.<name>": {
    actsIn: "src/engine/traffic/proof-parts.ts",
    by: "headers: wanted",
  },
  "spec.services[].routes[].verify.expect": { actsIn: "src/core/decide/route-request.ts", by: "given.expect" },
  "spec.services[].sessions.httpHeaderName": sessionsRow({ httpHeaderName: "x-user" }),
  "spec.services[].sessions.httpCookie.name": sessionsRow({ httpCookie: { name: "session" } }),
  "spec.services[].sessions.httpQueryParameterName": sessionsRow({ httpQueryParameterName: "user" }),
  "spec.services[].failover.regions[].from": failoverRow(
    { regions: [{ from: "eu-west", to: "eu-east" }] },
    { regions: [{ from: "eu-east", to: "eu-west" }] },
  ),
  "spec.services[].failover.regions[].to": failoverRow({ regions: [{ from: "eu-west", to: "eu-east" }] }, {}),
  "spec.services[].failover.priority[]": failoverRow({ priority: ["app"] }, { priority: ["app", "tier=front"] }),
  "spec.services[].failover.connectTimeout": failoverRow({}, { connectTimeout: "300ms" }),
  "spec.services[].failover.outlierDetection.consecutiveGatewayErrors": outlierRow({ consecutiveGatewayErrors: 3 }),
  "spec.services[].failover.outlierDetection.consecutive5xxErrors": outlierRow({ consecutive5xxErrors: 0 }),
  "spec.services[].failover.outlierDetection.splitExternalLocalOriginErrors": outlierRow({
    splitExternalLocalOriginErrors: true,
  }),
  "spec.services[].failover.outlierDetection.consecutiveLocalOriginFailures": failoverRow(
    { outlierDetection: { splitExternalLocalOriginErrors: true } },
    { outlierDetection: { splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 1 } },
  ),
  "spec.services[].failover.outlierDetection.interval": outlierRow({ interval: "5s" }),
  "spec.services[].failover.outlierDetection.baseEjectionTime": outlierRow({ baseEjectionTime: "1m30s" }),
  "spec.services[].failover.outlierDetection.maxEjectionPercent": outlierRow({ maxEjectionPercent: 50 }),
  "spec.services[].failover.outlierDetection.minHealthPercent": outlierRow({ minHealthPercent: 0 }),
  "spec.services[].failover.retries.attempts": failoverRow({}, { retries: { attempts: 0 } }),
  "spec.services[].failover.retries.perTryTimeout": failoverRow({}, { retries: { perTryTimeout: "2s" } }),
  "spec.services[].failover.retries.retryOn": failoverRow({}, { retries: { retryOn: "gateway-error,reset" } }),
  "spec.services[].export": {
    at: "spec/services/0/export",
    other: false,
    given: { "spec/services/0/versions": { v1: { clusters: ["west", "east"] }, v2: { clusters: ["west", "east"] } } },
  },
  "spec.issuers[].name": { at: "spec/issuers", one: [issuer("acme")], other: [issuer("acme"), issuer("second")] },
  "spec.issuers[].acme.server": { at: `${acme}/server`, other: "https://other.example/dir" },
  "spec.issuers[].acme.email": { at: `${acme}/email`, other: "b@example.com" },
  "spec.issuers[].acme.profile": { at: `${acme}/profile`, other: "shortlived" },
  "spec.issuers[].acme.caBundle": { at: `${acme}/caBundle`, other: pemCertificate },
  "spec.issuers[].acme.waitInsteadOfSelfCheck": { at: `${acme}/waitInsteadOfSelfCheck`, other: "2s" },
  "spec.issuers[].acme.dns01.<name>": { at: `${acme}/dns01`, other: { route53: { region: "b" } } },
  "spec.issuers[].acme.http01.<name>": {
    at: `${acme}/http01`,
    one: { ingress: { ingressClassName: "c" } },
    other: { ingress: { ingressClassName: "d" } },
    given: { [`${acme}/dns01`]: undefined },
  },
  ...Object.fromEntries(
    [
      ["server", "issuer-access", "const { server, email, caFile } = settings"],
      ["email", "issuer-access", "const { server, email, caFile } = settings"],
      ["caFile", "issuer-access", "namedFile(caFile"],
      ["externalAccount.keyId", "issuer-access", "account: { keyId, hmacKey:"],
      ["externalAccount.hmacKey.env", "issuer-access", "place: hmacKey"],
      ["externalAccount.hmacKey.file", "issuer-access", "place: hmacKey"],
      ["profile", "order-certificate", "const { keyType, reuseKey, profile, server } = settings"],
      ["keyType", "order-certificate", "requestCertificate(names, keyType"],
      ["reuseKey", "order-certificate", "keyToReuse(reuseKey"],
      ["renewBefore", "plan-certificates", "const { server, keyType, profile, renewBeforeSeconds } = settings"],
    ].map(([name, file, by = ""]) => [
      `spec.issuers[].isthmus.${name}`,
      { actsIn: `src/engine/front-door/${file}.ts`, by },
    ]),
  ),
  "spec.dns.zone": { at: "spec/dns/zone", other: "com" },
  ...Object.fromEntries(
    [
      ["server", "dns-zone.ts", "server, port"],
      ["port", "dns-zone.ts", "server, port"],
      ["tsig.name", "dns-zone.ts", "{ name, algorithm }"],
      ["tsig.algorithm", "dns-zone.ts", "{ name, algorithm }"],
      ["tsig.secret.env", "read-secret.ts", "place.env"],
      ["tsig.secret.file", "read-secret.ts", "place.file"],
    ].map(([field, file, by]) => [
      `spec.dns.provider.rfc2136.${field}`,
      { actsIn: `src/engine/front-door/${file}`, by: by ?? "" },
    ]),
  ),
  ...Object.fromEntries(
    [
      ["authUrl", "designate-settings.ts", "{ authUrl, region, caFile } = writer"],
      ["region", "designate-settings.ts", "{ authUrl, region, caFile } = writer"],
      ["caFile", "designate-settings.ts", "{ authUrl, region, caFile } = writer"],
      ["applicationCredential.id", "designate-settings.ts", "const { id } = credential"],
      ["applicationCredential.secret.env", "read-secret.ts", "place.env"],
      ["applicationCredential.secret.file", "read-secret.ts", "place.file"],
      ...["name", "domain", "project", "projectDomain"].map((field) => [
        `user.${field}`,
        "designate-settings.ts",
        "const { name, domain, project, projectDomain } = credential",
      ]),
      ["user.password.env", "read-secret.ts", "place.env"],
      ["user.password.file", "read-secret.ts", "place.file"],
    ].map(([field, file, by]) => [
      `spec.dns.provider.designate.${field}`,
      { actsIn: `src/engine/front-door/${file}`, by: by ?? "" },
    ]),
  ),
  "spec.dns.provider.<name>.<name>": { at: "spec/dns/provider", other: { route53: { region: "eu" } } },
  "spec.dns.ttl": { at: "spec/dns/ttl", other: "5m" },
  "spec.dns.healthChecks.interval": { actsIn: "src/engine/operations/watch-dns.ts", by: "checks?.intervalSeconds" },
  "spec.dns.healthChecks.timeout": { actsIn: "src/engine/operations/watch-dns.ts", by: "timeoutSeconds" },
  "spec.dns.healthChecks.failures": { actsIn: "src/core/front-door/health.ts", by: "failures : successes" },
  "spec.dns.healthChecks.successes": { actsIn: "src/core/front-door/health.ts", by: "failures : successes" },
};

function sessionsRow(other: Doc): Effect {
  return { at: "spec/services/0/sessions", one: undefined, other, since: 28 };
}

function failoverRow(one: Doc, other: Doc): Effect {
  return { at: "spec/services/0/failover", one, other };
}

function outlierRow(outlierDetection: Doc): Effect {
  return failoverRow({}, { outlierDetection });
}

it("knows every field of the mesh file, and no other", () => {
  expect(
    Object.keys(effects).toSorted(),
    "the rows of effects and the fields of src/core/mesh-file/schema differ: a field needs a row that says what it changes",
  ).toEqual([...fieldPaths(rootField())].toSorted());
});

const rendered = Object.entries(effects).flatMap(([path, effect]) => ("at" in effect ? [[path, effect] as const] : []));
const acting = Object.entries(effects).flatMap(([path, effect]) =>
  "actsIn" in effect ? [[path, effect] as const] : [],
);

// Two of them a day: each is half a thousand renders.
describe.each(partOfToday(methods, 3))("with install: $install of Istio $version", (method) => {
  it("renders the file that the fields are changed in", () => {
    expect(outcomeOf(baseFile(method)).refusedBy).toEqual([]);
  });

  it.each(rendered)("%s changes what is rendered or said, or is refused with a code", (path, effect) => {
    const isTheirs = method.install === "existing" && ofInstallation.test(path);
    const lacking = method.version !== "" && Number(method.version.split(".")[1]) < (effect.since ?? 0);
    const isUntold = effect.inOwnIstio === true && method.install === "existing";
    const refusedBy = isTheirs ? "ISM574" : lacking ? "ISM547" : isUntold ? "ISM190" : effect.refusedBy;
    let file = baseFile(method);
    for (const [place, value] of Object.entries(effect.given ?? {})) {
      file = withValue(file, place, value);
    }
    const one = outcomeOf("one" in effect ? withValue(file, effect.at, effect.one) : file);
    const other = outcomeOf(withValue(file, effect.at, effect.other));
    expect(other.refusedBy).toEqual(refusedBy === undefined ? [] : [refusedBy]);
    if (isUntold) {
      return;
    }
    expect(one.refusedBy).toEqual([]);
    expect(other.text === one.text, "both values render the same: no wave of render-mesh.ts heeds the field").toBe(
      false,
    );
  });
});

it.each(acting)("%s acts where its row says", (_path, effect) => {
  expect(readFileSync(effect.actsIn, "utf8")).toContain(effect.by);
});
