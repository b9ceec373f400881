import type { MeshFacts } from "../../checks/facts.ts";
import { ingressGateway } from "../../render/names.ts";
import { all, gateway, inCluster } from "./changes.ts";
import type { Change } from "./changes.ts";
import type { MeshFault } from "./fault.ts";

const host = "orders.example";
const name = "orders-tls";

/** The second service has a route of TLS connections in both clusters, and nothing is wrong with it. */
const withTlsRoute: Change = all(
  (facts: MeshFacts) => ({
    ...facts,
    mesh: {
      ...facts.mesh,
      services: facts.mesh.services.map((service) => {
        const [route] = facts.mesh.services.flatMap(({ routes }) => routes);
        return service.name === "orders" && route !== undefined
          ? { ...service, routes: [{ ...route, name, protocol: "tls" as const, hosts: [host], weights: { v1: 100 } }] }
          : service;
      }),
    },
  }),
  ...(["west", "east"] as const).flatMap((cluster) => [
    inCluster(cluster, ({ routing }) => ({
      routing: {
        ...routing,
        virtualServices: [...routing.virtualServices, { namespace: "shop", name, weights: { v1: 100 } }],
      },
    })),
    gateway(cluster, ingressGateway, ({ pods }) => ({
      pods: pods.map((pod) => ({
        ...pod,
        config: {
          ...pod.config,
          chains: [
            ...pod.config.chains,
            { port: 8443, serverNames: [host], cluster: "outbound|8080|v1|orders.shop.svc.cluster.local" },
          ],
        },
      })),
    })),
  ]),
);

/** What goes wrong with routes of connections. */
export const faultsOfConnections: readonly MeshFault[] = [
  {
    name: "east-ingress-lacks-a-name",
    happens: all(
      withTlsRoute,
      gateway("east", ingressGateway, ({ pods }) => ({
        pods: pods.map((pod) => ({
          ...pod,
          config: {
            ...pod.config,
            chains: pod.config.chains.filter(({ serverNames }) => !serverNames.includes(host)),
          },
        })),
      })),
    ),
    causes: ["error ISM863 east"],
  },
];
