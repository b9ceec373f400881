import type { GatewayFacts, IstiodPod } from "../../checks/control-plane-facts.ts";
import type { MeshFacts, ReachedCluster, RoutingFacts, ServiceFacts } from "../../checks/facts.ts";
import type { Service } from "../../model/mesh.ts";
import { fillFailover } from "../../mesh-file/failover-defaults.ts";
import { eastWestGateway } from "../../render/names.ts";
import { healthyCaller } from "../healthy-caller.ts";
import { healthyConfig } from "../healthy-config.ts";
import { healthyFacts } from "../healthy-facts.ts";
import { healthyOrdersPod } from "../healthy-pods.ts";
import type { Name } from "./fault.ts";

/** The healthy mesh of two clusters with a second service in a namespace of its own, that runs in both. */
export function healthyShop(): MeshFacts {
  const facts = healthyFacts();
  const [helloworld] = facts.mesh.services;
  if (helloworld === undefined) {
    throw new Error("the mesh of the tests has a service");
  }
  const orders = {
    ...helloworld,
    name: "orders",
    namespace: "shop",
    port: 8080,
    routes: [],
    versions: [{ name: "v1", clusters: ["west", "east"], labels: { version: "v1" } }],
    failover: fillFailover({}),
  };
  return {
    ...facts,
    mesh: { ...facts.mesh, services: [helloworld, orders] },
    clusters: facts.clusters.map((one) => (one.kind === "reached" ? withOrders(withoutDrift(one), orders) : one)),
  };
}

/** Nobody has compared: what is missing in these facts was not put into a plan as well. */
function withoutDrift({ drift: _, ...one }: ReachedCluster): ReachedCluster {
  return one;
}

const ordersHost = "orders.shop.svc.cluster.local";
const endpoints = { west: ["10.42.0.17:8080"], east: ["10.42.0.19:8080"] };
/** The other cluster's east-west gateway. */
const remotes = { west: ["172.30.2.2:15443"], east: ["172.30.1.2:15443"] };

function withOrders(one: ReachedCluster, orders: Service): ReachedCluster {
  const name = one.cluster as Name;
  return {
    ...one,
    gateways: one.gateways.map((gateway) => withChains(gateway, orders, name)),
    callers: one.callers.map((caller) => withWay(caller, name)),
    namespaces: [...one.namespaces, { name: "shop", labels: {}, injected: true, roots: ["AA:BB"] }],
    pods: [...one.pods, healthyOrdersPod(name)],
    services: [...one.services, { ...(one.services[0] as ServiceFacts), ...ordersService(endpoints[name]) }],
    routing: { ...one.routing, destinationRules: [...one.routing.destinationRules, destinationRule] },
    istiod: { ...one.istiod, pods: one.istiod.pods.map(withShards) },
  };
}

function withChains(gateway: GatewayFacts, orders: Service, name: Name): GatewayFacts {
  const { chains, clusters } = healthyConfig(gateway.name, orders, {
    own: { v1: endpoints[name] },
    remote: { v1: remotes[name] },
  });
  const more = gateway.name === eastWestGateway ? chains : [];
  return {
    ...gateway,
    pods: gateway.pods.map((pod) => ({
      ...pod,
      config: {
        ...pod.config,
        chains: [...pod.config.chains, ...more],
        clusters: [...pod.config.clusters, ...clusters],
      },
    })),
  };
}

/** A second service that the same sidecar calls, whose namespace it speaks for too. */
function withWay(caller: ReachedCluster["callers"][number], name: Name): ReachedCluster["callers"][number] {
  const { ways, clusters } = healthyCaller(name, [
    { service: "shop/orders", port: 8080, endpoints: [...endpoints[name], ...remotes[name]] },
  ]);
  return {
    ...caller,
    namespaces: [...caller.namespaces, "shop"],
    ways: [...caller.ways, ...ways],
    clusters: [...caller.clusters, ...clusters],
  };
}

function ordersService(own: readonly string[]): Partial<ServiceFacts> {
  return {
    service: "shop/orders",
    ports: [8080],
    selector: { app: "orders" },
    servicePorts: [{ port: 8080, name: "http", protocol: "TCP", targetPort: 8080 }],
    podsOf: { v1: own },
    endpoints: own,
  };
}

const destinationRule: RoutingFacts["destinationRules"][number] = {
  namespace: "shop",
  name: "orders",
  host: ordersHost,
  created: "2026-11-01T03:00:00Z",
  own: true,
  subsets: [{ name: "v1", labels: { version: "v1" } }],
};

function withShards(pod: IstiodPod): IstiodPod {
  const more = Object.entries(endpoints).map(([cluster, held]) => ({ service: ordersHost, cluster, endpoints: held }));
  return { ...pod, shards: [...pod.shards, ...more] };
}
