import { describe, expect, it } from "vitest";
import type { EnvoyRoute } from "../proxy/envoy-route.ts";
import type { HeldRouting } from "./explain-request.ts";
import { explainRequest } from "./explain-request.ts";

const request = { method: "GET", host: "shop.example", path: "/cart", headers: {} };
const from = (name: string) => ({
  metadata: {
    filter_metadata: { istio: { config: `/apis/networking.istio.io/v1/namespaces/shop/virtual-service/${name}` } },
  },
});
const v1 = "outbound|80|v1|web.shop.svc.cluster.local";
const v2 = "outbound|80|v2|web.shop.svc.cluster.local";

function held(routes: readonly EnvoyRoute[], domains = ["shop.example"], name = "http.8080"): HeldRouting {
  return {
    chains: [{ port: 8080, serverNames: [], routeTable: "http.8080" }],
    routes: { configs: [{ route_config: { name, virtual_hosts: [{ domains, routes }] } }] },
  };
}

const gateway = { kind: "gateway", port: 8080, secure: false } as const;

describe("a request at a gateway", () => {
  it("goes by the first rule that takes it, with the share of each destination", () => {
    const decision = explainRequest(
      held([
        { match: { path: "/other" }, route: { cluster: v1 }, ...from("other") },
        {
          match: { prefix: "/cart" },
          route: {
            weighted_clusters: {
              clusters: [
                { name: v1, weight: 90 },
                { name: v2, weight: 10 },
                { name: "outbound|80|v3|web.shop.svc.cluster.local" },
              ],
            },
            request_mirror_policies: [{ cluster: v2 }],
            timeout: "2s",
          },
          typed_per_filter_config: {
            "envoy.filters.http.fault": {
              abort: { http_status: 503, percentage: { numerator: 20 } },
              delay: { fixed_delay: "3s", percentage: { numerator: 5 } },
            },
          },
          ...from("cart"),
        },
        { match: { prefix: "/" }, route: { cluster: v1 }, ...from("cart") },
      ]),
      gateway,
      request,
    );
    expect(decision).toEqual({
      kind: "rule",
      rule: { virtualService: "shop/cart", position: 2, of: 3, match: "prefix /cart" },
      destinations: [
        { cluster: v1, share: 0.9 },
        { cluster: v2, share: 0.1 },
      ],
      aborted: 0.2,
      also: ["makes 20 % fail with status 503", "holds 5 % back for 3 s", `mirrors to ${v2}`, "ends after 2s"],
    });
  });

  it.each([
    ["a cookie", { cookie: { name: "id" } }, ["cookie id"]],
    ["a header", { header: { header_name: "x-user" } }, ["header x-user"]],
    ["a parameter", { query_parameter: { name: "user" } }, ["query parameter user"]],
    ["something else", { filter_state: { key: "k" } }, []],
  ])("keeps a person with a version, known by %s", (_, policy, keys) => {
    const also = (use_hash_policy: boolean): unknown => {
      const weighted_clusters = {
        clusters: [
          { name: v1, weight: 10 },
          { name: v2, weight: 90 },
        ],
        use_hash_policy,
      };
      const route = { match: { prefix: "/" }, route: { weighted_clusters, hash_policy: [policy] } };
      return explainRequest(held([route]), gateway, request);
    };
    expect(also(true)).toMatchObject({
      also: keys.map((key) => `gives all requests with the same ${key} to one of these (sessions)`),
    });
    // consistentHash of a DestinationRule has the policy alone, and chooses a pod by it.
    expect(also(false)).toMatchObject({ also: [] });
  });

  it("may be answered by the proxy itself", () => {
    const answers = (route: EnvoyRoute): unknown => explainRequest(held([route]), gateway, request);
    expect(answers({ match: { prefix: "/" }, redirect: { host_redirect: "new.example" } })).toMatchObject({
      answers: "answers with redirect 301 to new.example",
      destinations: [],
    });
    expect(answers({ match: { prefix: "/" }, direct_response: { status: 503 } })).toMatchObject({
      answers: "answers with status 503 itself",
    });
  });

  it("may be taken by a route of the Gateway API, which has a name in the proxy alone", () => {
    const routes = [
      { name: "shop.cart.0", match: { prefix: "/" }, route: { cluster: v1 }, ...from("shop~80~web.shop.svc") },
    ];
    expect(explainRequest(held(routes), gateway, request)).toMatchObject({
      kind: "rule",
      rule: { virtualService: "", gatewayRule: "shop.cart.0", position: 1, of: 1 },
    });
  });

  it("stops at a rule that nobody can judge", () => {
    const routes = [{ match: { prefix: "/", tls_context: {} }, ...from("odd") }, { match: { prefix: "/" } }];
    expect(explainRequest(held(routes), gateway, request)).toMatchObject({
      kind: "unknown",
      rule: { virtualService: "shop/odd", position: 1 },
      condition: "`tls_context`",
    });
  });

  it("is led to https where the host takes nothing else, and goes by a header where that names the cluster", () => {
    const only = held([{ match: { prefix: "/" }, route: { cluster: v1 } }]);
    const [config] = only.routes.configs ?? [];
    const hosts = (config?.route_config?.virtual_hosts ?? []).map((one) => ({ ...one, require_tls: "ALL" }));
    const secured = { ...only, routes: { configs: [{ route_config: { name: "http.8080", virtual_hosts: hosts } }] } };
    expect(explainRequest(secured, gateway, request)).toEqual({ kind: "needs-tls" });
    expect(explainRequest(secured, { ...gateway, secure: true }, request)).toMatchObject({ kind: "rule" });
    expect(
      explainRequest(held([{ match: { prefix: "/" }, route: { cluster_header: "x-cluster" } }]), gateway, request),
    ).toMatchObject({ kind: "unknown", condition: "`cluster_header`" });
  });

  it("finds no rule, no host or no listener", () => {
    expect(explainRequest(held([{ match: { path: "/x" } }]), gateway, request)).toEqual({ kind: "no-rule", rules: 1 });
    expect(explainRequest(held([], ["other.example"]), gateway, request)).toEqual({ kind: "no-host" });
    expect(explainRequest(held([]), { ...gateway, port: 8443 }, request)).toEqual({ kind: "no-listener" });
  });
});

describe("a request at a sidecar", () => {
  const host = "web.shop.svc.cluster.local";
  const domains = [host, `${host}:80`, "web", "web.shop"];
  const own = [{ match: { prefix: "/" }, route: { cluster: v1 } }];

  it("goes by the table of the port, or by the service's own", () => {
    for (const table of ["80", `${host}:80`]) {
      expect(explainRequest(held(own, domains, table), { kind: "mesh", port: 80 }, { ...request, host })).toMatchObject(
        {
          rule: { virtualService: "", position: 1, of: 1, match: "any path" },
          destinations: [{ cluster: v1, share: 1 }],
        },
      );
    }
  });

  it("has no table for a port of TCP", () => {
    expect(explainRequest(held(own, domains, "80"), { kind: "mesh", port: 5432 }, { ...request, host })).toEqual({
      kind: "no-listener",
    });
  });
});
