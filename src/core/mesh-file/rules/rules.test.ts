import { describe, expect, it } from "vitest";
import { parseMesh } from "../parse.ts";
import { rules } from "./rules.ts";

/** Two clusters and whatever comes after them under `spec`. */
function meshFile(rest: string, clusters = "[{ name: west, context: w }, { name: east, context: e }]"): string {
  return `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: m }
spec:
  clusters: ${clusters}
${rest}`;
}

/** A service with versions v1 and v2 and one route with these fields. */
function withRoute(route: string, rest = ""): string {
  return meshFile(`  services:
    - name: s
      namespace: n
      port: 80
      versions: { v1: { clusters: [west] }, v2: { clusters: [east] } }
      routes: [{ name: r, gateway: g, ${route} }]
${rest}`);
}

function withVersions(versions: string): string {
  return meshFile(`  services: [{ name: s, namespace: n, port: 80, versions: ${versions} }]\n`);
}

/** A service with this failover, between regions a, b and c. */
function withFailover(failover: string, rest = ""): string {
  return meshFile(
    `  services: [{ name: s, namespace: n, port: 1, failover: ${failover} }]\n${rest}`,
    "[{ name: west, context: w, region: a }, { name: east, context: e, region: b }, { name: north, context: n, region: c }]",
  );
}

const hosts = 'hosts: ["*"]';
const rfc2136 = "rfc2136: { server: 192.0.2.53, tsig: { name: k, secret: { file: k } } }";

function zone(name: string, provider = rfc2136, rest = ""): string {
  return `  dns: { zone: ${name}, provider: { ${provider} }${rest} }\n`;
}

/** A route whose names isthmus publishes. */
function published(fields: string, dns = zone("a.example")): string {
  return withRoute(`${fields}, weights: { v1: 100 }, dns: { via: isthmus }`, dns);
}

/** A name of the zone a.example with so many characters. */
function longHost(length: number): string {
  const end = ".a.example";
  const rest = "a".repeat(length - end.length);
  return `${rest.replaceAll(/.{15}/g, (part) => `${part.slice(0, 14)}.`)}${end}`.replace("..", ".");
}

const ownIssuer = "isthmus: { server: https://acme.example/dir }";
const issued = "weights: { v1: 100 }, tls: { secretName: s, issuer: i }";
const ownZone =
  "  dns: { zone: Example.org., provider: { rfc2136: { server: ns.example.org, tsig: { name: k, secret: { env: K } } } } }\n";

/** What isthmus orders it has to prove. */
const provenNames: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "a certificate that isthmus orders for names of its zone",
    withRoute(`hosts: [example.org, "*.Example.org"], ${issued}`, `  issuers: [{ name: i, ${ownIssuer} }]\n${ownZone}`),
    [],
  ],
  [
    "a certificate that isthmus orders without a zone",
    withRoute(`hosts: [a.example.org], ${issued}`, `  issuers: [{ name: i, ${ownIssuer} }]\n`),
    ["ISM657 i"],
  ],
  [
    "a certificate that isthmus orders for names of other zones",
    withRoute(
      `hosts: [example.com, "*.badexample.org", b.example.org], ${issued}`,
      `  issuers: [{ name: i, ${ownIssuer} }]\n${ownZone}`,
    ),
    ["ISM657 example.com", 'ISM657 "*.badexample.org"'],
  ],
  [
    "a certificate that isthmus orders, proven through what it does not write",
    withRoute(
      `hosts: [example.org], ${issued}`,
      `  issuers: [{ name: i, ${ownIssuer} }]\n  dns: { zone: example.org, provider: { route53: {} } }\n`,
    ),
    ["ISM638 route53"],
  ],
  [
    "a certificate that isthmus orders for every name",
    withRoute(`${hosts}, ${issued}`, `  issuers: [{ name: i, ${ownIssuer} }]\n${ownZone}`),
    ['ISM157 "*"'],
  ],
];

