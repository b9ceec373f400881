import { expect, it } from "vitest";
import { clusterPaths, readCallerClusters, readWays, wayPaths } from "./caller-pages.ts";

const target = {
  service: "shop/web",
  host: "web.shop.svc.cluster.local",
  addresses: ["10.43.0.9", "fd00::9"],
  port: 80,
};

interface Chain {
  readonly [field: string]: unknown;
}

function waysOf(
  listeners: Readonly<Record<string, readonly Chain[]>>,
  { tables = [], of = target }: { readonly tables?: readonly object[]; readonly of?: typeof target } = {},
) {
  const configs = Object.entries(listeners).map(([name, chains]) => ({
    active_state: { listener: { name, filter_chains: chains } },
  }));
  const routes = { configs: tables.map((table) => ({ route_config: table })) };
  return readWays({ listeners: JSON.stringify({ configs }), routes: JSON.stringify(routes) }, [of], new Set());
}

function to(cluster: string, match?: object): Chain {
  const chain = { filters: [{ typed_config: { cluster } }] };
  return match === undefined ? chain : { ...chain, filter_chain_match: match };
}

const byRoutes = { filters: [{ typed_config: { rds: { route_config_name: "web.shop.svc.cluster.local:80" } } }] };
const anything = { path: { kind: "prefix", value: "" }, headers: [], conditional: false, source: "" };

it("takes the listener of the service's own address before that of all addresses", () => {
  const route = (cluster: string): object => ({ ...anything, clusters: { [cluster]: 100 } });
  expect(waysOf({ "0.0.0.0_80": [to("all")], "10.43.0.9_80": [to("own")] })).toEqual([
    { service: "shop/web", port: 80, kind: "tcp", routes: [route("own")] },
  ]);
  expect(waysOf({ "0.0.0.0_80": [to("all")], "fd00::9_80": [to("own")] })).toMatchObject([{ routes: [route("own")] }]);
  expect(waysOf({ "[::]_80": [to("all")] })).toMatchObject([{ routes: [route("all")] }]);
});

it("goes by the routes of the virtual host that is closest to the service's name", () => {
  const routes = [{ match: { prefix: "/" }, route: { cluster: "web" } }];
  const tables = [
    {
      name: "web.shop.svc.cluster.local:80",
      virtual_hosts: [
        { domains: ["*"], routes: [{ match: { prefix: "/" }, direct_response: { status: 502 } }] },
        { domains: ["web.shop", "*.svc.cluster.local"], routes },
      ],
    },
  ];
  expect(waysOf({ "10.43.0.9_80": [to("of-tcp", { application_protocols: ["x"] }), byRoutes] }, { tables })).toEqual([
    {
      service: "shop/web",
      port: 80,
      kind: "http",
      routes: [{ ...anything, path: { kind: "prefix", value: "/" }, clusters: { web: 100 } }],
    },
  ]);
  expect(waysOf({ "10.43.0.9_80": [byRoutes] })).toEqual([{ service: "shop/web", port: 80, kind: "http", routes: [] }]);
});

it("takes the chain of the service's name in a TLS handshake", () => {
  const chains = [to("other", { server_names: ["other"] }), to("web", { server_names: [target.host] }), to("rest")];
  expect(waysOf({ "10.43.0.9_80": chains })).toMatchObject([{ kind: "tcp", routes: [{ clusters: { web: 100 } }] }]);
});

it("says where requests go that no listener is for, and nothing of a headless Service", () => {
  const last = { virtualOutbound: [to("BlackHoleCluster", { destination_port: 15001 }), to("PassthroughCluster")] };
  expect(waysOf(last)).toMatchObject([{ kind: "past", routes: [{ clusters: { PassthroughCluster: 100 } }] }]);
  expect(waysOf(last, { of: { ...target, addresses: [] } })).toEqual([]);
  expect(waysOf({})).toEqual([]);
});

