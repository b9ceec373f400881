import type { ClusterName, Fault } from "../fault.ts";
import { cause, drop, put } from "../fault.ts";

const filters = "envoyfilters.networking.istio.io";

const always = { default_value: { numerator: 100, denominator: "HUNDRED" } };

/** Puts an EnvoyFilter with one patch; without labels it is for all pods of its namespace. */
async function putFilter(
  cluster: ClusterName,
  at: { readonly namespace: string; readonly labels?: Readonly<Record<string, string>> },
  patch: Readonly<Record<string, unknown>>,
): Promise<void> {
  await put(cluster, {
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "EnvoyFilter",
    metadata: { name: "by-hand", namespace: at.namespace },
    spec: {
      ...(at.labels === undefined ? {} : { workloadSelector: { labels: at.labels } }),
      configPatches: [patch],
    },
  });
}

/** A filter before those of every HTTP connection manager of a context. */
function httpFilter(context: string, name: string, type: string, value: object): Readonly<Record<string, unknown>> {
  const filter = { name: "envoy.filters.network.http_connection_manager" };
  return {
    applyTo: "HTTP_FILTER",
    match: { context, listener: { filterChain: { filter } } },
    patch: {
      operation: "INSERT_BEFORE",
      value: { name, typed_config: { "@type": `type.googleapis.com/envoy.extensions.filters.http.${type}`, ...value } },
    },
  };
}

const ingress = { namespace: "istio-system", labels: { istio: "ingressgateway" } };

/** What somebody puts into proxies, beside what istiod makes of routes. */
export const filterFaults: readonly Fault[] = [
  {
    what: "a WasmPlugin at the ingress of east cannot be fetched",
    inject: async () =>
      put("east", {
        apiVersion: "extensions.istio.io/v1alpha1",
        kind: "WasmPlugin",
        metadata: { name: "guard", namespace: "istio-system" },
        spec: {
          selector: { matchLabels: ingress.labels },
          url: "http://guard.default.svc.cluster.local/guard.wasm",
          phase: "AUTHN",
        },
      }),
    causes: [cause("east", "ISM566")],
    says: "WasmPlugin istio-system/guard",
    undo: async () => drop("east", "istio-system", "wasmplugins.extensions.istio.io/guard"),
  },
  {
    what: "an EnvoyFilter lets the sidecars of the shop take one request in a minute in west",
    inject: async () =>
      putFilter(
        "west",
        { namespace: "shop" },
        httpFilter("SIDECAR_INBOUND", "envoy.filters.http.local_ratelimit", "local_ratelimit.v3.LocalRateLimit", {
          stat_prefix: "http",
          token_bucket: { max_tokens: 1, tokens_per_fill: 1, fill_interval: "60s" },
          filter_enabled: { runtime_key: "limit_enabled", ...always },
          filter_enforced: { runtime_key: "limit_enforced", ...always },
        }),
      ),
    causes: [cause("west", "ISM566")],
    says: "let one request in 60 s through",
    undo: async () => drop("west", "shop", `${filters}/by-hand`),
  },
  {
    what: "an EnvoyFilter has the sidecar of data answer everything with 503 in east",
    inject: async () =>
      putFilter(
        "east",
        { namespace: "back", labels: { app: "data" } },
        httpFilter("SIDECAR_INBOUND", "envoy.filters.http.fault", "fault.v3.HTTPFault", {
          abort: { http_status: 503, percentage: always.default_value },
        }),
      ),
    causes: [cause("east", "ISM566")],
    says: "503",
    undo: async () => drop("east", "back", `${filters}/by-hand`),
  },
  {
    what: "an EnvoyFilter has a script at the ingress of west answer everything with 500",
    inject: async () =>
      putFilter(
        "west",
        ingress,
        httpFilter("GATEWAY", "envoy.filters.http.lua", "lua.v3.Lua", {
          default_source_code: {
            inline_string: 'function envoy_on_request(h)\n  h:respond({[":status"] = "500"}, "no")\nend',
          },
        }),
      ),
    causes: [cause("west", "ISM566")],
    says: "a script (lua) answers each request itself",
    undo: async () => drop("west", "istio-system", `${filters}/by-hand`),
  },
  {
    what: "an EnvoyFilter has rules at the sidecar of data that deny everybody a connection in west",
    inject: async () =>
      putFilter(
        "west",
        { namespace: "back", labels: { app: "data" } },
        {
          applyTo: "NETWORK_FILTER",
          match: {
            context: "SIDECAR_INBOUND",
            listener: { filterChain: { filter: { name: "envoy.filters.network.http_connection_manager" } } },
          },
          patch: {
            operation: "INSERT_BEFORE",
            value: {
              name: "envoy.filters.network.rbac",
              typed_config: {
                "@type": "type.googleapis.com/envoy.extensions.filters.network.rbac.v3.RBAC",
                stat_prefix: "deny",
                rules: {
                  action: "DENY",
                  policies: { all: { permissions: [{ any: true }], principals: [{ any: true }] } },
                },
              },
            },
          },
        },
      ),
    causes: [cause("west", "ISM566")],
    says: "rules (rbac) deny everybody",
    undo: async () => drop("west", "back", `${filters}/by-hand`),
  },
  {
    what: "an EnvoyFilter takes the cluster of the shop's v2 from the ingress of west",
    inject: async () =>
      putFilter("west", ingress, {
        applyTo: "CLUSTER",
        match: { context: "GATEWAY", cluster: { service: "web.shop.svc.cluster.local", subset: "v2" } },
        patch: { operation: "REMOVE" },
      }),
    causes: [cause("west", "ISM476")],
    says: "EnvoyFilter istio-system/by-hand changes which clusters the proxy has",
    undo: async () => drop("west", "istio-system", `${filters}/by-hand`),
  },
  {
    what: "an EnvoyFilter has the ingress of east ask an authorizer that is not there",
    inject: async () =>
      putFilter(
        "east",
        ingress,
        httpFilter("GATEWAY", "envoy.filters.http.ext_authz", "ext_authz.v3.ExtAuthz", {
          transport_api_version: "V3",
          grpc_service: { envoy_grpc: { cluster_name: "outbound|9000||authorizer.default.svc.cluster.local" } },
        }),
      ),
    causes: [cause("east", "ISM566")],
    says: "EnvoyFilter istio-system/by-hand",
    undo: async () => drop("east", "istio-system", `${filters}/by-hand`),
  },
];
