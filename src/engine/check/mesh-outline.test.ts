import { expect, it } from "vitest";
import { parseMesh } from "../../core/mesh-file/parse.ts";
import { meshWithRoutes } from "../../core/testing/mesh-with-routes.ts";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import { outlineOf } from "./mesh-outline.ts";

function outlineWith(...settings: readonly string[]): string {
  const { mesh, diagnostics } = parseMesh(
    meshWithRoutes(...settings.map((one, index) => `{ name: r${index}, gateway: g, hosts: [a.example], ${one} }`)),
    "mesh.yaml",
  );
  if (mesh === undefined) {
    throw new Error(JSON.stringify(diagnostics));
  }
  return JSON.stringify(outlineOf(mesh, "mesh.yaml").services[0]?.routes);
}

it.each([
  "headers: { request: { set: { x-api-key: s3cr3t } } }",
  "headers: { response: { add: { x-api-key: s3cr3t } } }",
  "match: { queryParams: { key: { exact: s3cr3t } } }",
  "match: { queryParams: { key: { regex: 's3cr3t|other' } } }",
  "verify: { headers: { authorization: Bearer s3cr3t } }",
  'verify: { path: "/?key=s3cr3t" }',
  "rewrite: { authority: s3cr3t.example }",
  "corsPolicy: { allowHeaders: [s3cr3t] }",
])("has no secret of a route with %s", (settings) => {
  expect(settings).toContain("s3cr3t");
  expect(outlineWith(`weights: { v1: 100 }, ${settings}`)).not.toContain("s3cr3t");
});

it("has the parts of the mesh file that checks go by", () => {
  const mesh = {
    ...twoClusters,
    istio: { ...twoClusters.istio, install: "existing" as const },
    dns: { zone: "a.example", provider: { name: "rfc2136", settings: {} }, ttlSeconds: 60 },
    issuers: [
      { name: "over-http", acme: { server: "https://acme.example", email: "a@b.example", http01: {} } },
      { name: "by-dns", acme: { server: "https://acme.example", email: "a@b.example", dns01: {} } },
      {
        name: "own",
        isthmus: {
          server: "https://acme.example",
          keyType: "rsa-2048" as const,
          reuseKey: true,
          renewBeforeSeconds: 86_400,
        },
      },
    ],
  };
  expect(outlineOf(mesh, "prod.yaml")).toEqual({
    name: "sandbox",
    file: "prod.yaml",
    clusters: twoClusters.clusters,
    services: twoClusters.services,
    istioVersion: "1.31.0",
    install: "existing",
    http01Issuers: ["over-http"],
    dnsTtlSeconds: 60,
    ownIssuers: { own: { server: "https://acme.example", renewBeforeSeconds: 86_400 } },
  });
});

it("says that istio-cni redirects, where isthmus installs it by the mesh file's pod security", () => {
  const under = (podSecurity: "restricted" | "privileged", install: "helm" | "existing"): unknown =>
    outlineOf(
      {
        ...twoClusters,
        hardening: { ...twoClusters.hardening, podSecurity },
        istio: { ...twoClusters.istio, install },
      },
      "mesh.yaml",
    ).istioCni;
  expect(under("restricted", "helm")).toBe(true);
  expect(under("privileged", "helm")).toBeUndefined();
  expect(under("restricted", "existing")).toBeUndefined();
});

it("keeps what checks go by of a route", () => {
  const [found] = JSON.parse(
    outlineWith(
      "match: { prefix: /a, methods: [GET], headers: { x-team: { exact: blue } } }, weights: { v1: 100 }, mirror: { host: s }, verify: { path: /a/b?c=d, method: GET, headers: { authorization: { env: TOKEN } } }",
    ),
  ) as readonly object[];
  expect(found).toMatchObject({
    match: { path: { kind: "prefix", value: "/a" }, methods: ["GET"], headers: { "x-team": { value: "blue" } } },
    weights: { v1: 100, v2: 0 },
    mirror: { host: "s.n.svc.cluster.local" },
    verify: { path: "/a/b", method: "GET", headers: { authorization: { env: "TOKEN" } } },
  });
  expect(outlineWith("redirect: { uri: /b }")).toContain('"redirect":{"uri":"/b"}');
});

it("tells values of query parameters apart, and knows which are the same", () => {
  const values = ["one", "two", "one"].map(
    (value) => `weights: { v1: 100 }, match: { prefix: /${value}, queryParams: { key: { exact: ${value} } } }`,
  );
  const [first, second] = values;
  const valueOf = (settings = ""): unknown =>
    (JSON.parse(outlineWith(settings)) as readonly { match: { queryParams: unknown } }[])[0]?.match.queryParams;
  expect(valueOf(first)).toEqual({ key: { kind: "exact", value: expect.stringMatching(/^[0-9a-f]{8}$/) } });
  expect(valueOf(first)).toEqual(valueOf(values[2]));
  expect(valueOf(first)).not.toEqual(valueOf(second));
});

it("has what the issuers of cert-manager that routes use connect to, and nothing of their accounts or keys", () => {
  const [service] = twoClusters.services;
  const [route] = service?.routes ?? [];
  if (service === undefined || route === undefined) {
    throw new Error("the mesh of the tests has a route");
  }
  const account = { server: "https://acme.example/dir", email: "a@b.example" };
  const rfc2136 = { nameserver: "192.0.2.53", tsigKeyName: "k", tsigSecretSecretRef: { name: "tsig", key: "secret" } };
  const issuers = [
    {
      name: "dns",
      acme: { ...account, dns01: { cnameStrategy: "Follow", rfc2136 }, waitInsteadOfSelfCheckSeconds: 2 },
    },
    { name: "tcp", acme: { ...account, dns01: { rfc2136: { ...rfc2136, protocol: "TCP" } } } },
    { name: "cloud", acme: { ...account, http01: {}, dns01: { route53: { region: "s3cr3t" } } } },
    { name: "unused", acme: { ...account, http01: {} } },
  ];
  const routes = issuers
    .slice(0, 3)
    .map(({ name }) => ({ ...route, name, tls: { secretName: name, issuer: name, certificate: name } }));
  const outline = outlineOf({ ...twoClusters, issuers, services: [{ ...service, routes }] }, "mesh.yaml");
  const { server } = account;
  expect(outline.acmeIssuers).toEqual([
    {
      name: "dns",
      server,
      uncheckedChallenges: true,
      dns01: { provider: "rfc2136", nameserver: "192.0.2.53", protocol: "UDP" },
    },
    { name: "tcp", server, dns01: { provider: "rfc2136", nameserver: "192.0.2.53", protocol: "TCP" } },
    { name: "cloud", server, http01: true, dns01: { provider: "route53" } },
  ]);
});
