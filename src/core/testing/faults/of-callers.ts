import type { CallerCluster } from "../../checks/caller-facts.ts";
import type { ProxyRouteFacts } from "../../checks/proxy-facts.ts";
import type { Change } from "./changes.ts";
import { all, inCluster } from "./changes.ts";
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
];
