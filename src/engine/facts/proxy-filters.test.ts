import { expect, it } from "vitest";
import { authorizersIn, hasExtensions, readProxyFilters } from "./proxy-filters.ts";

const type = "type.googleapis.com/envoy.extensions.filters.http";
const all = { default_value: { numerator: 100 } };
const limit = {
  token_bucket: { max_tokens: 4, tokens_per_fill: 2, fill_interval: "60s" },
  filter_enabled: all,
  filter_enforced: { default_value: { numerator: 50 } },
};

function listener(name: string, filters: readonly object[]): object {
  const http = { filters: [{ typed_config: { http_filters: filters } }] };
  return { active_state: { listener: { name, filter_chains: [http], default_filter_chain: http } } };
}

function read(listeners: readonly object[], hosts: readonly object[] = []) {
  return readProxyFilters({
    listeners: { configs: [...listeners, {}] },
    routes: { configs: [{ route_config: { virtual_hosts: hosts } }, {}] },
  });
}

it("reads limits and faults that somebody has put into a proxy, however their settings are written", () => {
  const filters = [
    { name: "envoy.filters.http.router", typed_config: { "@type": `${type}.router.v3.Router` } },
    {
      name: "a",
      typed_config: {
        "@type": "type.googleapis.com/udpa.type.v1.TypedStruct",
        type_url: `${type}.local_ratelimit.v3.LocalRateLimit`,
        value: limit,
      },
    },
    {
      name: "b",
      typed_config: {
        "@type": `${type}.fault.v3.HTTPFault`,
        abort: { http_status: 500, percentage: { numerator: 10 } },
      },
    },
  ];
  expect(read([listener("0.0.0.0_8080", filters)])).toEqual([
    {
      at: "listener 0.0.0.0_8080",
      filter: "local_ratelimit",
      limit: { status: 429, burst: 4, perSecond: 2 / 60, percent: 50 },
    },
    { at: "listener 0.0.0.0_8080", filter: "fault", fault: { abort: { status: 500, percent: 10 } } },
  ]);
});

it("reads a limit of a virtual host, and its status", () => {
  const settings = { "@type": `${type}.local_ratelimit.v3.LocalRateLimit`, ...limit, filter_enforced: all };
  const host = (code: unknown): object => ({
    name: "shop.example:80",
    typed_per_filter_config: { "envoy.filters.http.local_ratelimit": { ...settings, status: { code } } },
  });
  const codes = ["ServiceUnavailable", "Forbidden", "TooManyRequests", 430, undefined, "Unheard"];
  expect(codes.map((code) => read([], [host(code)])[0]?.limit?.status)).toEqual([503, 403, 429, 430, 429, 0]);
  expect(read([], [host(429)])[0]).toMatchObject({ at: "virtual host shop.example:80", limit: { percent: 100 } });
});

it("reads a limit of a single route, also where a listener has its routes within itself", () => {
  const settings = { "@type": `${type}.local_ratelimit.v3.LocalRateLimit`, ...limit };
  const fault = { "@type": `${type}.fault.v3.HTTPFault`, abort: { http_status: 500, percentage: { numerator: 10 } } };
  const host = { name: "inbound|http|80", routes: [{ typed_per_filter_config: { settings, fault } }, {}] };
  const inline = { filters: [{ typed_config: { route_config: { virtual_hosts: [host] } } }] };
  const listeners = [{ active_state: { listener: { name: "virtualInbound", filter_chains: [inline] } } }];
  const found = [{ at: "a route of virtual host inbound|http|80", filter: "local_ratelimit" }];
  expect(read(listeners)).toMatchObject(found);
  expect(read([], [host])).toMatchObject(found);
  // A fault of a route is told with the route.
  expect(read([], [host])).toHaveLength(1);
});

it("leaves out what limits nothing, and what Istio itself puts there", () => {
  const off = { "@type": `${type}.local_ratelimit.v3.LocalRateLimit`, stat_prefix: "limit" };
  const fault = { "@type": `${type}.fault.v3.HTTPFault` };
  expect(read([listener("x", [{ typed_config: off }, { typed_config: fault }, {}])])).toEqual([]);
});

it("reads authorizers whose cluster the proxy does not have, unless requests pass without an answer", () => {
  const authorizer = (cluster: string, more: object = {}): object => ({
    name: "envoy.filters.http.ext_authz",
    typed_config: {
      "@type": `${type}.ext_authz.v3.ExtAuthz`,
      grpc_service: { envoy_grpc: { cluster_name: cluster } },
      ...more,
    },
  });
  const listeners = {
    configs: [
      listener("0.0.0.0_8080", [
        authorizer("outbound|9000||here"),
        authorizer("outbound|9000||gone"),
        authorizer("outbound|9000||lax", { failure_mode_allow: true }),
        authorizer("outbound|9000||some", { filter_enabled: { default_value: { numerator: 0 } } }),
        { ...authorizer("outbound|9000||off"), disabled: true },
      ]),
    ],
  };
  expect(authorizersIn(listeners)).toEqual(["outbound|9000||here", "outbound|9000||gone"]);
  expect(readProxyFilters({ listeners, routes: {}, clusters: new Set(["outbound|9000||here"]) })).toEqual([
    { at: "listener 0.0.0.0_8080", filter: "ext_authz", asks: "outbound|9000||gone" },
  ]);
  expect(readProxyFilters({ listeners, routes: {} })).toEqual([]);
});

it("reads extensions in whose place Istio's agent refuses everything, as Istio 1.31 and those before it call them", () => {
  const lost = "extensions.istio.io/trafficextension/istio-system.guard~istio-translated-wasmplugin";
  const there = "extensions.istio.io/wasmplugin/shop.there";
  const page = {
    configs: [
      listener(
        "0.0.0.0_8080",
        [lost, there].map((name) => ({ name, config_discovery: {} })),
      ),
    ],
  };
  const extensions = {
    configs: [
      {
        ecds_filter: {
          name: lost,
          typed_config: { "@type": `${type}.rbac.v3.RBAC`, rules_stat_prefix: "wasm-default-deny" },
        },
      },
      { ecds_filter: { name: there, typed_config: { "@type": `${type}.wasm.v3.Wasm` } } },
    ],
  };
  expect(hasExtensions(JSON.stringify(page))).toBe(true);
  expect(readProxyFilters({ listeners: page, routes: {}, extensions })).toEqual([
    { at: "listener 0.0.0.0_8080", filter: "wasm", unfetched: "istio-system.guard" },
  ]);
});
