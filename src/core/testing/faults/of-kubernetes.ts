import type { ReachedCluster } from "../../checks/facts.ts";
import { all, inCluster, istiodPods, letsInBare, noReadyPods, refuses, routeId, service } from "./changes.ts";
import type { MeshFault } from "./fault.ts";

const ordersMaker = { group: "apps", kind: "Deployment", namespace: "shop", name: "orders-v1" };

const nothing = { leases: [], endpointsOfNobody: [], unseenDeployments: [], unscheduledPods: [] };

/** istio-cni on one node, ready there or not. */
function withAgent(ready: number): (one: ReachedCluster) => Partial<ReachedCluster> {
  const agent = { namespace: "kube-system", name: "istio-cni-node", desired: 1, ready, updated: 1 };
  return ({ system }) => ({ system: { ...system, cni: [agent] } });
}

/** What Kubernetes itself, or somebody beside it, does not do any more. */
export const faultsOfKubernetes: readonly MeshFault[] = [
  {
    name: "east-controllers-stand-still",
    happens: inCluster("east", ({ controllers = nothing }) => ({
      controllers: {
        ...controllers,
        endpointsOfNobody: [{ service: "shop/orders", pod: "orders-v1-gone", address: "10.42.0.19" }],
        leases: [{ name: "kube-controller-manager", holder: "node-1_a", renewed: "2026-11-23T05:00:00Z", silent: 120 }],
      },
    })),
    causes: ["error ISM591 east"],
  },
  {
    name: "east-stores-nothing",
    happens: inCluster("east", () => ({
      storage: { state: "still", newest: "2026-11-23T05:00:00.000000Z", watchedSeconds: 25 },
    })),
    causes: ["error ISM768 east"],
  },
  {
    name: "west-service-takes-the-gateway-of-east",
    happens: inCluster("west", (one) => ({
      claims: [
        ...(one.claims ?? []),
        {
          namespace: "tools",
          name: "debug",
          addresses: ["172.30.2.2"],
          externalIPs: ["172.30.2.2"],
          ports: [15443],
          selector: { app: "debug" },
          written: { by: "helm", at: "2026-11-23T05:00:00Z" },
        },
      ],
    })),
    causes: ["error ISM752 west→east"],
  },
  {
    name: "east-runtime-stands-still",
    happens: all(
      istiodPods("east", () => ({ problem: "no answer within 10 s", remotes: [] })),
      inCluster("east", ({ nodes }) => ({
        nodes: nodes.map((node) => ({
          ...node,
          unanswered: { pod: "istio-system/istiod-east", log: "silent" as const, kubeletAnswers: true },
        })),
      })),
    ),
    causes: ["error ISM764 east"],
  },
  {
    name: "east-scheduler-stands-still",
    happens: all(
      noReadyPods("east", "shop/orders"),
      inCluster("east", ({ controllers = nothing }) => ({
        controllers: { ...controllers, unscheduledPods: [{ namespace: "shop", name: "orders-v1-new", seconds: 60 }] },
      })),
    ),
    causes: ["error ISM592 east"],
  },
  {
    name: "east-istio-cni-does-not-start",
    happens: all(
      (facts) => ({ ...facts, mesh: { ...facts.mesh, istioCni: true } }),
      inCluster("west", withAgent(1)),
      inCluster("east", withAgent(0)),
    ),
    causes: ["error ISM797 east"],
  },
  {
    name: "east-kube-proxy-stands-still",
    happens: inCluster("east", ({ system }) => ({
      system: { ...system, kubeProxies: [{ node: "east-1", state: "silent" }] },
    })),
    causes: ["error ISM762 east"],
  },
  {
    name: "west-kube-proxy-is-not-heard",
    happens: inCluster("west", ({ system }) => ({
      system: { ...system, kubeProxies: [{ node: "west-1", state: "unheard" }] },
    })),
    causes: ["warning ISM763 west"],
  },
  {
    name: "east-webhook-is-left-over",
    happens: inCluster("east", (one) => ({
      writeHooks: [
        ...(one.writeHooks ?? []),
        {
          name: "routes.guard.example",
          kind: "ValidatingWebhookConfiguration",
          configuration: "guard",
          place: 0,
          service: "guard/guard",
          dead: "no-service",
          writer: { manager: "helm", time: "2026-01-01T00:00:00Z" },
        },
      ],
    })),
    causes: ["error ISM593 east"],
  },
  {
    name: "east-policy-keeps-sidecars-away",
    happens: all(
      letsInBare("east", { id: { ...ordersMaker }, refusal: true }),
      service("east", "shop/orders", () => ({ withoutSidecar: ["orders-v1-new"] })),
    ),
    causes: ["error ISM782 east"],
  },
  {
    name: "east-webhook-holds-endpoints-back",
    happens: inCluster("east", (one) => ({
      controllers: {
        ...(one.controllers ?? nothing),
        endpointsOfNobody: [{ service: "shop/orders", pod: "orders-v1-gone", address: "10.42.0.19" }],
      },
      writeHooks: [
        ...(one.writeHooks ?? []),
        {
          name: "all.notary.example",
          kind: "ValidatingWebhookConfiguration",
          configuration: "notary",
          holds: ["endpoints"],
          place: 0,
          service: "notary/notary",
          dead: "no-endpoints",
          writer: { manager: "helm", time: "2026-01-01T00:00:00Z" },
        },
      ],
    })),
    causes: ["error ISM783 east"],
  },
  {
    name: "east-shop-is-being-deleted",
    happens: inCluster("east", ({ namespaces }) => ({
      namespaces: namespaces.map((one) =>
        one.name === "shop"
          ? {
              ...one,
              deletion: {
                since: "2026-11-23T05:00:00Z",
                waitsFor:
                  "Some content in the namespace has finalizers remaining: team.example/hold in 1 resource instances",
              },
            }
          : one,
      ),
    })),
    causes: ["error ISM760 east"],
  },
  {
    name: "east-has-lost-its-inventory",
    happens: inCluster("east", () => ({
      drift: { kind: "compared", applied: false, objects: [], unknown: [], unlisted: 41 },
    })),
    causes: ["warning ISM761 east"],
  },
  {
    name: "east-routes-are-frozen",
    happens: refuses("east", {
      id: routeId,
      says: "dry-run VirtualService shop/orders on east: virtualservices.networking.istio.io \"orders\" is forbidden: ValidatingAdmissionPolicy 'freeze' with binding 'freeze' denied request: until Monday",
    }),
    causes: ["warning ISM758 east"],
  },
  {
    name: "east-api-server-does-not-reach-istiod",
    happens: refuses("east", {
      id: { group: "apps", kind: "Deployment", namespace: "shop", name: "orders-v1" },
      pod: true,
      says: 'failed calling webhook "namespace.sidecar-injector.istio.io": context deadline exceeded',
    }),
    causes: ["error ISM759 east"],
  },
  {
    name: "east-istiod-lacks-rights",
    happens: inCluster("east", () => ({
      istiodRights: {
        account: "istiod",
        lacks: [
          { resource: "gateways.networking.istio.io", verbs: ["list", "watch"] },
          { resource: "tokenreviews.authentication.k8s.io", verbs: ["create"] },
        ],
      },
    })),
    causes: ["error ISM724 east"],
  },
  {
    name: "east-dns-has-another-address",
    happens: inCluster("east", ({ system }) => ({
      system: {
        ...system,
        ...(system.dns === undefined
          ? {}
          : {
              dns: {
                ...system.dns,
                addresses: ["10.43.0.77"],
                lookUps: { node: "east-1", asked: ["10.43.0.10"], ofServices: [] },
              },
            }),
      },
    })),
    causes: ["error ISM594 east"],
  },
  {
    name: "east-istiod-leaves-shop-out",
    happens: all(
      istiodPods("east", (pod) => ({ shards: pod.shards.filter(({ service: host }) => !host.includes(".shop.")) })),
      inCluster("east", ({ istiod }) => ({
        istiod: {
          ...istiod,
          meshConfig: {
            name: "istio",
            discoverySelectors: [
              { matchLabels: { "kubernetes.io/metadata.name": "istio-system" }, matchExpressions: [] },
            ],
            exportTo: {},
            trustDomain: "cluster.local",
            trustDomainAliases: [],
            authorizers: [],
          },
        },
      })),
    ),
    causes: ["error ISM623 east"],
  },
  {
    name: "west-client-calls-past-its-sidecar",
    happens: all(
      service("west", "shop/orders", () => ({ addresses: ["10.43.1.2"] })),
      inCluster("west", () => ({
        bypasses: [
          {
            namespace: "shop",
            pod: "client-1",
            deployment: "client",
            by: "traffic.sidecar.istio.io/excludeOutboundIPRanges",
            value: "10.43.0.0/16",
          },
        ],
      })),
    ),
    causes: ["warning ISM599 west"],
  },
  {
    name: "west-client-runs-as-its-sidecar",
    happens: all(
      service("west", "shop/orders", () => ({ addresses: ["10.43.1.2"] })),
      inCluster("west", () => ({
        bypasses: [{ namespace: "shop", pod: "client-1", deployment: "client", by: "runAsUser", value: "1337" }],
      })),
    ),
    causes: ["warning ISM599 west"],
  },
];