it("reads how clusters encrypt, what they were made by, and their endpoints, of those that are asked for", () => {
  const tls = (...names: readonly string[]): object => ({
    typed_config: {
      common_tls_context: { tls_certificate_sds_secret_configs: names.map((name) => ({ name })) },
    },
  });
  const of = (istio: object): object => ({ filter_metadata: { istio } });
  const clusters = {
    configs: [
      { cluster: { name: "a", type: "EDS", transport_socket_matches: [{}], transport_socket: tls() } },
      {
        cluster: {
          name: "b",
          transport_socket: tls("default"),
          connect_timeout: "0.002s",
          circuit_breakers: {
            thresholds: [
              { priority: "HIGH", max_connections: 5 },
              { max_connections: 1, max_pending_requests: 3, max_requests: 2, max_retries: 4_294_967_295 },
            ],
          },
        },
      },
      {
        cluster: {
          name: "c",
          transport_socket: tls(),
          metadata: of({ config: "/apis/networking.istio.io/v1/namespaces/cart/destination-rule/mine" }),
        },
      },
      {
        cluster: {
          name: "d",
          type: "ORIGINAL_DST",
          connect_timeout: "10s",
          circuit_breakers: { thresholds: [{ max_connections: 4_294_967_295, max_requests: 11 }] },
        },
      },
      {
        cluster: {
          name: "e",
          metadata: of({ services: [{ name: target.host, host: target.host, namespace: "cart" }] }),
        },
      },
      { cluster: { name: "f" } },
    ],
  };
  const endpoints = {
    cluster_statuses: [
      {
        name: "a",
        host_statuses: [
          { address: { socket_address: { address: "10.42.0.7", port_value: 80 } }, priority: 1 },
          {
            address: { socket_address: { address: "10.42.0.5", port_value: 80 } },
            health_status: { eds_health_status: "UNHEALTHY" },
          },
        ],
      },
    ],
  };
  const pages = { clusters: JSON.stringify(clusters), endpoints: JSON.stringify(endpoints) };
  expect(readCallerClusters(pages, ["e", "d", "c", "b", "a", "not-there"])).toEqual([
    {
      name: "a",
      tls: "auto",
      endpoints: [
        { address: "10.42.0.5:80", idle: "unhealthy", priority: 0 },
        { address: "10.42.0.7:80", idle: "", priority: 1 },
      ],
    },
    { name: "b", tls: "istio", limits: { connections: 1, pending: 3, requests: 2, connectMs: 2 }, endpoints: [] },
    { name: "c", tls: "other", rule: "cart/mine", endpoints: [] },
    { name: "d", tls: "none", direct: true, endpoints: [] },
    { name: "e", tls: "none", entryOf: "cart", endpoints: [] },
  ]);
});

it("asks for the listeners and routes of the ports alone", () => {
  const { listeners, routes } = wayPaths([target, { ...target, port: 9090 }, target], { filtered: false });
  expect(wayPaths([target], { filtered: true }).listeners).toContain("virtualInbound");
  expect(decodeURIComponent(listeners)).toBe(
    "/config_dump?resource=dynamic_listeners&name_regex=virtualOutbound|.*_(80|9090)",
  );
  expect(decodeURIComponent(routes)).toBe("/config_dump?resource=dynamic_route_configs&name_regex=(.*:)?(80|9090)");
});

it("asks for single clusters as long as their names fit into a path, and for those of all services otherwise", () => {
  const name = "outbound|80||web.shop.svc.cluster.local";
  const { clusters, endpoints } = clusterPaths([name]);
  const pattern = String.raw`outbound\|80\|\|web\.shop\.svc\.cluster\.local`;
  expect(decodeURIComponent(clusters)).toBe(`/config_dump?resource=dynamic_active_clusters&name_regex=${pattern}`);
  expect(decodeURIComponent(endpoints)).toBe(`/clusters?format=json&filter=^(${pattern})$`);
  const many = Array.from({ length: 100 }, (_, index) => `outbound|80||service-${index}.sample.svc.cluster.local`);
  expect(decodeURIComponent(clusterPaths(many).clusters)).toMatch(/name_regex=outbound\\\|\.\*$/);
});
