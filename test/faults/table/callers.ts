import type { ClusterName, Fault } from "../fault.ts";
import { cause, drop, on, put } from "../fault.ts";

const data = "data.back.svc.cluster.local";
const web = "web.shop.svc.cluster.local";

const routes = "virtualservices.networking.istio.io";

/** A Deployment that does nothing, with these parts of its pods' template. */
async function runClient(
  cluster: ClusterName,
  { metadata = {}, spec = {} }: { readonly metadata?: object; readonly spec?: object },
): Promise<void> {
  const command = ["/opt/node/loader", "--library-path", "/opt/node", "/opt/node/node", "-e"];
  const idle = {
    name: "idle",
    image: "docker.io/istio/examples-helloworld:1.0",
    imagePullPolicy: "IfNotPresent",
    command: [...command, "setInterval(() => {}, 60000)"],
  };
  const labels = { app: "client" };
  await put(cluster, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "client", namespace: "sample" },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, ...metadata },
        spec: { terminationGracePeriodSeconds: 1, containers: [idle], ...spec },
      },
    },
  });
  await on(cluster, "sample", "rollout status deployment/client --timeout=80s");
}

/** A VirtualService of somebody else's, in a namespace that is not the service's. */
function route(name: string, spec: object): Readonly<Record<string, unknown>> {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name, namespace: "default" },
    spec,
  };
}

const always = { default_value: { numerator: 100, denominator: "HUNDRED" } };

/** Envoy's rate limit within one proxy: one request in a minute. */
const limit = {
  name: "envoy.filters.http.local_ratelimit",
  typed_config: {
    "@type": "type.googleapis.com/udpa.type.v1.TypedStruct",
    type_url: "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
    value: {
      stat_prefix: "http",
      token_bucket: { max_tokens: 1, tokens_per_fill: 1, fill_interval: "60s" },
      filter_enabled: { runtime_key: "limit_enabled", ...always },
      filter_enforced: { runtime_key: "limit_enforced", ...always },
    },
  },
};

/** What somebody puts between callers and a service. */
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
  {
    what: "an EnvoyFilter lets one request in a minute through at the ingress of east",
    inject: async () =>
      put("east", {
        apiVersion: "networking.istio.io/v1alpha3",
        kind: "EnvoyFilter",
        metadata: { name: "slow", namespace: "istio-system" },
        spec: {
          workloadSelector: { labels: { istio: "ingressgateway" } },
          configPatches: [
            {
              applyTo: "HTTP_FILTER",
              match: {
                context: "GATEWAY",
                listener: { filterChain: { filter: { name: "envoy.filters.network.http_connection_manager" } } },
              },
              patch: { operation: "INSERT_BEFORE", value: limit },
            },
          ],
        },
      }),
    causes: [cause("east", "ISM566")],
    says: "let one request in 60 s through",
    undo: async () => drop("east", "istio-system", "envoyfilters.networking.istio.io/slow"),
  },
  {
    what: "a Deployment of somebody else's has the labels of v1 of the shop and does not listen, in west",
    inject: async () => {
      const labels = { app: "web", version: "v1" };
      const command = ["/opt/node/loader", "--library-path", "/opt/node", "/opt/node/node", "-e"];
      const container = {
        name: "idle",
        image: "docker.io/istio/examples-helloworld:1.0",
        imagePullPolicy: "IfNotPresent",
        command: [...command, "setInterval(() => {}, 60000)"],
        // So that the Service, whose target port has this name, takes the pod in.
        ports: [{ name: "web", containerPort: 5999 }],
      };
      await put("west", {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "stray", namespace: "shop" },
        spec: {
          selector: { matchLabels: { ...labels, stray: "true" } },
          template: {
            metadata: { labels: { ...labels, stray: "true" } },
            spec: { containers: [container], terminationGracePeriodSeconds: 1 },
          },
        },
      });
      await on("west", "shop", "rollout status deployment/stray --timeout=60s");
    },
    causes: [cause("west", "ISM590")],
    says: "Deployment shop/stray (written by",
    undo: async () => drop("west", "shop", "deployment/stray"),
  },
  {
    what: "pods of a client in namespace sample of west call data past their sidecar, which takes mTLS only",
    inject: async () => {
      await put("west", {
        apiVersion: "security.istio.io/v1",
        kind: "PeerAuthentication",
        metadata: { name: "strict", namespace: "back" },
        spec: { mtls: { mode: "STRICT" } },
      });
      await runClient("west", {
        metadata: { annotations: { "traffic.sidecar.istio.io/excludeOutboundPorts": "7000,5432" } },
      });
    },
    causes: [cause("west", "ISM599")],
    says: "back/data (port 7000), which takes no clear text (mTLS STRICT)",
    undo: async () => {
      await drop("west", "sample", "deployment/client");
      await drop("west", "back", "peerauthentications.security.istio.io/strict");
    },
  },
  {
    what: "a client in namespace sample of east runs as the user of its sidecar",
    inject: async () => runClient("east", { spec: { securityContext: { runAsUser: 1337 } } }),
    causes: [cause("east", "ISM599")],
    says: "runs as user 1337 (runAsUser), which is the sidecar's own",
    undo: async () => drop("east", "sample", "deployment/client"),
  },
  {
    what: "somebody's VirtualService gives calls to data one millisecond in east",
    inject: async () =>
      put("east", {
        apiVersion: "networking.istio.io/v1",
        kind: "VirtualService",
        metadata: { name: "hasty", namespace: "back" },
        spec: {
          hosts: ["data.back.svc.cluster.local"],
          http: [{ timeout: "0.001s", route: [{ destination: { host: "data.back.svc.cluster.local" } }] }],
        },
      }),
    causes: [cause("east", "ISM564")],
    says: "are given up after 1 ms",
    undo: async () => drop("east", "back", "virtualservices.networking.istio.io/hasty"),
  },
  {
    what: "a DestinationRule of namespace shop lets its pods send data one request at a time in west",
    inject: async () =>
      put("west", {
        apiVersion: "networking.istio.io/v1",
        kind: "DestinationRule",
        metadata: { name: "narrow", namespace: "shop" },
        spec: {
          host: "data.back.svc.cluster.local",
          trafficPolicy: {
            connectionPool: {
              tcp: { maxConnections: 1, connectTimeout: "0.002s" },
              http: { http1MaxPendingRequests: 1, http2MaxRequests: 1 },
            },
          },
        },
      }),
    causes: [cause("west", "ISM565")],
    says: "are limited (connectionPool: 1 connection, 1 waiting for one, 1 at the same time)",
    undo: async () => drop("west", "shop", "destinationrules.networking.istio.io/narrow"),
  },
];
