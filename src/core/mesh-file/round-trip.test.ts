import { runsOfToday } from "../../../test/part-of-today.ts";
import fc from "fast-check";
import { pemCertificate } from "../testing/pem-certificate.ts";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { AcmeSettings, Cluster, Failover, Mesh, Route, Service, OwnIssuer, Sessions } from "../model/mesh.ts";
import type { DnsProvider, HealthChecks } from "../model/dns.ts";
import { fieldPaths, fieldPathsIn } from "../testing/field-paths.ts";
import { rootField } from "./field-info.ts";
import { parseMesh } from "./parse.ts";

/** A mesh as somebody would write it who leaves nothing to defaults. */
function writeMesh(mesh: Mesh): object {
  const { root, intermediates } = mesh.trust;
  const { kind, ...rootFields } = root;
  return {
    apiVersion: "isthmus.dev/v1alpha1",
    kind: "Mesh",
    metadata: { name: mesh.name },
    spec: {
      clusters: mesh.clusters.map(({ access, eastWest, ...cluster }) => ({
        ...cluster,
        ...(access.kind === "context"
          ? { context: access.context, ...(access.kubeconfig === undefined ? {} : { kubeconfig: access.kubeconfig }) }
          : { rancherId: access.rancherId }),
        ...(eastWest === undefined ? {} : { eastWest: { ...eastWest.everywhere, seenFrom: eastWest.seenFrom } }),
      })),
      sharedNetworks: mesh.sharedNetworks,
      istio: mesh.istio,
      ...(mesh.rancher === undefined ? {} : { rancher: mesh.rancher }),
      trust: {
        ...(kind === "generated" ? {} : { root: kind === "secretRef" ? { secretRef: rootFields } : rootFields }),
        intermediates: { validity: `${intermediates.validitySeconds}s`, keyType: intermediates.keyType },
      },
      access: { credentials: mesh.access.credentials, rotateBefore: `${mesh.access.rotateBeforeSeconds}s` },
      hardening: {
        ...mesh.hardening,
        networkPolicies: mesh.hardening.networkPolicies && { mode: mesh.hardening.networkPolicies },
      },
      services: mesh.services.map(({ exported, versions, routes, failover, sessions, ...service }) => ({
        ...service,
        ...(sessions === undefined ? {} : { sessions: writeSessions(sessions) }),
        ...(failover === undefined ? {} : { failover: writeFailover(failover) }),
        export: exported,
        versions: Object.fromEntries(versions.map(({ name, ...version }) => [name, version])),
        routes: routes.map(({ match, ...route }) => ({
          ...route,
          match: {
            [match.path.kind]: match.path.value,
            headers: Object.fromEntries(
              Object.entries(match.headers).map(([name, one]) => [name, { [one.kind]: one.value }]),
            ),
            ...(match.methods === undefined ? {} : { methods: match.methods }),
            queryParams: Object.fromEntries(
              Object.entries(match.queryParams ?? {}).map(([name, one]) => [name, { [one.kind]: one.value }]),
            ),
            ...(match.fromRegions.length === 0 ? {} : { fromRegions: match.fromRegions }),
          },
        })),
      })),
      issuers: mesh.issuers.map(({ name, acme, isthmus }) => ({
        name,
        ...(acme === undefined ? {} : { acme: writeAcme(acme) }),
        ...(isthmus === undefined ? {} : { isthmus: writeOwnIssuer(isthmus) }),
      })),
      ...(mesh.dns === undefined
        ? {}
        : {
            dns: {
              zone: mesh.dns.zone,
              provider: { [mesh.dns.provider.name]: mesh.dns.provider.settings },
              ...(mesh.dns.ttlSeconds === undefined ? {} : { ttl: `${mesh.dns.ttlSeconds}s` }),
              ...(mesh.dns.healthChecks === undefined ? {} : { healthChecks: writeChecks(mesh.dns.healthChecks) }),
            },
          }),
    },
  };
}

function writeSessions({ by, name: called }: Sessions): object {
  return {
    header: { httpHeaderName: called },
    cookie: { httpCookie: { name: called } },
    queryParameter: { httpQueryParameterName: called },
  }[by];
}

function writeChecks({ intervalSeconds, timeoutSeconds, ...counts }: HealthChecks): object {
  return { interval: `${intervalSeconds}s`, timeout: `${timeoutSeconds}s`, ...counts };
}

function writeAcme({ waitInsteadOfSelfCheckSeconds: wait, ...acme }: AcmeSettings): object {
  return { ...acme, ...(wait === undefined ? {} : { waitInsteadOfSelfCheck: `${wait}s` }) };
}

