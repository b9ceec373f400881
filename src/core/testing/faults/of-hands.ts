import { eastWestGateway, ingressGateway } from "../../render/names.ts";
import {
  adds,
  all,
  drift,
  edited,
  gateway,
  gatewayDown,
  gatewayId,
  inCluster,
  noReadyPods,
  notSynced,
  oneOfTwo,
  ordersId,
  routeId,
  service,
  trial,
  gatewayNotKnown,
  withField,
} from "./changes.ts";
import type { MeshFault } from "./fault.ts";

/** What somebody changes, deletes, or has not applied yet. */
export const faultsOfHands: readonly MeshFault[] = [
  {
    name: "east-route-was-edited",
    happens: drift("east", edited(routeId, "spec.http[0].match[0].uri.exact", '"/x"', '"/hello"')),
    causes: ["error ISM454 east"],
  },
  {
    name: "east-weights-were-edited",
    happens: all(
      inCluster("east", (one) => ({
        routing: {
          ...one.routing,
          virtualServices: one.routing.virtualServices.map((route) => ({ ...route, weights: { v1: 50, v2: 50 } })),
        },
      })),
      drift("east", edited(routeId, "spec.http[0].route[0].weight", "50", "10")),
    ),
    causes: ["error ISM445 east"],
  },
  {
    name: "weights-were-not-applied",
    happens: all(
      ...(["west", "east"] as const).flatMap((cluster) => [
        inCluster(cluster, (one) => ({
          routing: {
            ...one.routing,
            virtualServices: one.routing.virtualServices.map((route) => ({ ...route, weights: { v1: 100, v2: 0 } })),
          },
        })),
        drift(cluster, {
          id: routeId,
          state: "pending",
          fields: [{ path: "spec.http[0].route[0].weight", live: "100", wanted: "10" }],
        }),
      ]),
    ),
    causes: ["warning ISM456 "],
  },
  {
    name: "east-front-gateway-waits-for-a-finalizer",
    happens: inCluster("east", (one) => ({
      drift: {
        ...(one.drift?.kind === "compared"
          ? one.drift
          : { kind: "compared" as const, applied: true, objects: [], unknown: [] }),
        deletions: [
          {
            id: gatewayId,
            since: "2026-11-23T05:00:00Z",
            finalizers: [{ name: "team.example/hold", manager: "kubectl-edit" }],
          },
        ],
      },
    })),
    causes: ["error ISM753 east"],
  },
  {
    name: "east-front-gateway-was-deleted",
    happens: drift("east", { id: gatewayId, state: "gone", fields: [] }),
    causes: ["error ISM455 east"],
  },
  {
    name: "east-has-an-older-gateway-with-tcp",
    happens: all(
      inCluster("east", (one) => ({
        routing: {
          ...one.routing,
          gateways: [
            ...one.routing.gateways,
            {
              namespace: "default",
              name: "raw",
              created: "2026-10-01T00:00:00Z",
              selector: { istio: "ingressgateway" },
              servers: [{ port: 80, protocol: "TCP", tlsMode: "", hosts: ["*"] }],
            },
          ],
        },
      })),
      gateway("east", ingressGateway, ({ pods }) => ({
        pods: pods.map((pod) => ({ ...pod, config: { ...pod.config, chains: [], routeTables: [] } })),
      })),
    ),
    causes: ["error ISM563 east"],
  },
  {
    name: "east-rule-was-deleted",
    happens: all(
      inCluster("east", (one) => ({
        routing: {
          ...one.routing,
          destinationRules: one.routing.destinationRules.filter((rule) => rule.name !== "helloworld"),
        },
      })),
      drift("east", {
        id: { group: "networking.istio.io", kind: "DestinationRule", namespace: "sample", name: "helloworld" },
        state: "gone",
        fields: [],
      }),
    ),
    causes: ["error ISM444 east"],
  },
  {
    name: "trust-domain-of-west-was-edited",
    happens: all(
      trustDomain("west", "other.example"),
      trustDomain("east", "cluster.local"),
      drift(
        "west",
        edited({ group: "", kind: "ConfigMap", namespace: "istio-system", name: "istio" }, "data.mesh", "…", "…"),
      ),
    ),
    causes: ["error ISM454 west"],
  },
  {
    name: "east-selector-was-edited",
    happens: all(
      noReadyPods("east", "shop/orders"),
      drift("east", edited(ordersId, "spec.selector.app", '"other"', '"orders"')),
    ),
    causes: ["error ISM454 east"],
  },
  {
    name: "east-image-was-changed",
    happens: all(
      noReadyPods("east", "shop/orders"),
      drift("east", {
        ...edited(
          { group: "apps", kind: "Deployment", namespace: "shop", name: "orders-v1" },
          "spec.template.spec.containers[0].image",
          '"orders:none"',
          '"orders:1"',
        ),
        service: "shop/orders",
        podLabels: { app: "orders", version: "v1" },
      }),
    ),
    causes: ["error ISM454 east"],
  },
  {
    name: "east-gateway-service-was-edited",
    happens: all(
      gatewayNotKnown("east"),
      drift(
        "east",
        edited(
          { group: "", kind: "Service", namespace: "istio-system", name: "istio-eastwestgateway" },
          "spec.loadBalancerClass",
          '"other"',
          '""',
        ),
      ),
    ),
    causes: ["error ISM454 east"],
  },
  {
    name: "east-istiod-service-was-deleted",
    happens: all(
      gatewayDown("east", ingressGateway, oneOfTwo),
      drift("east", {
        id: { group: "", kind: "Service", namespace: "istio-system", name: "istiod" },
        state: "gone",
        fields: [],
      }),
    ),
    causes: ["error ISM455 east"],
  },
  {
    name: "east-rule-was-given-tls",
    happens: all(
      gateway("east", eastWestGateway, ({ pods }) => ({
        pods: pods.map((pod) => ({
          ...pod,
          config: {
            ...pod.config,
            chains: pod.config.chains.filter(({ cluster = "" }) => !cluster.includes("helloworld")),
          },
        })),
      })),
      adds(
        "east",
        withField(
          { group: "networking.istio.io", kind: "DestinationRule", namespace: "sample", name: "helloworld" },
          "/spec/trafficPolicy/tls",
          '{"mode":"SIMPLE"}',
          { tlsModes: ["SIMPLE"] },
        ),
      ),
    ),
    causes: ["error ISM556 east"],
  },
  {
    name: "east-gateway-lets-few-in",
    happens: adds(
      "east",
      withField(
        { group: "", kind: "Service", namespace: "istio-system", name: "istio-eastwestgateway" },
        "/spec/loadBalancerSourceRanges",
        '["10.0.0.0/8"]',
      ),
    ),
    causes: ["error ISM556 east"],
  },
  {
    name: "east-reader-lost-its-rights",
    happens: all(
      trial("west", "forbidden", 'services is forbidden: User "istio-reader" cannot list resource "services".'),
      notSynced("west", "east", "timeout"),
      drift("east", {
        id: { group: "rbac.authorization.k8s.io", kind: "ClusterRoleBinding", name: "istio-reader-clusterrole" },
        state: "gone",
        fields: [],
      }),
    ),
    causes: ["error ISM434 west→east"],
  },
  {
    name: "east-shop-namespace-was-deleted",
    happens: all(
      noReadyPods("east", "shop/orders"),
      service("east", "shop/orders", () => ({ present: false, ports: [] })),
      drift(
        "east",
        { id: { group: "", kind: "Namespace", name: "shop" }, state: "gone", fields: [] },
        { id: ordersId, state: "gone", fields: [] },
      ),
    ),
    causes: ["error ISM455 east"],
  },
  {
    name: "east-apply-has-not-ended",
    happens: inCluster("east", (one) => ({
      drift: {
        ...(one.drift?.kind === "compared" ? one.drift : { kind: "compared", applied: true, unknown: [] }),
        unfinished: true,
        objects: [
          ...(one.drift?.kind === "compared" ? one.drift.objects : []),
          {
            id: { group: "networking.k8s.io", kind: "NetworkPolicy", namespace: "sample", name: "np-helloworld" },
            state: "unmade",
            fields: [],
          },
        ],
      },
    })),
    causes: ["error ISM751 east"],
  },
];

/** What istiod of a cluster has as its own. */
function trustDomain(cluster: "west" | "east", domain: string): MeshFault["happens"] {
  return inCluster(cluster, ({ istiod }) => ({
    istiod: {
      ...istiod,
      meshConfig: {
        name: "istio",
        discoverySelectors: [],
        exportTo: {},
        trustDomain: domain,
        trustDomainAliases: [],
        authorizers: [],
      },
    },
  }));
}
