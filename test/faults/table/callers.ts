import type { Fault } from "../fault.ts";
import { cause, drop, put } from "../fault.ts";

const data = "data.back.svc.cluster.local";
const web = "web.shop.svc.cluster.local";

const routes = "virtualservices.networking.istio.io";

/** A VirtualService of somebody else's, in a namespace that is not the service's. */
function route(name: string, spec: object): Readonly<Record<string, unknown>> {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name, namespace: "default" },
    spec,
  };
}

/** What somebody puts between callers inside the mesh and a service; gateways go on as if nothing were there. */
export const callerFaults: readonly Fault[] = [
  {
    what: "somebody's VirtualService answers calls to data with 503 in west",
    inject: async () =>
      put(
        "west",
        route("by-hand", {
          hosts: [data],
          http: [
            {
              fault: { abort: { httpStatus: 503, percentage: { value: 100 } } },
              route: [{ destination: { host: data } }],
            },
          ],
        }),
      ),
    causes: [cause("west", "ISM564")],
    says: "VirtualService default/by-hand (written by",
    undo: async () => drop("west", "default", `${routes}/by-hand`),
  },
  {
    what: "somebody's VirtualService sends calls to the shop to a version that is not there in east",
    inject: async () =>
      put("east", route("v3", { hosts: [web], http: [{ route: [{ destination: { host: web, subset: "v3" } }] }] })),
    causes: [cause("east", "ISM565")],
    says: "there is no port 80, version v3",
    undo: async () => drop("east", "default", `${routes}/v3`),
  },
  {
    what: "somebody's VirtualService for all names of the cluster redirects calls inside in west",
    inject: async () =>
      put("west", route("wide", { hosts: ["*.svc.cluster.local"], http: [{ redirect: { uri: "/gone" } }] })),
    causes: [cause("west", "ISM564")],
    says: "redirect 301 to /gone",
    undo: async () => drop("west", "default", `${routes}/wide`),
  },
  {
    what: "a DestinationRule of namespace shop has its pods call data by TLS of another kind in west",
    inject: async () =>
      put("west", {
        apiVersion: "networking.istio.io/v1",
        kind: "DestinationRule",
        metadata: { name: "mine", namespace: "shop" },
        spec: { host: data, trafficPolicy: { tls: { mode: "SIMPLE" } } },
      }),
    causes: [cause("west", "ISM565")],
    says: "requests from pods in shop to back/data",
    undo: async () => drop("west", "shop", "destinationrules.networking.istio.io/mine"),
  },
  {
    what: "a ServiceEntry of namespace sample stands for the shop with an address where nobody is, in east",
    inject: async () =>
      put("east", {
        apiVersion: "networking.istio.io/v1",
        kind: "ServiceEntry",
        metadata: { name: "dead", namespace: "sample" },
        spec: {
          hosts: [web],
          ports: [{ number: 80, name: "http", protocol: "HTTP" }],
          location: "MESH_INTERNAL",
          resolution: "STATIC",
          endpoints: [{ address: "192.0.2.7", ports: { http: 5000 } }],
        },
      }),
    causes: [cause("east", "ISM565")],
    says: "go to 192.0.2.7:5000, which is no pod of the mesh's clusters",
    undo: async () => drop("east", "sample", "serviceentries.networking.istio.io/dead"),
  },
  {
    what: "a Sidecar of istio-system leaves the services of shop out in west",
    inject: async () =>
      put("west", {
        apiVersion: "networking.istio.io/v1",
        kind: "Sidecar",
        metadata: { name: "narrow", namespace: "istio-system" },
        spec: {
          outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
          egress: [{ hosts: ["istio-system/*", "back/*", "sample/*"] }],
        },
      }),
    causes: [cause("west", "ISM564")],
    says: "Sidecar istio-system/narrow",
    undo: async () => drop("west", "istio-system", "sidecars.networking.istio.io/narrow"),
  },
];