function writeOwnIssuer({ renewBeforeSeconds, ...isthmus }: OwnIssuer): object {
  return { ...isthmus, ...(renewBeforeSeconds === undefined ? {} : { renewBefore: `${renewBeforeSeconds}s` }) };
}

function writeFailover({ regions, priority, connectTimeoutSeconds, outlierDetection, retries }: Failover): object {
  const { intervalSeconds, baseEjectionTimeSeconds, ...numbers } = outlierDetection;
  const { perTryTimeoutSeconds, ...tries } = retries;
  return {
    ...(priority.length > 0 ? { priority } : { regions }),
    connectTimeout: `${connectTimeoutSeconds}s`,
    outlierDetection: { ...numbers, interval: `${intervalSeconds}s`, baseEjectionTime: `${baseEjectionTimeSeconds}s` },
    retries: { ...tries, perTryTimeout: `${perTryTimeoutSeconds}s` },
  };
}

// xn-- begins what has to be Punycode, and is none for the most part.
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}[a-z0-9]$/).filter((one) => !one.startsWith("xn--"));
const text = fc.stringMatching(/^[ -~]{1,20}$/).filter((one) => one.trim() !== "");
const quantity = fc
  .tuple(fc.nat(9999), fc.constantFrom("", "m", "Mi", "G"))
  .map(([number, suffix]) => `${number}${suffix}`);
const json = fc.dictionary(name, fc.oneof(text, fc.integer(), fc.boolean(), fc.array(text, { maxLength: 2 })), {
  maxKeys: 3,
});
const optional = <T extends object>(fields: { [Key in keyof T]: fc.Arbitrary<T[Key]> }): fc.Arbitrary<Partial<T>> =>
  fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;
const containerDefaults = optional({
  limitsCpu: quantity,
  limitsMemory: quantity,
  requestsCpu: quantity,
  requestsMemory: quantity,
});

const secret = { env: "SECRET" };

const rfc2136: DnsProvider = {
  name: "rfc2136",
  settings: { server: "192.0.2.53", tsig: { name: "k", secret } },
  writer: {
    kind: "rfc2136",
    server: "192.0.2.53",
    port: 53,
    tsig: { name: "k", algorithm: "hmac-sha256", secret },
  },
};

const designate: DnsProvider = {
  name: "designate",
  settings: { authUrl: "https://k.example/v3", user: { name: "u", project: "p", password: secret } },
  writer: {
    kind: "designate",
    authUrl: "https://k.example/v3",
    credential: {
      kind: "user",
      name: "u",
      domain: "Default",
      project: "p",
      projectDomain: "Default",
      password: secret,
    },
  },
};

const clusters = fc
  .uniqueArray(
    fc.tuple(
      name,
      fc.boolean(),
      optional({ region: name, zone: name, endpoint: name.map((one) => `https://${one}.example:6443`) }),
    ),
    { minLength: 1, maxLength: 4, selector: ([one]) => one },
  )
  .map((list): readonly Cluster[] =>
    list.map(([one, rancher, fields], index) => ({
      name: one,
      network: `net-${index}`,
      ...fields,
      access: rancher ? { kind: "rancher", rancherId: `c-${index}` } : { kind: "context", context: `ctx ${index}` },
      ...(index === 1
        ? {
            endpointSeenFrom: {
              [list[0]?.[0] ?? ""]: { server: "https://10.0.0.5:16443", tlsServerName: "kubernetes" },
            },
          }
        : {}),
      ...(index === 0
        ? {
            eastWest: {
              everywhere: { addresses: ["203.0.113.1", "2001:db8::1", "gw.example"], port: 8443 },
              seenFrom: Object.fromEntries(
                list.slice(1, 2).map(([reader]) => [reader, { addresses: ["10.0.0.4"], port: 15_443 }]),
              ),
            },
          }
        : {}),
    })),
  );

const seconds = fc.integer({ min: 1, max: 7200 });
const percent = fc.integer({ min: 0, max: 100 });

