import { expect, it } from "vitest";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import { readProxyConfig } from "./read-proxy-config.ts";

const host = "helloworld.sample.svc.cluster.local";
const [service] = twoClusters.services;
const [route] = service?.routes ?? [];

/** A service with a route that asks for a header. */
const services =
  service === undefined || route === undefined
    ? []
    : [
        {
          ...service,
          routes: [
            { ...route, match: { ...route.match, headers: { "X-Team": { kind: "exact", value: "blue" } as const } } },
          ],
        },
      ];

const hcm = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

/** As Envoy 1.40 answers, with what is not read cut out. */
const listeners = {
  configs: [
    {
      name: "0.0.0.0_8443",
      active_state: {
        listener: {
          address: { socket_address: { address: "0.0.0.0", port_value: 8443 } },
          filter_chains: [
            {
              filter_chain_match: { server_names: ["shop.example"] },
              filters: [
                { typed_config: { "@type": hcm, rds: { route_config_name: "https.443.https.g.istio-system" } } },
              ],
              transport_socket: {
                typed_config: {
                  common_tls_context: { tls_certificate_sds_secret_configs: [{ name: "kubernetes://door" }] },
                },
              },
            },
          ],
        },
      },
    },
    {
      name: "0.0.0.0_15443",
      active_state: {
        listener: {
          address: { socket_address: { address: "0.0.0.0", port_value: 15443 } },
          filter_chains: [`outbound_.5000_.v1_.${host}`, "outbound_.443_._.kubernetes.default.svc.cluster.local"].map(
            (name) => ({
              filter_chain_match: { server_names: [name] },
              filters: [{ typed_config: { cluster: name } }],
            }),
          ),
        },
      },
    },
    // One that is on its way, or was refused when it came.
    { name: "0.0.0.0_9000", warming_state: { listener: { address: { socket_address: { port_value: 9000 } } } } },
    { name: "0.0.0.0_9001", warming_state: {} },
  ],
};

/** As Envoy 1.40 names what it has not got; `default` is the proxy's own certificate. */
const warmingSecrets = {
  configs: [
    { name: "kubernetes://door", version_info: "uninitialized" },
    { name: "kubernetes-gateway://shop/door" },
    { name: "kubernetes://a-door" },
    { name: "default" },
    {},
  ],
};

const routes = {
  configs: [
    {
      route_config: {
        name: "http.8080",
        virtual_hosts: [
          {
            domains: ["*"],
            routes: [
              {
                match: {
                  path: "/hello",
                  case_sensitive: true,
                  headers: [
                    { name: "x-team", string_match: { exact: "blue" } },
                    { name: "authorization", string_match: { prefix: "Bearer hunter2" }, invert_match: true },
                  ],
                },
                route: {
                  weighted_clusters: {
                    clusters: [{ name: `outbound|5000|v1|${host}`, weight: 10 }, { name: `outbound|5000|v2|${host}` }],
                  },
                },
                metadata: {
                  filter_metadata: {
                    istio: { config: "/apis/networking.istio.io/v1/namespaces/sample/virtual-service/helloworld" },
                  },
                },
              },
              {
                match: { safe_regex: { regex: "/x.*" }, query_parameters: [{ name: "q" }] },
                route: { cluster: "c" },
              },
              { match: { path_separated_prefix: "/s" }, redirect: {} },
              { match: { connect_matcher: {} }, direct_response: { status: 503 } },
              {
                match: { path: "/old" },
                redirect: { host_redirect: "b.example", path_redirect: "/new?t=hunter2", response_code: "FOUND" },
              },
              {
                match: {
                  prefix: "/p",
                  headers: [
                    { name: "X-Team", prefix_match: "bl" },
                    { name: "X-Team", string_match: { safe_regex: { regex: "b.*" } } },
                    { name: "X-Team", present_match: true },
                  ],
                },
              },
            ],
          },
        ],
      },
    },
  ],
};

const endpoint = (address: string, port: number, health: object = { eds_health_status: "HEALTHY" }): object => ({
  address: { socket_address: { address, port_value: port } },
  health_status: health,
});

const clusters = {
  cluster_statuses: [
    {
      name: `outbound|5000|v1|${host}`,
      host_statuses: [
        { ...endpoint("172.30.2.2", 15443), priority: 1 },
        endpoint("10.42.0.4", 5000, { eds_health_status: "HEALTHY", failed_outlier_check: true }),
      ],
    },
    { name: `outbound_.5000_.v1_.${host}` },
    { name: "outbound|443||kubernetes.default.svc.cluster.local", host_statuses: [endpoint("10.0.0.1", 6443)] },
    { name: "xds-grpc" },
  ],
};

