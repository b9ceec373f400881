import type { SystemFacts } from "../checks/facts.ts";
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
  return [
    pod(istioNamespace, `istiod-${cluster}`, { app: "istiod" }, "10.42.0.2", [15012, 15017]),
    {
      ...pod(
        istioNamespace,
        `${ingressGateway}-${cluster}`,
        { app: ingressGateway, istio: "ingressgateway" },
        "10.42.0.3",
        [8080, 8443],
      ),
      proxy: true,
    },
    {
      ...pod(
        istioNamespace,
        `${eastWestGateway}-${cluster}`,
        { app: eastWestGateway, istio: "eastwestgateway" },
        "10.42.0.4",
        [15443],
      ),
      proxy: true,
    },
    {
      ...pod("sample", `helloworld-${version}`, { app: "helloworld", version }, applications[cluster], [5000]),
      proxy: true,
      init: true,
    },
  ];
}

/** The pod of a second service, `shop/orders`, that runs in both. */
export function healthyOrdersPod(cluster: Cluster): PodFacts {
  const address = { west: "10.42.0.17", east: "10.42.0.19" }[cluster];
  return { ...pod("shop", `orders-${cluster}`, { app: "orders", version: "v1" }, address, [8080]), ready: true };
}

/** kube-system of one cluster of the healthy facts. */
export function healthySystem(cluster: Cluster): SystemFacts {
  return {
    uid: `uid-of-${cluster}`,
    labels: {},
    cni: false,
    dns: {
      name: "kube-dns",
      ready: 1,
      targetPort: 53,
      pods: [pod("kube-system", `coredns-${cluster}`, { "k8s-app": "kube-dns" }, "10.42.0.1", [53])],
    },
  };
}

/** What istiod of that cluster says of their proxies. */
export function healthyProxies(cluster: Cluster): readonly ProxySyncFacts[] {
  return healthyPods(cluster)
    .filter((one) => one.proxy)
    .map(({ namespace, name }) => ({ namespace, name, refused: [], behind: [] }));
}

function pod(
  namespace: string,
  name: string,
  labels: Readonly<Record<string, string>>,
  address: string,
  ports: readonly number[],
): PodFacts {
  return {
    namespace,
    name,
    labels,
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