function failoverBetween(regions: readonly string[]): fc.Arbitrary<Failover> {
  const [from, to] = regions;
  const directions = from === undefined || to === undefined || from === to ? [] : [{ from, to }];
  return fc.record<Failover>({
    regions: fc.constant(directions),
    priority: directions.length > 0 ? fc.constant([]) : fc.array(text, { maxLength: 2 }),
    connectTimeoutSeconds: seconds,
    outlierDetection: fc.boolean().chain((split) =>
      fc.record({
        consecutiveGatewayErrors: fc.nat(10),
        consecutive5xxErrors: fc.nat(10),
        splitExternalLocalOriginErrors: fc.constant(split),
        ...(split ? { consecutiveLocalOriginFailures: fc.nat(10) } : {}),
        intervalSeconds: seconds,
        baseEjectionTimeSeconds: seconds,
        maxEjectionPercent: percent,
        minHealthPercent: percent,
      }),
    ),
    retries: fc.record({
      // With 0 the other fields have no effect, and are refused.
      attempts: fc.integer({ min: 1, max: 10 }),
      perTryTimeoutSeconds: seconds,
      retryOn: fc.constantFrom("reset", "5xx,connect-failure,503"),
    }),
  });
}

function servicesOn(known: readonly Cluster[]): fc.Arbitrary<readonly Service[]> {
  const regions = known.flatMap((cluster) => cluster.region ?? []);
  const route = (index: number, versions: readonly string[]): fc.Arbitrary<Route> =>
    fc.record({
      name: fc.constant(`route-${index}`),
      gateways: fc.constantFrom(["front"], ["front", "mesh"], ["mesh"]),
      hosts: fc.uniqueArray(
        name.map((one) => `${one}.example`),
        { minLength: 1, maxLength: 3 },
      ),
      match: fc.record({
        path: fc.oneof(
          fc.record({
            kind: fc.constantFrom("exact" as const, "prefix" as const),
            value: name.map((one) => `/${one}`),
          }),
          fc.record({ kind: fc.constant("regex" as const), value: name.map((one) => `/${one}\\.[a-z]{2}/.*`) }),
        ),
        headers: fc.dictionary(
          name.map((one) => `x-${one}`),
          fc.oneof(
            fc.record({
              kind: fc.constantFrom("exact" as const, "prefix" as const),
              value: text.map((one) => one.trim()),
            }),
            fc.record({ kind: fc.constant("regex" as const), value: name.map((one) => `"${one}": [^#]+ \\d`) }),
          ),
          { maxKeys: 2, noNullPrototype: true },
        ),
        methods: fc.constantFrom(["GET"], ["POST", "PUT"]),
        queryParams: fc.record({ team: fc.record({ kind: fc.constant("exact" as const), value: name }) }),
        fromRegions:
          regions.length === 0 ? fc.constant([]) : fc.uniqueArray(fc.constantFrom(...regions), { maxLength: 2 }),
      }),
      timeout: fc.integer({ min: 1, max: 900 }).map((seconds) => `${seconds}s`),
      mirrorPercentage: fc.nat(1000).map((value) => ({ value: value / 10 })),
      mirror: fc.record({
        host: name.map((one) => `${one}.elsewhere.example`),
        port: fc.record({ number: fc.integer({ min: 1, max: 65_535 }) }),
      }),
      headers: fc.record({ response: fc.record({ set: fc.record({ "x-a": text.map((one) => one.trim()) }) }) }),
      weights: fc
        .nat(100)
        .map((first) =>
          Object.fromEntries(
            versions.map((one, at) => [
              one,
              at === 0 ? (versions.length === 1 ? 100 : first) : at === 1 ? 100 - first : 0,
            ]),
          ),
        ),
    });
  const versionNames = fc.uniqueArray(name, { minLength: 1, maxLength: 3 });
  return fc
    .array(fc.tuple(name, versionNames, fc.nat(2), fc.boolean(), fc.nat(known.length - 1)), { maxLength: 3 })
    .chain((list) =>
      fc.tuple(
        ...list.map(([one, versions, routeCount, exported, where], index) =>
          fc.record({
            name: fc.constant(one),
            namespace: fc.constant(`ns-${index}`),
            port: fc.integer({ min: 1, max: 65_535 }),
            versions: fc.constant(
              versions.map((version) => ({
                name: version,
                clusters: known.slice(where).map((cluster) => cluster.name),
                labels: { version },
              })),
            ),
            routes: fc.tuple(...Array.from({ length: routeCount }, (_, at) => route(at, versions))),
            // A route needs its versions in every cluster otherwise (ISM620).
            exported: fc.constant(exported || routeCount > 0),
            ...(index === 0 ? { failover: failoverBetween(regions) } : {}),
            ...(routeCount > 0 && versions.length > 1 && index > 0 ? { sessions } : {}),
          }),
        ),
      ),
    );
}

/** Sessions came with Istio 1.28 (ISM547). */
function withoutLaterFields(made: Mesh): Mesh {
  return made.istio.version === "1.22.1"
    ? { ...made, services: made.services.map(({ sessions: _later, ...service }) => service) }
    : made;
}

