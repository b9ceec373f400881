import { expect, it } from "vitest";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import { clusterPaths, wayPaths } from "./caller-pages.ts";
import { readCallers } from "./read-callers.ts";
import { runningStatus, signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const host = "helloworld.sample.svc.cluster.local";
const apiVersion = "networking.istio.io/v1";
const hcm = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

const ports = [{ port: 5000 }, { port: 6000 }, { port: 7000 }, { port: 53, protocol: "UDP" }];
const service = wireObject(
  "Service",
  { namespace: "sample", name: "helloworld" },
  { spec: { clusterIP: "10.43.0.9", clusterIPs: ["10.43.0.9"], ports } },
);

function caller(name: string, ready = true) {
  return wireObject(
    "Pod",
    { namespace: "sample", name, labels: { app: "web" } },
    { spec: { containers: [{ name: "istio-proxy" }] }, status: runningStatus(ready) },
  );
}

/** As Envoy 1.40 answers, with what is not read cut out: HTTP at 5000, TCP at 6000, nothing at 7000. */
const listeners = {
  configs: [
    {
      active_state: {
        listener: {
          name: "0.0.0.0_5000",
          filter_chains: [{ filters: [{ typed_config: { "@type": hcm, rds: { route_config_name: "5000" } } }] }],
          default_filter_chain: { filters: [{ typed_config: { cluster: "PassthroughCluster" } }] },
        },
      },
    },
    {
      active_state: {
        listener: {
          name: "10.43.0.9_6000",
          filter_chains: [
            {
              filters: [
                {
                  typed_config: {
                    weighted_clusters: {
                      clusters: [{ name: `outbound|6000|v1|${host}`, weight: 30 }, { name: "none" }],
                    },
                  },
                },
              ],
              metadata: {
                filter_metadata: {
                  istio: { config: "/apis/networking.istio.io/v1/namespaces/default/virtual-service/by-hand" },
                },
              },
            },
          ],
        },
      },
    },
    {
      active_state: {
        listener: {
          name: "virtualOutbound",
          filter_chains: [
            {
              filter_chain_match: { destination_port: 15001 },
              filters: [{ typed_config: { cluster: "BlackHoleCluster" } }],
            },
            { filters: [{ typed_config: { cluster: "PassthroughCluster" } }] },
          ],
        },
      },
    },
    { draining_state: { listener: { name: "10.43.0.9_7000" } } },
  ],
};

const routes = {
  configs: [
    {
      route_config: {
        name: "5000",
        virtual_hosts: [
          { domains: ["*"], routes: [{ match: { prefix: "/" }, direct_response: { status: 502 } }] },
          {
            domains: [host],
            routes: [
              {
                match: { prefix: "/" },
                route: { cluster: `outbound|5000||${host}` },
                typed_per_filter_config: {
                  "envoy.filters.http.fault": { abort: { http_status: 503, percentage: { numerator: 50 } } },
                },
              },
            ],
          },
        ],
      },
    },
    { route_config: { name: "7000" } },
  ],
};

const clusters = {
  configs: [
    {
      cluster: {
        name: `outbound|5000||${host}`,
        type: "EDS",
        transport_socket_matches: [{ name: "tlsMode-istio" }],
        metadata: {
          filter_metadata: {
            istio: {
              config: "/apis/networking.istio.io/v1/namespaces/cart/destination-rule/mine",
              services: [{ name: host, host, namespace: "cart" }],
            },
          },
        },
      },
    },
    {
      cluster: {
        name: `outbound|6000|v1|${host}`,
        type: "EDS",
        transport_socket: {
          typed_config: { common_tls_context: { tls_certificate_sds_secret_configs: [{ name: "default" }] } },
        },
        metadata: { filter_metadata: { istio: { services: [{ name: "helloworld", host, namespace: "sample" }] } } },
      },
    },
    { cluster: { name: "none", transport_socket: { typed_config: { common_tls_context: {} } } } },
    { cluster: { name: "PassthroughCluster", type: "ORIGINAL_DST" } },
    { cluster: { name: "outbound|80||other.shop.svc.cluster.local" } },
  ],
};

const endpoints = {
  cluster_statuses: [
    {
      name: `outbound|5000||${host}`,
      host_statuses: [
        { address: { socket_address: { address: "172.30.2.1", port_value: 15443 } }, priority: 1 },
        { address: { socket_address: { address: "10.42.0.7", port_value: 5000 } } },
      ],
    },
  ],
};

const target = { service: "sample/helloworld", host, addresses: ["10.43.0.9"] };
const asked = wayPaths(
  [
    { ...target, port: 7000 },
    { ...target, port: 5000 },
    { ...target, port: 6000 },
  ],
  { filtered: false },
);
const called = clusterPaths(["PassthroughCluster", "none", `outbound|5000||${host}`, `outbound|6000|v1|${host}`]);
const pages = {
  [asked.listeners]: listeners,
  [asked.routes]: routes,
  [called.clusters]: clusters,
  [called.endpoints]: endpoints,
};

it("reads what takes a request to each port of a service, and where the way ends", async () => {
  const { client } = await wireCluster([service, caller("web-1"), caller("a-pod", false)], { pages });
  const all = { path: { kind: "prefix", value: "" }, headers: [], conditional: false };
  expect(await readCallers(client, twoClusters.services, { apiVersion }, signal)).toEqual([
    {
      namespace: "sample",
      name: "web-1",
      labels: { app: "web" },
      namespaces: ["sample"],
      ways: [
        {
          service: "sample/helloworld",
          port: 5000,
          kind: "http",
          routes: [
            {
              ...all,
              path: { kind: "prefix", value: "/" },
              clusters: { [`outbound|5000||${host}`]: 100 },
              fault: { abort: { status: 503, percent: 50 } },
              source: "",
            },
          ],
        },
        {
          service: "sample/helloworld",
          port: 6000,
          kind: "tcp",
          routes: [{ ...all, clusters: { [`outbound|6000|v1|${host}`]: 30, none: 0 }, source: "default/by-hand" }],
        },
        {
          service: "sample/helloworld",
          port: 7000,
          kind: "past",
          routes: [{ ...all, clusters: { PassthroughCluster: 100 }, source: "" }],
        },
      ],
      clusters: [
        { name: "PassthroughCluster", tls: "none", direct: true, endpoints: [] },
        { name: "none", tls: "other", endpoints: [] },
        {
          name: `outbound|5000||${host}`,
          tls: "auto",
          rule: "cart/mine",
          entryOf: "cart",
          endpoints: [
            { address: "10.42.0.7:5000", idle: "", priority: 0 },
            { address: "172.30.2.1:15443", idle: "", priority: 1 },
          ],
        },
        { name: `outbound|6000|v1|${host}`, tls: "istio", endpoints: [] },
      ],
    },
  ]);
});

it("keeps why a sidecar does not say what it holds", async () => {
  const { client } = await wireCluster([service, caller("web-1")]);
  expect(await readCallers(client, twoClusters.services, { apiVersion }, signal)).toEqual([
    {
      namespace: "sample",
      name: "web-1",
      labels: { app: "web" },
      namespaces: ["sample"],
      problem: "the proxy of sample/web-1 answered 404 to /config_dump",
      ways: [],
      clusters: [],
    },
  ]);
});

it("asks nobody where the services are not there, or no pod has a sidecar", async () => {
  const bare = wireObject("Pod", { namespace: "sample", name: "bare" }, { spec: {}, status: runningStatus() });
  for (const objects of [[caller("web-1")], [service, bare]]) {
    const { client } = await wireCluster(objects);
    expect(await readCallers(client, twoClusters.services, { apiVersion }, signal)).toEqual([]);
  }
});
