import type { CallerCluster } from "../../checks/caller-facts.ts";
import type { ProxyRouteFacts } from "../../checks/proxy-facts.ts";
import type { Change } from "./changes.ts";
import { all, inCluster, service } from "./changes.ts";
import type { MeshFault } from "./fault.ts";

const written = { by: "kubectl-create", at: "2026-11-23T05:00:00Z" };

/** The sidecars of east have other routes to shop/orders, or reach it in another way. */
function ordersAtCallers({
  route = {},
  cluster = {},
}: {
  readonly route?: Partial<ProxyRouteFacts>;
  readonly cluster?: Partial<CallerCluster>;
}): Change {
  return inCluster("east", (one) => ({
    callers: one.callers.map((caller) => ({
      ...caller,
      ways: caller.ways.map((way) =>
        way.service === "shop/orders" ? { ...way, routes: way.routes.map((held) => ({ ...held, ...route })) } : way,
      ),
      clusters: caller.clusters.map((held) => (held.name.includes("orders.shop") ? { ...held, ...cluster } : held)),
    })),
  }));
}

/** What somebody puts between callers inside and a service. */
export const faultsOfCallers: readonly MeshFault[] = [
  {
    name: "east-callers-meet-a-fault",
    happens: all(
      inCluster("east", (one) => ({
        routing: {
          ...one.routing,
          virtualServices: [
            ...one.routing.virtualServices,
            { namespace: "default", name: "by-hand", foreign: written, weights: {} },
          ],
        },
      })),
      ordersAtCallers({ route: { source: "default/by-hand", fault: { abort: { status: 503, percent: 100 } } } }),
    ),
    causes: ["error ISM564 east"],
  },
  {
    name: "east-callers-use-another-tls",
    happens: all(
      inCluster("east", (one) => ({
        routing: {
          ...one.routing,
          destinationRules: [
            ...one.routing.destinationRules,
            {
              namespace: "sample",
              name: "mine",
              host: "orders.shop.svc.cluster.local",
              created: "2026-11-23T05:00:00Z",
              own: false,
              written,
              trafficPolicy: { tls: "SIMPLE" },
              subsets: [],
            },
          ],
        },
      })),
      ordersAtCallers({ cluster: { tls: "other", rule: "sample/mine" } }),
    ),
    causes: ["error ISM565 east"],
  },
  {
    // One rule that is told for two reasons: that it is there, and what it does.
    name: "east-callers-have-one-connection",
    happens: all(
      inCluster("east", (one) => ({
        routing: {
          ...one.routing,
          destinationRules: [
            ...one.routing.destinationRules,
            {
              namespace: "istio-system",
              name: "narrow",
              host: "orders.shop.svc.cluster.local",
              created: "2026-11-23T05:00:00Z",
              own: false,
              written,
              trafficPolicy: {},
              subsets: [],
            },
          ],
        },
      })),
      ordersAtCallers({ cluster: { limits: { connections: 1, pending: 1 }, rule: "istio-system/narrow" } }),
    ),
    causes: ["warning ISM565 east"],
  },
  {
    name: "east-callers-are-limited",
    happens: inCluster("east", (one) => ({
      callers: one.callers.map((caller) => ({
        ...caller,
        filters: [
          {
            at: "listener 0.0.0.0_8080",
            filter: "local_ratelimit",
            limit: { status: 429, burst: 1, perSecond: 1 / 60, percent: 100 },
          },
        ],
      })),
      routing: {
        ...one.routing,
        beside: {
          sidecars: [],
          scopes: [],
          entries: [],
          exported: [],
          filters: [{ kind: "EnvoyFilter", namespace: "sample", name: "slow", sets: ["local_ratelimit"], written }],
        },
      },
    })),
    causes: ["error ISM566 east"],
  },
  {
    name: "east-has-pods-of-another-deployment",
    happens: service("east", "shop/orders", () => ({
      workloads: [
        { version: "v1", kind: "Deployment", name: "orders-v1", pods: ["orders-east"], own: true, written },
        { version: "v1", kind: "Deployment", name: "stray", pods: ["stray-1"], own: false, written },
      ],
    })),
    causes: ["error ISM590 east"],
  },
];