const sessions = fc.record<Sessions>({
  by: fc.constantFrom("header", "cookie", "queryParameter"),
  name,
});

const mesh: fc.Arbitrary<Mesh> = clusters.chain((known) =>
  fc
    .record({
      name,
      clusters: fc.constant(known),
      sharedNetworks: fc.subarray(known.map((cluster) => cluster.network)),
      istio: fc
        .tuple(
          optional({
            hub: name.map((one) => `${one}.example/istio`),
            nodeSelector: fc.dictionary(name, name, { noNullPrototype: true }),
            containerDefaults,
            values: json,
          }),
          fc.constantFrom("istioctl" as const, "helm" as const, "rancher" as const),
        )
        .map(([fields, install]) => ({
          version: install === "rancher" ? "1.22.1" : "1.28.3",
          install,
          profile: "minimal",
          ...fields,
        })),
      rancher: fc.record({
        url: fc.constant("https://rancher.example"),
        token: fc.oneof(fc.record({ env: fc.constant("TOKEN") }), fc.record({ file: text })),
      }),
      trust: fc.record({
        root: fc.oneof(
          fc.constant({ kind: "generated" as const }),
          fc.record({ kind: fc.constant("files" as const), certFile: text, keyFile: text }),
          fc.record({
            kind: fc.constant("secretRef" as const),
            cluster: fc.constant(known[0]?.name ?? ""),
            namespace: name,
            name,
          }),
        ),
        intermediates: fc.record({
          validitySeconds: fc.integer({ min: 3600, max: 36_500 * 86_400 }),
          keyType: fc.constantFrom("ecdsa-p256" as const, "rsa-2048" as const, "rsa-4096" as const),
        }),
      }),
      access: fc.record({
        credentials: known.every((cluster) => cluster.access.kind === "rancher")
          ? fc.constantFrom("serviceAccount" as const, "rancherToken" as const)
          : fc.constant("serviceAccount" as const),
        rotateBeforeSeconds: fc.nat(),
      }),
      hardening: fc
        .tuple(
          optional({ podSecurity: fc.constantFrom("baseline" as const, "restricted" as const) }),
          fc.constantFrom(false as const, "strict" as const, "runbook" as const),
        )
        .map(([fields, networkPolicies]) => ({ ...fields, networkPolicies })),
      services: servicesOn(known),
      issuers: fc.uniqueArray(name, { maxLength: 2 }).map((list) =>
        list.map((one, index) =>
          index === 1
            ? { name: one, isthmus: own }
            : {
                name: one,
                acme: {
                  server: "https://acme.example/directory",
                  email: "a@b.example",
                  profile: "shortlived",
                  caBundle: pemCertificate,
                  waitInsteadOfSelfCheckSeconds: 2,
                  dns01: { route53: {} },
                },
              },
        ),
      ),
      dns: fc.record({
        zone: fc.constant("a.example"),
        provider: fc.oneof(fc.record({ name, settings: json }), fc.constantFrom(rfc2136, designate)),
        ttlSeconds: fc.nat(86_400),
        healthChecks: fc.record({
          intervalSeconds: fc.integer({ min: 1, max: 300 }),
          timeoutSeconds: fc.integer({ min: 1, max: 60 }),
          failures: fc.integer({ min: 1, max: 100 }),
          successes: fc.integer({ min: 1, max: 100 }),
        }),
      }),
    })
    .map((one) => one as Mesh),
);

const own: OwnIssuer = {
  server: "https://acme.example/directory",
  email: "a@b.example",
  caFile: "ca.pem",
  profile: "shortlived",
  keyType: "rsa-4096",
  reuseKey: true,
  renewBeforeSeconds: 86_400,
  externalAccount: { keyId: "k", hmacKey: { env: "HMAC" } },
};

