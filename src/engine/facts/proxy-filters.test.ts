import { expect, it } from "vitest";
import { readProxyFilters } from "./proxy-filters.ts";

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
