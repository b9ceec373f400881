import type { SystemFacts } from "../checks/system-facts.ts";
import type { PodFacts, ProxySyncFacts, ServicePort } from "../checks/pod-facts.ts";
import { eastWestGateway, ingressGateway, istioNamespace } from "../render/names.ts";

type Cluster = "west" | "east";

const versions = { west: "v1", east: "v2" };
const applications = { west: "10.42.0.7", east: "10.42.0.9" };

/** The port of the mesh's service, as its Service has it. */
export const helloworldPort: ServicePort = { port: 5000, name: "http", protocol: "TCP", targetPort: 5000 };

/** Every pod of one cluster of the healthy facts. */
export function healthyPods(cluster: Cluster): readonly PodFacts[] {
  const version = versions[cluster];
  const gateway = (name: string, istio: string): Identity => ({
    namespace: istioNamespace,
    name: `${name}-${cluster}`,
    labels: { app: name, istio },
  });
  const helloworld = {
    namespace: "sample",
    name: `helloworld-${version}`,
    labels: { app: "helloworld", version },
  };
  return [
    pod(
      { namespace: istioNamespace, name: `istiod-${cluster}`, labels: { app: "istiod" } },
      "10.42.0.2",
      [15012, 15017],
    ),
    { ...pod(gateway(ingressGateway, "ingressgateway"), "10.42.0.3", [8080, 8443]), proxy: true },
    { ...pod(gateway(eastWestGateway, "eastwestgateway"), "10.42.0.4", [15443]), proxy: true },
    { ...pod(helloworld, applications[cluster], [5000]), proxy: true, init: true },
  ];
}

/** The pod of a second service, `shop/orders`, that runs in both. */
export function healthyOrdersPod(cluster: Cluster): PodFacts {
  const address = { west: "10.42.0.17", east: "10.42.0.19" }[cluster];
  return pod(
    { namespace: "shop", name: `orders-${cluster}`, labels: { app: "orders", version: "v1" } },
    address,
    [8080],
  );
}

/** kube-system of one cluster of the healthy facts. */
export function healthySystem(cluster: Cluster): SystemFacts {
  const dns = { namespace: "kube-system", name: `coredns-${cluster}`, labels: { "k8s-app": "kube-dns" } };
  return {
    uid: `uid-of-${cluster}`,
    labels: {},
    cni: [],
    kubeProxies: [{ node: `${cluster}-1`, state: "follows" }],
    dns: {
      name: "kube-dns",
      ready: 1,
      targetPort: 53,
      pods: [pod(dns, "10.42.0.1", [53])],
    },
  };
}

/** What istiod of that cluster says of their proxies. */
export function healthyProxies(cluster: Cluster): readonly ProxySyncFacts[] {
  return healthyPods(cluster)
    .filter((one) => one.proxy)
    .map(({ namespace, name }) => ({ namespace, name, refused: [], behind: [] }));
}

type Identity = Pick<PodFacts, "namespace" | "name" | "labels">;

function pod(identity: Identity, address: string, ports: readonly number[]): PodFacts {
  return {
    ...identity,
    addresses: [address],
    ready: true,
    started: "2026-11-01T02:00:00Z",
    proxy: false,
    init: false,
    hostNetwork: false,
    serviceAccount: "default",
    ports: ports.map((port) => ({ port, protocol: "TCP" })),
  };
}