/** The fields that these meshes lack, each by itself. What is new is added to the meshes and not here. */
const lacking = [
  "spec.clusters[].kubeconfig",
  "spec.clusters[].eastWest.service.namespace",
  "spec.clusters[].eastWest.service.name",
  "spec.rancher.caFile",
  "spec.rancher.project.name",
  "spec.rancher.project.description",
  "spec.rancher.project.quota.pods",
  "spec.rancher.project.quota.services",
  "spec.rancher.project.quota.replicationControllers",
  "spec.rancher.project.quota.secrets",
  "spec.rancher.project.quota.configMaps",
  "spec.rancher.project.quota.persistentVolumeClaims",
  "spec.rancher.project.quota.servicesNodePorts",
  "spec.rancher.project.quota.servicesLoadBalancers",
  "spec.rancher.project.quota.requestsCpu",
  "spec.rancher.project.quota.requestsMemory",
  "spec.rancher.project.quota.requestsStorage",
  "spec.rancher.project.quota.limitsCpu",
  "spec.rancher.project.quota.limitsMemory",
  "spec.rancher.project.containerDefaults.limitsCpu",
  "spec.rancher.project.containerDefaults.limitsMemory",
  "spec.rancher.project.containerDefaults.requestsCpu",
  "spec.rancher.project.containerDefaults.requestsMemory",
  "spec.services[].manifests",
  "spec.issuers[].acme.http01.<name>",
  "spec.issuers[].isthmus.externalAccount.hmacKey.file",
  "spec.dns.provider.rfc2136.port",
  "spec.dns.provider.rfc2136.tsig.algorithm",
  "spec.dns.provider.rfc2136.tsig.secret.file",
  "spec.dns.provider.designate.region",
  "spec.dns.provider.designate.caFile",
  "spec.dns.provider.designate.applicationCredential.id",
  "spec.dns.provider.designate.applicationCredential.secret.env",
  "spec.dns.provider.designate.applicationCredential.secret.file",
  "spec.dns.provider.designate.user.domain",
  "spec.dns.provider.designate.user.projectDomain",
  "spec.dns.provider.designate.user.password.file",
  ...[
    "api",
    "gateway",
    "match.queryParams.<name>.regex",
    "retries.attempts",
    "retries.perTryTimeout",
    "retries.retryOn",
    "retries.retryRemoteLocalities",
    "retries.retryIgnorePreviousHosts",
    "retries.backoff",
    "mirror.subset",
    "protocol",
    "fault.delay.fixedDelay",
    "fault.delay.percentage.value",
    "fault.abort.httpStatus",
    "fault.abort.grpcStatus",
    "fault.abort.percentage.value",
    "headers.request.set.<name>",
    "headers.request.add.<name>",
    "headers.request.remove[]",
    "headers.response.add.<name>",
    "headers.response.remove[]",
    "redirect.uri",
    "redirect.prefixRewrite",
    "redirect.authority",
    "redirect.scheme",
    "redirect.port",
    "redirect.derivePort",
    "redirect.redirectCode",
    "rewrite.uri",
    "rewrite.authority",
    "rewrite.uriRegexRewrite.match",
    "rewrite.uriRegexRewrite.rewrite",
    "corsPolicy.allowOrigins[].exact",
    "corsPolicy.allowOrigins[].prefix",
    "corsPolicy.allowOrigins[].regex",
    "corsPolicy.allowMethods[]",
    "corsPolicy.allowHeaders[]",
    "corsPolicy.exposeHeaders[]",
    "corsPolicy.maxAge",
    "corsPolicy.allowCredentials",
    "corsPolicy.unmatchedPreflights",
    "tls.secretName",
    "tls.certificate",
    "tls.issuer",
    "dns.via",
    "verify.path",
    "verify.method",
    "verify.headers.<name>",
    "verify.expect",
  ].map((field) => `spec.services[].routes[].${field}`),
];

describe("a mesh that is written to a file", () => {
  it("has every field in one of them, so that a new one is read back too", () => {
    const field = rootField();
    const made = fc
      .sample(mesh, { numRuns: runsOfToday(300), seed: 1 })
      .map((one) => writeMesh(withoutLaterFields(one)));
    const seen = new Set(made.flatMap((file) => fieldPathsIn(file, field)));
    const missing = fieldPaths(field).filter((path) => !seen.has(path));
    expect(missing.toSorted(), "what is new is added to the meshes, what they have is taken from the list").toEqual(
      lacking.toSorted(),
    );
  });

  it("is read back as it was", () => {
    fc.assert(
      fc.property(mesh, fc.boolean(), (made, flow) => {
        const model = withoutLaterFields(made);
        const file = stringify(writeMesh(model), {
          aliasDuplicateObjects: false,
          // Texts such as Y in quotes, as in files for helm: without them they are told (ISM725).
          compat: "yaml-1.1",
          ...(flow ? { collectionStyle: "flow" as const } : {}),
        });
        const parsed = parseMesh(file, "mesh.yaml");
        expect(parsed.diagnostics).toEqual([]);
        expect(parsed.mesh).toEqual(JSON.parse(JSON.stringify(model)));
      }),
      { numRuns: runsOfToday(60) },
    );
  });
});