/** What the file says, the file, and the findings as `code what-the-range-covers`. */
const table: readonly (readonly [string, string, readonly string[]])[] = [
  ["two clusters with different names, networks and contexts are fine", meshFile(""), []],
  [
    "a key of meshConfig that Istio does not have would have no effect",
    meshFile("  istio: { version: 1.31.0, values: { meshConfig: { acessLogFile: /dev/stdout } } }\n"),
    ["ISM551 acessLogFile"],
  ],
  [
    "a key of meshConfig of another release is not judged here",
    meshFile("  istio: { version: 1.27.0, values: { meshConfig: { acessLogFile: /dev/stdout } } }\n"),
    [],
  ],

  ...(
    [
      ["loopback", "https://127.0.0.1:6443", true],
      ["loopback in short", "https://127.1:6443", true],
      ["loopback by its name", "https://localhost.:6443", true],
      ["loopback of IPv6", "https://[0:0:0:0:0:0:0:1]:6443", true],
      ["loopback of IPv4 inside of IPv6", "https://[::ffff:127.0.0.2]:6443", true],
      ["unspecified", "https://0.0.0.0:6443", true],
      ["unspecified in IPv6", "https://[::]:6443", true],
      ["link-local", "https://169.254.10.1:6443", true],
      ["link-local in IPv6", "https://[fe80::1]:6443", true],
      ["private", "https://172.30.16.11:6443", false],
      ["unique-local", "https://[fd00::1]:6443", false],
      ["a name that only begins alike", "https://localhost.example.com:6443", false],
    ] as const
  ).map(([kind, endpoint, isRefused]): (typeof table)[number] => [
    `an endpoint that is ${kind}`,
    meshFile("", `[{ name: west, context: w, endpoint: "${endpoint}" }, { name: east, context: e }]`),
    isRefused ? [`ISM526 "${endpoint}"`] : [],
  ]),
  [
    "an address for one cluster that is a loopback, of one that nobody knows, and of the cluster itself",
    meshFile(
      "",
      `[{ name: west, context: w, endpointSeenFrom: { east: { server: "https://127.0.0.1:6443" }, est: { server: "https://a.example" }, west: { server: "https://b.example" } } }, { name: east, context: e }]`,
    ),
    ['ISM526 "https://127.0.0.1:6443"', "ISM126 est", "ISM126 west"],
  ],
  [
    "an address for clusters that a mesh of one cluster does not have",
    meshFile("", `[{ name: west, context: w, endpointSeenFrom: { east: { server: "https://a.example" } } }]`),
    ["ISM126 east"],
  ],
  [
    "an address for one cluster, with the name of its certificate",
    meshFile(
      "",
      `[{ name: west, context: w, endpointSeenFrom: { east: { server: "https://10.0.0.4:16443", tlsServerName: kubernetes } } }, { name: east, context: e }]`,
    ),
    [],
  ],
  [
    "a loopback endpoint of the only cluster, which nobody uses",
    meshFile("", '[{ name: west, context: w, endpoint: "https://127.0.0.1:6443" }]'),
    [],
  ],
  [
    "two clusters of one name",
    meshFile("", "[{ name: west, context: w }, { name: west, context: e }]"),
    ["ISM121 west"],
  ],
  [
    "three clusters of one name are two findings",
    meshFile("", "[{ name: a, context: a }, { name: a, context: b }, { name: a, context: c }]"),
    ["ISM121 a", "ISM121 a"],
  ],

  [
    "two clusters on one network",
    meshFile("", "[{ name: west, context: w, network: x }, { name: east, context: e, network: x }]"),
    ["ISM104 x"],
  ],
  [
    "a network that is the name of another cluster",
    meshFile("", "[{ name: west, context: w }, { name: east, context: e, network: west }]"),
    ["ISM104 west"],
  ],
  [
    "one network that is declared as shared is fine",
    meshFile(
      "  sharedNetworks: [x]\n",
      "[{ name: west, context: w, network: x }, { name: east, context: e, network: x }]",
    ),
    [],
  ],
  ["a shared network that no cluster is in", meshFile("  sharedNetworks: [wset]\n"), ["ISM122 wset"]],
  ["a cluster's default network can be shared", meshFile("  sharedNetworks: [west]\n"), []],
  ["a shared network that is named twice", meshFile("  sharedNetworks: [west, west]\n"), ["ISM120 west"]],

  ["a cluster that cannot be reached", meshFile("", "[{ name: west }]"), ["ISM123 { name: west }"]],
  [
    "a cluster with two ways to it",
    meshFile(
      "  rancher: { url: https://r.example, token: { env: T } }\n",
      "[{ name: west, context: w, rancherId: c-a }]",
    ),
    ["ISM123 rancherId"],
  ],
  [
    "a kubeconfig without a context",
    meshFile("", "[{ name: west, kubeconfig: k }]"),
    ["ISM123 { name: west, kubeconfig: k }"],
  ],
  [
    "a kubeconfig that Rancher makes superfluous",
    meshFile(
      "  rancher: { url: https://r.example, token: { env: T } }\n",
      "[{ name: west, rancherId: c-a, kubeconfig: k }]",
    ),
    ["ISM123 kubeconfig"],
  ],
  [
    "a misspelt context is an unknown field and nothing else",
    meshFile("", "[{ name: west, kontext: w }]"),
    ["ISM102 kontext"],
  ],

  [
    "one context for two clusters",
    meshFile("", "[{ name: west, context: w }, { name: east, context: w }]"),
    ["ISM125 w"],
  ],
  [
    "one context name in two kubeconfigs is fine",
    meshFile("", "[{ name: west, context: w }, { name: east, context: w, kubeconfig: k }]"),
    [],
  ],
  [
    "one Rancher cluster for two clusters",
    meshFile(
      "  rancher: { url: https://r.example, token: { env: T } }\n",
      "[{ name: west, rancherId: c-a }, { name: east, rancherId: c-a }]",
    ),
    ["ISM125 c-a"],
  ],

  ["a rancherId without spec.rancher", meshFile("", "[{ name: west, rancherId: c-a }]"), ["ISM124 c-a"]],
  [
    "Rancher tokens without spec.rancher",
    meshFile("  access: { credentials: rancherToken }\n"),
    ["ISM124 rancherToken"],
  ],
  [
    "Rancher's catalog without spec.rancher",
    meshFile("  istio: { install: rancher, version: 1.22.1 }\n"),
    ["ISM124 rancher"],
  ],

  ["the operator with the default version", meshFile("  istio: { install: operator }\n"), ["ISM137 operator"]],
  [
    "the operator with Istio 1.24.0",
    meshFile("  istio: { install: operator, version: 1.24.0 }\n"),
    ["ISM137 operator"],
  ],
  ["somebody else's Istio", meshFile("  istio: { install: existing }\n"), []],
  [
    "settings of an installation that somebody else makes",
    meshFile(
      "  istio: { install: existing, version: 1.30.0, hub: registry.example/istio }\n  trust: {}\n  hardening: { podSecurity: baseline }\n",
    ),
    ["ISM574 version", "ISM574 hub", "ISM574 trust", "ISM574 podSecurity"],
  ],
  ["an Istio before 1.12", meshFile("  istio: { version: 1.11.8 }\n"), ["ISM141 1.11.8"]],
  [
    "the operator with an Istio newer than all known",
    meshFile("  istio: { install: operator, version: 1.99.0 }\n"),
    ["ISM137 operator"],
  ],
  [
    "istioctl with an Istio newer than all known is fine",
    meshFile("  istio: { install: istioctl, version: 1.99.0 }\n"),
    [],
  ],
  [
    "Rancher's catalog with an Istio that it never had",
    meshFile(
      "  rancher: { url: https://r.example, token: { env: T } }\n  istio: { install: rancher, version: 1.24.0 }\n",
    ),
    ["ISM142 rancher"],
  ],
  [
    "Rancher's catalog with Istio 1.22.1 is fine",
    meshFile(
      "  rancher: { url: https://r.example, token: { env: T } }\n  istio: { install: rancher, version: 1.22.1 }\n",
    ),
    [],
  ],
  [
    "a Rancher token for clusters that are reached by contexts",
    meshFile("  rancher: { url: https://r.example, token: { env: T } }\n  access: { credentials: rancherToken }\n"),
    ["ISM143 w", "ISM143 e"],
  ],
  ["the operator with Istio 1.23.6 is fine", meshFile("  istio: { install: operator, version: 1.23.6 }\n"), []],

  ["a mesh ID among the values", meshFile("  istio: { values: { global: { meshID: x } } }\n"), ["ISM136 meshID"]],
  ["a network among the values", meshFile("  istio: { values: { global: { network: x } } }\n"), ["ISM136 network"]],
  [
    "a cluster name among the values",
    meshFile("  istio: { values: { global: { multiCluster: { clusterName: x } } } }\n"),
    ["ISM136 clusterName"],
  ],
  [
    "a network among the values of the east-west gateway's chart",
    meshFile("  istio: { values: { gateways: { istio-eastwestgateway: { networkGateway: x } } } }\n"),
    ["ISM136 networkGateway"],
  ],
  [
    "other values are fine",
    meshFile("  istio: { values: { global: { proxy: { logLevel: debug } }, network: x } }\n"),
    [],
  ],

  ["a token that is nowhere", meshFile("  rancher: { url: https://r.example, token: {} }\n"), ["ISM119 {}"]],
  [
    "a token in two places",
    meshFile("  rancher: { url: https://r.example, token: { env: T, file: f } }\n"),
    ["ISM119 file"],
  ],
  ["a root certificate without its key", meshFile("  trust: { root: { certFile: c } }\n"), ["ISM105 { certFile: c }"]],
  [
    "a root in files and in a Secret",
    meshFile("  trust: { root: { certFile: c, keyFile: k, secretRef: { cluster: west, namespace: n, name: s } } }\n"),
    ["ISM119 secretRef"],
  ],
  [
    "an ACME issuer without a way to prove anything",
    meshFile("  issuers: [{ name: i, acme: { server: https://a.example, email: a@b.example } }]\n"),
    ["ISM119 { server: https://a.example, email: a@b.example }"],
  ],
  ["no DNS provider", meshFile("  dns: { zone: a.example, provider: {} }\n"), ["ISM119 {}"]],
  [
    "two DNS providers",
    meshFile("  dns: { zone: a.example, provider: { designate: {}, rfc2136: {} } }\n"),
    ["ISM119 designate"],
  ],
  [
    "a path that is matched in two ways",
    withRoute(`${hosts}, match: { exact: /a, regex: /b }, weights: { v1: 100 }`),
    ["ISM119 regex"],
  ],
  [
    "a proof's path and headers that the route takes are fine",
    withRoute(
      `${hosts}, match: { prefix: /s, headers: { x-a: { exact: b } } }, verify: { path: "/s/x?y=1", headers: { x-a: b, authorization: { env: TOKEN } }, expect: [2xx, 404] }, weights: { v1: 100 }`,
    ),
    [],
  ],
  [
    "a proof's path that the route does not take",
    withRoute(`${hosts}, match: { exact: /s }, verify: { path: /other }, weights: { v1: 100 }`),
    ["ISM461 /other"],
  ],
  [
    "a proof's path that the route's expression does not take",
    withRoute(`${hosts}, match: { regex: "/v[0-9]" }, verify: { path: /va }, weights: { v1: 100 }`),
    ["ISM461 /va"],
  ],
  [
    "a proof's headers that the route does not take, or that are not to be chosen",
    withRoute(
      `${hosts}, match: { headers: { x-a: { exact: b } } }, verify: { headers: { x-a: c, host: d } }, weights: { v1: 100 }`,
    ),
    ["ISM461 c", "ISM461 host"],
  ],
  [
    "a match by header only is fine",
    withRoute(`${hosts}, match: { headers: { x-a: { exact: b } } }, weights: { v1: 100 }`),
    [],
  ],
  [
    "a header that is matched in no way",
    withRoute(`${hosts}, match: { headers: { x-a: {} } }, weights: { v1: 100 }`),
    ["ISM119 {}"],
  ],

  ["a version whose name is no name of a subset", withVersions("{ V_1: { clusters: [west] } }"), ["ISM113 V_1"]],
  ["a version with a number as its name is fine", withVersions("{ 1: { clusters: [west] } }"), []],
  ["a label without a key", withVersions('{ v1: { clusters: [west], labels: { "a b": c } } }'), ['ISM113 "a b"']],
  [
    "a label with a prefix is fine",
    withVersions("{ v1: { clusters: [west], labels: { app.example/version: c } } }"),
    [],
  ],
  ["a node selector without a key", meshFile("  istio: { nodeSelector: { a/b/c: d } }\n"), ["ISM113 a/b/c"]],
  [
    "a header with capitals",
    withRoute(`${hosts}, match: { headers: { X-A: { exact: b } } }, weights: { v1: 100 }`),
    ["ISM113 X-A"],
  ],

  [
    "a host that is listed twice",
    withRoute("hosts: [a.example, a.example], weights: { v1: 100 }"),
    ["ISM120 a.example"],
  ],
  ["a cluster that is listed twice", withVersions("{ v1: { clusters: [west, west] } }"), ["ISM120 west"]],

  [
    "a service that is there twice",
    meshFile("  services: [{ name: s, namespace: n, port: 1 }, { name: s, namespace: n, port: 2 }]\n"),
    ["ISM131 s"],
  ],
  [
    "one service name in two namespaces is fine",
    meshFile("  services: [{ name: s, namespace: n, port: 1 }, { name: s, namespace: o, port: 2 }]\n"),
    [],
  ],

  ["a version on a cluster that is not in the mesh", withVersions("{ v1: { clusters: [wst] } }"), ["ISM126 wst"]],
  [
    "a root in a cluster that is not in the mesh",
    meshFile("  trust: { root: { secretRef: { cluster: north, namespace: n, name: s } } }\n"),
    ["ISM126 north"],
  ],
  [
    "a version on a cluster whose name is wrong is not a second finding",
    meshFile(
      "  services: [{ name: s, namespace: n, port: 80, versions: { v1: { clusters: [West] } } }]\n",
      "[{ name: West, context: w }]",
    ),
    ["ISM113 West", "ISM113 West"],
  ],
  ["a version that runs nowhere", withVersions("{ v1: { clusters: [] } }"), ["ISM127 []"]],

  [
    "versions with the same labels",
    withVersions("{ v1: { clusters: [west] }, v2: { clusters: [east], labels: { version: v1 } } }"),
    ["ISM138 { version: v1 }"],
  ],
  [
    "versions with no labels at all",
    withVersions("{ v1: { clusters: [west], labels: {} }, v2: { clusters: [east], labels: {} } }"),
    ["ISM138 {}"],
  ],
  [
    "a version whose labels are among those of another",
    withVersions("{ v1: { clusters: [west] }, v2: { clusters: [east], labels: { version: v1, track: canary } } }"),
    ["ISM138 v1"],
  ],
  [
    "versions that differ in one of two labels are fine",
    withVersions(
      "{ v1: { clusters: [west], labels: { a: x, b: x } }, v2: { clusters: [east], labels: { a: x, b: y } } }",
    ),
    [],
  ],
  [
    "versions of two services may have the same labels",
    meshFile(
      "  services: [{ name: s, namespace: n, port: 1, versions: { v1: { clusters: [west] } } }, { name: t, namespace: n, port: 1, versions: { v1: { clusters: [west] } } }]\n",
    ),
    [],
  ],

  [
    "two routes of one name in a namespace",
    meshFile(`  services:
    - { name: s, namespace: n, port: 1, versions: { v1: { clusters: [west] } }, routes: [{ name: r, gateway: g, ${hosts}, weights: { v1: 100 } }] }
    - { name: t, namespace: n, port: 1, versions: { v1: { clusters: [west] } }, routes: [{ name: r, gateway: g, ${hosts}, weights: { v1: 100 } }] }
`),
    ['ISM148 { name: r, gateway: g, hosts: ["*"], weights: { v1: 100 } }', "ISM132 r"],
  ],
  [
    "one route name in two namespaces, one gateway with several hosts are fine",
    meshFile(`  services:
    - { name: s, namespace: n, port: 1, versions: { v1: { clusters: [west] } }, routes: [{ name: r, gateway: g, hosts: [a.example], weights: { v1: 100 } }, { name: q, gateway: g, hosts: [b.example], weights: { v1: 100 } }] }
    - { name: t, namespace: o, port: 1, versions: { v1: { clusters: [west] } }, routes: [{ name: r, gateway: g, ${hosts}, weights: { v1: 100 } }] }
`),
    [],
  ],

  ["a negative weight", withRoute(`${hosts}, weights: { v1: -1, v2: 101 }`), ["ISM130 -1", "ISM130 101"]],
  ["half a percent", withRoute(`${hosts}, weights: { v1: 0.5, v2: 99.5 }`), ["ISM130 0.5", "ISM130 99.5"]],
  [
    "a weight for a version that the service has not",
    withRoute(`${hosts}, weights: { v1: 50, v3: 50 }`),
    ["ISM129 v3"],
  ],
  [
    "a weight for a service without versions",
    meshFile(
      `  services: [{ name: s, namespace: n, port: 1, routes: [{ name: r, gateway: g, ${hosts}, weights: { v1: 100 } }] }]\n`,
    ),
    ["ISM129 v1"],
  ],
  [
    "weights that are less than everything",
    withRoute(`${hosts}, weights: { v1: 10, v2: 89 }`),
    ["ISM128 { v1: 10, v2: 89 }"],
  ],
  ["no weights", withRoute(`${hosts}, weights: {}`), ["ISM128 {}"]],
  ["a version without a weight gets 0", withRoute(`${hosts}, weights: { v1: 100 }`), []],
  ["weights with a wrong type are not summed up", withRoute(`${hosts}, weights: { v1: ten, v2: 90 }`), ["ISM103 ten"]],

  [
    "a route for a region without clusters",
    withRoute(`${hosts}, match: { fromRegions: [mars] }, weights: { v1: 100 }`),
    ["ISM135 mars"],
  ],
  [
    "failover to a region without clusters",
    meshFile(
      "  services: [{ name: s, namespace: n, port: 1, failover: { regions: [{ from: a, to: c }] } }]\n",
      "[{ name: west, context: w, region: a }, { name: east, context: e, region: b }]",
    ),
    ["ISM135 c"],
  ],
  [
    "failover of a region to itself",
    meshFile(
      "  services: [{ name: s, namespace: n, port: 1, failover: { regions: [{ from: a, to: a }] } }]\n",
      "[{ name: west, context: w, region: a }]",
    ),
    ["ISM135 a"],
  ],
  [
    "failover between regions is fine",
    meshFile(
      "  services: [{ name: s, namespace: n, port: 1, failover: { regions: [{ from: a, to: b }] } }]\n",
      "[{ name: west, context: w, region: a }, { name: east, context: e, region: b }]",
    ),
    [],
  ],
  [
    "two regions that take over for the same one",
    withFailover("{ regions: [{ from: a, to: b }, { from: a, to: c }] }"),
    ["ISM540 a"],
  ],
  [
    "failover by regions and by labels at once",
    withFailover("{ regions: [{ from: a, to: b }], priority: [app] }"),
    ["ISM119 priority"],
  ],
  [
    "a label's value that an old Istio does not compare",
    withFailover("{ priority: [app, tier=front] }", "  istio: { version: 1.17.2 }\n"),
    ["ISM544 tier=front"],
  ],
  [
    "a label's value with a new Istio is fine",
    withFailover("{ priority: [tier=front] }", "  istio: { version: 1.18.0 }\n"),
    [],
  ],
  [
    "how to try again without trying again",
    withFailover("{ retries: { attempts: 0, perTryTimeout: 2s } }"),
    ["ISM540 attempts"],
  ],
  ["no retries are fine", withFailover("{ retries: { attempts: 0 } }"), []],
  [
    "a threshold for failures that are not counted apart",
    withFailover("{ outlierDetection: { consecutiveLocalOriginFailures: 1 } }"),
    ["ISM540 consecutiveLocalOriginFailures"],
  ],
  [
    "a misspelt threshold",
    withFailover("{ outlierDetection: { consecutiveErrors: 1 } }"),
    ["ISM102 consecutiveErrors"],
  ],
  ["more than all endpoints", withFailover("{ outlierDetection: { maxEjectionPercent: 101 } }"), ["ISM117 101"]],
  ["a time that Istio takes for none", withFailover("{ connectTimeout: 0s }"), ["ISM117 0s"]],
  ["a condition that Envoy does not have", withFailover("{ retries: { retryOn: reset;5xx } }"), ["ISM118 reset;5xx"]],
  [
    "a failover that says everything",
    withFailover(
      "{ priority: [app, tier=front], connectTimeout: 500ms, outlierDetection: { consecutiveGatewayErrors: 1, consecutive5xxErrors: 0, splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 1, interval: 1s, baseEjectionTime: 1h, maxEjectionPercent: 100, minHealthPercent: 0 }, retries: { attempts: 2, perTryTimeout: 1s, retryOn: 'gateway-error,reset,503' } }",
    ),
    [],
  ],

  [
    "two issuers of one name",
    meshFile(`  issuers: [{ name: i, ${ownIssuer} }, { name: i, ${ownIssuer} }]\n`),
    ["ISM139 i"],
  ],
  ["an issuer that says nothing", meshFile("  issuers: [{ name: i }]\n"), ["ISM119 { name: i }"]],
  [
    "an issuer of two kinds",
    meshFile(
      `  issuers: [{ name: i, ${ownIssuer}, acme: { server: https://a.example, email: a@b.example, dns01: { route53: {} } } }]\n`,
    ),
    ["ISM119 isthmus"],
  ],
  [
    "an external account without its key",
    meshFile(
      "  issuers: [{ name: i, isthmus: { server: https://a.example, externalAccount: { keyId: k, hmacKey: {} } } }]\n",
    ),
    ["ISM119 {}"],
  ],
  ...provenNames,
  [
    "an issuer that does not exist",
    withRoute(
      `${hosts}, weights: { v1: 100 }, tls: { secretName: s, certificate: c, issuer: j }`,
      `  issuers: [{ name: i, ${ownIssuer} }]\n`,
    ),
    ["ISM133 j"],
  ],
  [
    "a certificate that nobody issues",
    withRoute(`${hosts}, weights: { v1: 100 }, tls: { secretName: s, certificate: c }`),
    ["ISM134 c"],
  ],
  [
    "a Secret that is filled by other means is fine",
    withRoute(`${hosts}, weights: { v1: 100 }, tls: { secretName: s }`),
    [],
  ],

  ["DNS records for all hosts", withRoute(`${hosts}, weights: { v1: 100 }, dns: { via: externalDns }`), ['ISM140 "*"']],
  [
    "DNS records by isthmus without a zone",
    withRoute("hosts: [a.example], weights: { v1: 100 }, dns: { via: isthmus }"),
    ["ISM140 isthmus"],
  ],
  ["DNS records by isthmus in a zone are fine", published("hosts: [a.example, '*.shop.A.example']"), []],
  ["of the zone's own name too", published("hosts: [A.example]", zone("a.example.")), []],
  [
    "a name outside of the zone has no record there",
    published("hosts: [web.a.example, b.example, xa.example]"),
    ["ISM140 b.example", "ISM140 xa.example"],
  ],
  [
    "isthmus writes zones of providers that it knows",
    published("hosts: [a.example]", zone("a.example", "route53: {}")),
    ["ISM638 route53"],
  ],
  [
    "with all settings of RFC 2136",
    published("hosts: [a.example]", zone("a.example", "rfc2136: { server: 192.0.2.53 }")),
    ["ISM638 { server: 192.0.2.53 }"],
  ],
  ["or of Designate", published("hosts: [a.example]", zone("a.example", "designate: {}")), ["ISM638 {}"]],
  [
    "Designate knows who asks by one credential",
    published(
      "hosts: [a.example]",
      zone(
        "a.example",
        "designate: { authUrl: 'https://k.example/v3', applicationCredential: { id: i, secret: { env: S } }, user: { name: u, project: p, password: { env: S } } }",
      ),
    ),
    ["ISM119 user"],
  ],
  [
    "a secret is in one place",
    published(
      "hosts: [a.example]",
      zone("a.example", "rfc2136: { server: s, tsig: { name: k, secret: { env: A, file: b } } }"),
    ),
    ["ISM119 file"],
  ],
  [
    "a record that nobody keeps",
    published("hosts: [a.example]", zone("a.example", rfc2136, ", ttl: 0s")),
    ["ISM117 0s"],
  ],
  [
    "which external-dns may be told",
    withRoute(
      "hosts: [a.example], weights: { v1: 100 }, dns: { via: externalDns }",
      zone("a.example", rfc2136, ", ttl: 0s"),
    ),
    [],
  ],
  [
    "two writers of one host and one Gateway",
    published("hosts: [a.example]").replace(
      "routes: [",
      "routes: [{ name: q, gateway: h, hosts: [a.example], match: { prefix: /q }, weights: { v1: 100 }, dns: { via: externalDns } }, { name: p, gateway: g, hosts: [p.a.example], weights: { v1: 100 }, dns: { via: externalDns } }, ",
    ),
    ["ISM140 isthmus"],
  ],
  [
    "a host of isthmus by a route without dns at a Gateway of external-dns",
    published("hosts: [a.example]").replace(
      "routes: [",
      "routes: [{ name: q, gateway: h, hosts: [b.a.example], weights: { v1: 100 }, dns: { via: externalDns } }, { name: p, gateway: h, hosts: [a.example], match: { prefix: /p }, weights: { v1: 100 } }, ",
    ),
    ["ISM140 h"],
  ],
  [
    "one at a Gateway of its own is fine",
    published("hosts: [a.example]").replace(
      "routes: [",
      "routes: [{ name: q, gateway: h, hosts: [b.a.example], weights: { v1: 100 }, dns: { via: externalDns } }, { name: p, gateway: k, hosts: [a.example], match: { prefix: /p }, weights: { v1: 100 } }, ",
    ),
    [],
  ],
  [
    "a renewal that never is before the end",
    meshFile(`  issuers: [{ name: i, isthmus: { server: https://acme.example/dir, renewBefore: 0s } }]\n`),
    ["ISM117 0s"],
  ],
  ["an address has no record", published("hosts: [203.0.113.5]"), ["ISM140 203.0.113.5"]],
  [
    "and no certificate",
    withRoute("hosts: [203.0.113.5], weights: { v1: 100 }, tls: { secretName: s }"),
    ["ISM157 203.0.113.5"],
  ],
  [
    "whoever issues it",
    withRoute(
      "hosts: [203.0.113.5], weights: { v1: 100 }, tls: { secretName: s, issuer: i }",
      `  issuers: [{ name: i, ${ownIssuer} }]\n${ownZone}`,
    ),
    ["ISM157 203.0.113.5"],
  ],
  [
    "a name leaves room for the records of its owners",
    published(`hosts: [${longHost(239)}, ${longHost(240)}]`),
    [`ISM695 ${longHost(240)}`],
  ],
  [
    "and for the proof of its certificate",
    withRoute(
      `hosts: [${longHost(237)}, ${longHost(238)}], ${issued}`,
      `  issuers: [{ name: i, ${ownIssuer} }]\n${ownZone.replace("Example.org.", "a.example")}`,
    ),
    [`ISM695 ${longHost(238)}`],
  ],
  [
    "the Gateway of challenges is isthmus' own",
    withRoute("hosts: [a.example], weights: { v1: 100 }, tls: { secretName: s }").replace(
      "gateway: g",
      "gateway: isthmus-http01",
    ),
    ["ISM146 isthmus-http01"],
  ],
  [
    "elsewhere than in Istio's namespace its name is free",
    withRoute("hosts: [a.example], weights: { v1: 100 }").replace("gateway: g", "gateway: isthmus-http01"),
    [],
  ],
  [
    "checks of addresses have bounds",
    meshFile(
      `  dns: { zone: a.example, provider: { designate: {} }, healthChecks: { interval: 0s, timeout: 2m, failures: 0, successes: 101 } }\n`,
    ),
    ["ISM117 0s", "ISM117 2m", "ISM117 0", "ISM117 101"],
  ],
];

