import type { Fault } from "../fault.ts";
import { cause, drop, kubectl, on, put, restart } from "../fault.ts";

const istio = "istio-system";

async function coreFile(cluster: "west" | "east"): Promise<string> {
  return kubectl(cluster, ["-n", "kube-system", "get", "configmap", "coredns", "-o", "jsonpath={.data.Corefile}"]);
}

async function putCoreFile(cluster: "west" | "east", text: string): Promise<void> {
  const data = JSON.stringify({ data: { Corefile: text } });
  await kubectl(cluster, ["-n", "kube-system", "patch", "configmap", "coredns", "--type=merge", "-p", data]);
  await restart(cluster, "kube-system", "coredns");
}

const nobody = "    template ANY ANY web.shop.svc.cluster.local {\n        rcode NXDOMAIN\n    }\n";

/** Names and addresses that lead elsewhere. */
export const addressFaults: readonly Fault[] = [
  {
    what: "somebody's EndpointSlice gives the shop an address where nobody is, in west",
    inject: async () =>
      put("west", {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: { name: "web-by-hand", namespace: "shop", labels: { "kubernetes.io/service-name": "web" } },
        addressType: "IPv4",
        endpoints: [{ addresses: ["192.0.2.7"], conditions: { ready: true } }],
        ports: [
          { name: "http", port: 5000, protocol: "TCP" },
          { name: "http-admin", port: 5001, protocol: "TCP" },
        ],
      }),
    causes: [cause("west", "ISM537")],
    says: "EndpointSlice shop/web-by-hand",
    undo: async () => drop("west", "shop", "endpointslice/web-by-hand"),
  },
  {
    what: "a Service of somebody's in west has the address and port of east's gateway for its own",
    inject: async () => {
      const address = await kubectl("east", [
        "-n",
        istio,
        "get",
        "service",
        "istio-eastwestgateway",
        "-o",
        "jsonpath={.status.loadBalancer.ingress[0].ip}",
      ]);
      await put("west", {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "by-hand", namespace: "default" },
        spec: { externalIPs: [address], ports: [{ port: 15443 }], selector: { app: "nobody" } },
      });
    },
    causes: [cause("west", "ISM752")],
    says: "Service default/by-hand of west (written by",
    undo: async () => drop("west", "default", "service/by-hand"),
  },
  {
    what: "CoreDNS of west says that the shop's name does not exist",
    inject: async () => putCoreFile("west", (await coreFile("west")).replace(/^( +kubernetes )/m, `${nobody}$1`)),
    causes: [cause("west", "ISM598")],
    says: "web.shop.svc.cluster.local",
    undo: async () => putCoreFile("west", (await coreFile("west")).replace(nobody, "")),
  },
  {
    what: "the Service of the ingress gateway announces itself as a gateway of its network in west",
    inject: async () => on("west", istio, "label service istio-ingressgateway topology.istio.io/network=west-net"),
    causes: [cause("west", "ISM556")],
    undo: async () => on("west", istio, "label service istio-ingressgateway topology.istio.io/network-"),
  },
  {
    what: "a label of the east-west Service of east names another port for other networks",
    inject: async () => on("east", istio, "label service istio-eastwestgateway networking.istio.io/gatewayPort=15444"),
    causes: [cause("east", "ISM556")],
    folds: ["ISM438"],
    says: "15444",
    undo: async () => on("east", istio, "label service istio-eastwestgateway networking.istio.io/gatewayPort-"),
  },
  {
    what: "a TCP ServiceEntry names the address of the shop's Service in west for its own",
    inject: async () => {
      const address = await kubectl("west", [
        "-n",
        "shop",
        "get",
        "service",
        "web",
        "-o",
        "jsonpath={.spec.clusterIP}",
      ]);
      await put("west", {
        apiVersion: "networking.istio.io/v1",
        kind: "ServiceEntry",
        metadata: { name: "legacy", namespace: "shop" },
        spec: {
          hosts: ["db.legacy.example"],
          addresses: [address],
          ports: [{ number: 80, name: "tcp", protocol: "TCP" }],
          resolution: "STATIC",
          endpoints: [{ address: "192.0.2.10" }],
        },
      });
    },
    causes: [cause("west", "ISM564")],
    says: "go to db.legacy.example:80 instead",
    undo: async () => drop("west", "shop", "serviceentry.networking.istio.io/legacy"),
  },
  {
    what: "the Service without a route is an alias of another name in west",
    inject: async () => {
      await drop("west", "back", "service/data");
      await put("west", {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "data", namespace: "back" },
        spec: { type: "ExternalName", externalName: "data.example.com", ports: [{ name: "http", port: 7000 }] },
      });
    },
    causes: [cause("west", "ISM556")],
    says: "an alias of data.example.com",
    folds: ["ISM454"],
    undo: async () => drop("west", "back", "service/data"),
  },
];