it("reads what concerns the mesh's services from a proxy's admin pages, and no value of a header that no route asks for", () => {
  const pages = {
    listeners: JSON.stringify({
      configs: listeners.configs.map((one) =>
        one.name === "0.0.0.0_8443" ? { ...one, warming_state: one.active_state } : one,
      ),
    }),
    warmingSecrets: JSON.stringify(warmingSecrets),
    routes: JSON.stringify(routes),
    clusters: JSON.stringify(clusters),
  };
  expect(readProxyConfig(pages, services)).toEqual({
    chains: [
      {
        port: 8443,
        serverNames: ["shop.example"],
        routeTable: "https.443.https.g.istio-system",
        credential: "kubernetes://door",
      },
      {
        port: 15443,
        serverNames: [`outbound_.5000_.v1_.${host}`],
        cluster: `outbound_.5000_.v1_.${host}`,
      },
    ],
    routeTables: [
      {
        name: "http.8080",
        virtualHosts: [
          {
            domains: ["*"],
            routes: [
              {
                path: { kind: "exact", value: "/hello" },
                headers: [
                  { name: "x-team", kind: "exact", value: "blue", inverted: false },
                  { name: "authorization", kind: "prefix", value: "", inverted: true },
                ],
                conditional: false,
                clusters: { [`outbound|5000|v1|${host}`]: 10, [`outbound|5000|v2|${host}`]: 0 },
                source: "sample/helloworld",
              },
              {
                path: { kind: "regex", value: "/x.*" },
                headers: [],
                queryParams: ["q"],
                conditional: false,
                clusters: { c: 100 },
                source: "",
              },
              {
                path: { kind: "segments", value: "/s" },
                headers: [],
                conditional: false,
                clusters: {},
                redirect: { code: 301, host: "", path: "" },
                source: "",
              },
              {
                path: { kind: "other", value: "" },
                headers: [],
                conditional: true,
                clusters: {},
                answers: 503,
                source: "",
              },
              {
                path: { kind: "exact", value: "/old" },
                headers: [],
                conditional: false,
                clusters: {},
                redirect: { code: 302, host: "b.example", path: "/new" },
                source: "",
              },
              {
                path: { kind: "prefix", value: "/p" },
                headers: [
                  { name: "x-team", kind: "prefix", value: "bl", inverted: false },
                  { name: "x-team", kind: "regex", value: "b.*", inverted: false },
                  { name: "x-team", kind: "other", value: "", inverted: false },
                ],
                conditional: false,
                clusters: {},
                source: "",
              },
            ],
          },
        ],
      },
    ],
    awaitedSecrets: ["a-door", "door", "shop/door"],
    warming: [
      { port: 8443, active: true },
      { port: 9000, active: false },
    ],
    clusters: [
      {
        name: `outbound_.5000_.v1_.${host}`,
        endpoints: [],
      },
      {
        name: `outbound|5000|v1|${host}`,
        endpoints: [
          { address: "10.42.0.4:5000", idle: "ejected by outlier detection", priority: 0 },
          { address: "172.30.2.2:15443", idle: "", priority: 1 },
        ],
      },
    ],
  });
});

it("reads the empty answers of a proxy that has nothing", () => {
  expect(readProxyConfig({ listeners: "{}", warmingSecrets: "{}", routes: "{}", clusters: "{}" }, services)).toEqual({
    chains: [],
    routeTables: [],
    awaitedSecrets: [],
    warming: [],
    clusters: [],
  });
});

it("reads where a listener leads the names of TLS routes, and what stands for them, but no names of others", () => {
  const tcp = "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";
  const chain = (names: readonly string[], config: object): object => ({
    filter_chain_match: { server_names: names },
    filters: [{ typed_config: { "@type": tcp, ...config } }],
  });
  const listener = {
    address: { socket_address: { address: "0.0.0.0", port_value: 8443 } },
    filter_chains: [
      chain(["queue.example"], { weighted_clusters: { clusters: [{ name: "a", weight: 20 }, { name: "b" }] } }),
      chain(["*.example"], { cluster: "all" }),
      chain(["other.test"], { cluster: "theirs" }),
    ],
  };
  const page = JSON.stringify({ configs: [{ active_state: { listener } }] });
  const ofConnections = services.map((one) => ({
    ...one,
    routes: one.routes.map((each) => ({ ...each, protocol: "tls" as const, hosts: ["queue.example"] })),
  }));
  const empty = { warmingSecrets: "{}", routes: "{}", clusters: "{}" };
  expect(readProxyConfig({ listeners: page, ...empty }, ofConnections).chains).toEqual([
    { port: 8443, serverNames: ["queue.example"], shares: { a: 20, b: 0 } },
    { port: 8443, serverNames: ["*.example"], cluster: "all" },
  ]);
  expect(readProxyConfig({ listeners: page, ...empty }, services).chains).toEqual([]);
});
