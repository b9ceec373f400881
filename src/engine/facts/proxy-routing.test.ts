import { expect, it } from "vitest";
import { listSidecars, readIngressPorts, readProxyRouting } from "./proxy-routing.ts";
import { askedPorts, runningStatus, signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const gateway = { namespace: "istio-system", name: "gateway-1" };
const pod = wireObject("Pod", gateway, { status: runningStatus() });

it("reads listeners, routes and endpoints of a proxy", async () => {
  const routes = { configs: [{ route_config: { name: "http.8080", virtual_hosts: [] } }] };
  const connection = await wireCluster([pod], {
    pages: {
      "/config_dump?resource=dynamic_listeners": {
        configs: [
          {
            active_state: {
              listener: {
                address: { socket_address: { port_value: 8080 } },
                filter_chains: [{ filters: [{ typed_config: { rds: { route_config_name: "http.8080" } } }] }],
              },
            },
          },
        ],
      },
      "/config_dump?resource=dynamic_route_configs": routes,
      "/clusters?format=json": {
        cluster_statuses: [
          {
            name: "outbound|80|v1|web.shop.svc.cluster.local",
            host_statuses: [{ address: { socket_address: { address: "172.30.2.2", port_value: 15443 } }, weight: 3 }],
          },
        ],
      },
    },
  });
  const { endpoints, ...held } = await readProxyRouting(connection.client, gateway, { services: [] }, signal);
  expect(held).toEqual({ chains: [{ port: 8080, serverNames: [], routeTable: "http.8080" }], routes });
  expect([...endpoints]).toMatchObject([
    ["outbound|80|v1|web.shop.svc.cluster.local", [{ address: "172.30.2.2:15443", weight: 3, idle: "" }]],
  ]);
  expect(askedPorts(connection)).toEqual([15000]);
});

it("says that a sidecar passes connections to a port on as TCP, and to which cluster", async () => {
  const [listeners, routes, clusters] = [
    {
      configs: [
        {
          active_state: {
            listener: { name: "10.43.0.9_5432", filter_chains: [{ filters: [{ typed_config: { cluster: "db" } }] }] },
          },
        },
      ],
    },
    {},
    {},
  ];
  const { client } = await wireCluster([pod], {
    pages: {
      "/config_dump?resource=dynamic_listeners": listeners,
      "/config_dump?resource=dynamic_route_configs": routes,
      "/clusters?format=json": clusters,
    },
  });
  const target = { service: "data/db", host: "db.data.svc.cluster.local", addresses: ["10.43.0.9"], port: 5432 };
  expect(await readProxyRouting(client, gateway, { services: [], target }, signal)).toMatchObject({
    way: { service: "data/db", port: 5432, kind: "tcp", routes: [{ clusters: { db: 100 } }] },
  });
});

it("rejects where the proxy does not answer", async () => {
  const { client } = await wireCluster([pod]);
  await expect(readProxyRouting(client, gateway, { services: [] }, signal)).rejects.toThrow("answered 404");
});

it("lists ready pods with a sidecar, native ones too, by name", async () => {
  const sidecar = { containers: [{ name: "app" }, { name: "istio-proxy" }] };
  const native = { containers: [{ name: "app" }], initContainers: [{ name: "istio-proxy", restartPolicy: "Always" }] };
  const at = (name: string, spec: object, status = runningStatus(), metadata: object = {}) =>
    wireObject("Pod", { namespace: "shop", name, ...metadata }, { spec, status });
  const { client } = await wireCluster([
    at("web-2", native),
    at("web-1", sidecar),
    at("bare", { containers: [{ name: "app" }] }),
    at("unready", sidecar, runningStatus(false)),
    at("deleted", sidecar, runningStatus(), { deletionTimestamp: "2026-11-01T00:00:00Z" }),
  ]);
  expect(await listSidecars(client, "shop", signal)).toEqual([
    { namespace: "shop", name: "web-1" },
    { namespace: "shop", name: "web-2" },
  ]);
});

it("reads where the ingress gateway's Service leads, without ports that it names", async () => {
  const ports = [{ port: 80, targetPort: 8080 }, { port: 443, targetPort: "https" }, { port: 15021 }];
  const service = wireObject(
    "Service",
    { namespace: "istio-system", name: "istio-ingressgateway" },
    { spec: { ports } },
  );
  const { client } = await wireCluster([service]);
  expect([...((await readIngressPorts(client, signal)) ?? [])]).toEqual([
    [80, 8080],
    [15021, 15021],
  ]);
  const empty = await wireCluster([]);
  expect(await readIngressPorts(empty.client, signal)).toBeUndefined();
});
