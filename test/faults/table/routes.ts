import type { ClusterName, Fault } from "../fault.ts";
import { cause, drop, kubectl, patch, put } from "../fault.ts";

const virtualService = "virtualservices.networking.istio.io";
const destinationRule = "destinationrules.networking.istio.io";

/** Writes past the webhook that would refuse it, as a mesh without that webhook lets everybody do. */
async function putUnvalidated(cluster: ClusterName, object: Readonly<Record<string, unknown>>): Promise<void> {
  await drop(
    cluster,
    "istio-system",
    "validatingwebhookconfiguration/istiod-default-validator",
    "validatingwebhookconfiguration/istio-validator-istio-system",
  );
  await put(cluster, object);
}

/** The rules of the shop's VirtualService, whichever routes it holds. */
async function shopRoute(cluster: ClusterName): Promise<string> {
  const names = await kubectl(cluster, ["-n", "shop", "get", virtualService, "-o", "name"]);
  const [first] = names.trim().split("\n");
  if (first === undefined) {
    throw new Error("the shop has a VirtualService");
  }
  return first;
}

function foreignRoute(name: string, uri: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name, namespace: "shop" },
    spec: {
      gateways: ["shop-gateway"],
      hosts: ["shop.mesh.example"],
      http: [
        { match: [{ uri }], route: [{ destination: { host: "web.shop.svc.cluster.local", port: { number: 80 } } }] },
      ],
    },
  };
}

function plainText(namespace: string, host: string): Readonly<Record<string, unknown>> {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: { name: "plain", namespace },
    spec: { host, trafficPolicy: { tls: { mode: "DISABLE" } } },
  };
}

export const routeFaults: readonly Fault[] = [
  {
    what: "west's DestinationRule has lost a version",
    inject: async () =>
      patch("west", "sample", `${destinationRule}/helloworld`, [{ op: "remove", path: "/spec/subsets/0" }]),
    causes: [cause("west", "ISM444", "ISM454")],
  },
  {
    what: "the DestinationRule of the shop is deleted in east",
    inject: async () => drop("east", "shop", `${destinationRule}/web`),
    causes: [cause("east", "ISM444", "ISM455")],
  },
  {
    what: "a version's labels are edited in east's DestinationRule",
    inject: async () =>
      patch("east", "sample", `${destinationRule}/helloworld`, [
        { op: "replace", path: "/spec/subsets/1/labels", value: { version: "v3" } },
      ]),
    causes: [cause("east", "ISM444", "ISM454")],
  },
  {
    what: "weights are edited in east",
    inject: async () =>
      patch(
        "east",
        "sample",
        `${virtualService}/helloworld`,
        [0, 1].map((index) => ({ op: "replace", path: `/spec/http/0/route/${index}/weight`, value: 50 })),
      ),
    causes: [cause("east", "ISM445", "ISM454")],
    says: "ubectl-patch has changed it at ",
  },
  {
    what: "the match of a route is edited in west",
    inject: async () =>
      patch("west", "sample", `${virtualService}/helloworld`, [
        { op: "replace", path: "/spec/http/0/match/0/uri", value: { exact: "/other" } },
      ]),
    causes: [cause("west", "ISM454")],
    says: "ubectl-patch has changed it at ",
    folds: ["ISM475"],
  },
  {
    what: "the hosts of a route are edited in east",
    inject: async () =>
      patch("east", "sample", `${virtualService}/helloworld`, [
        { op: "replace", path: "/spec/hosts", value: ["other.mesh.example"] },
      ]),
    causes: [cause("east", "ISM454")],
  },
  {
    what: "a route's destination leads to another port in west",
    inject: async () =>
      patch("west", "shop", await shopRoute("west"), [
        { op: "replace", path: "/spec/http/0/route/0/destination/port/number", value: 9090 },
      ]),
    causes: [cause("west", "ISM454")],
  },
  {
    what: "the VirtualService of helloworld is deleted in west",
    inject: async () => drop("west", "sample", `${virtualService}/helloworld`),
    causes: [cause("west", "ISM455", "ISM445")],
  },
  {
    what: "a fault is injected into a route by hand in east",
    inject: async () =>
      patch("east", "sample", `${virtualService}/helloworld`, [
        { op: "add", path: "/spec/http/0/fault", value: { abort: { httpStatus: 503, percentage: { value: 100 } } } },
      ]),
    causes: [cause("east", "ISM454")],
  },
  {
    what: "somebody's DestinationRule switches TLS off for helloworld in west",
    inject: async () => put("west", plainText("sample", "helloworld.sample.svc.cluster.local")),
    causes: [cause("west", "ISM471")],
    folds: ["ISM477"],
    undo: async () => drop("west", "sample", `${destinationRule}/plain`),
  },
  {
    what: "somebody's DestinationRule for *.back.svc.cluster.local switches TLS off in west",
    inject: async () => put("west", plainText("back", "*.back.svc.cluster.local")),
    causes: [cause("west", "ISM471")],
    says: "DestinationRule back/plain of west says DISABLE",
    undo: async () => drop("west", "back", `${destinationRule}/plain`),
  },
  {
    what: "somebody's DestinationRule of istio-system for *.local switches TLS off in east",
    inject: async () => put("east", plainText("istio-system", "*.local")),
    causes: [cause("east", "ISM471")],
    says: "DestinationRule istio-system/plain of east says DISABLE",
    undo: async () => drop("east", "istio-system", `${destinationRule}/plain`),
  },
  {
    what: "somebody's DestinationRule sends calls to data to a region in which nobody is, in west",
    inject: async () =>
      put("west", {
        apiVersion: "networking.istio.io/v1",
        kind: "DestinationRule",
        metadata: { name: "plain", namespace: "back" },
        spec: {
          host: "data.back.svc.cluster.local",
          trafficPolicy: {
            outlierDetection: { consecutive5xxErrors: 5 },
            loadBalancer: {
              localityLbSetting: { enabled: true, distribute: [{ from: "west/*", to: { "south/*": 100 } }] },
            },
          },
        },
      }),
    causes: [cause("west", "ISM478")],
    says: "south/* alone",
    folds: ["ISM565"],
    undo: async () => drop("west", "back", `${destinationRule}/plain`),
  },
  {
    what: "nobody validates routes in west any more, and the ingress proxy refuses one",
    inject: async () => putUnvalidated("west", foreignRoute("refused", { regex: "(" })),
    causes: [cause("west", "ISM455"), cause("west", "ISM455"), cause("west", "ISM466")],
    undo: async () => drop("west", "shop", `${virtualService}/refused`),
  },
];