describe("the rules of a mesh file", () => {
  it.each(table)("%s", (_sentence, text, expected) => {
    const parsed = parseMesh(text, "mesh.yaml");
    const found = parsed.diagnostics.map(({ code, range }) => {
      expect(range?.end.line).toBe(range?.start.line);
      return `${code} ${range?.lineText.slice(range.start.column - 1, range.end.column - 1)}`;
    });
    expect(found).toEqual(expected);
    expect(parsed.mesh === undefined).toBe(expected.length > 0);
  });

  it("say nothing about a file of which nothing is left", () => {
    expect(rules.flatMap((rule) => rule({}))).toEqual([]);
    expect(rules.flatMap((rule) => rule({ spec: { clusters: [undefined], services: [{}] } }))).toEqual([]);
  });

  it("each have a case here, and each finding says what to do", () => {
    const codes = new Set<string>();
    for (const [, text] of table) {
      for (const { code, fix, detail } of parseMesh(text, "mesh.yaml").diagnostics) {
        codes.add(code);
        expect(fix).toMatch(/[.?]$/);
        expect(detail).toMatch(/^\S.*\.$/);
      }
    }
    const between = Array.from({ length: 22 }, (_, index) => `ISM${119 + index}`);
    expect(between.filter((code) => !codes.has(code))).toEqual([]);
  });
});
