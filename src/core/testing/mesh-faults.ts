import type {
  CertificateFacts,
  CredentialTrial,
  GatewayFacts,
  IstiodPod,
  MeshFacts,
  ReachedCluster,
  ServiceFacts,
} from "../checks/facts.ts";
import { eastWestGateway, ingressGateway } from "../render/names.ts";
import type { Service } from "../model/mesh.ts";
import { healthyConfig } from "./healthy-config.ts";
import { healthyFacts } from "./healthy-facts.ts";
import { healthyOrdersPod } from "./healthy-pods.ts";

/** One thing that goes wrong in a mesh, with everything that follows from it, as the facts show it. */
export interface MeshFault {
  /** What happened, as a file name: `east-quota-forbids-pods`. */
  readonly name: string;
  readonly happens: (facts: MeshFacts) => MeshFacts;
  /** `severity code cluster→remote` of each cause that the report must have. */
  readonly causes: readonly string[];
}

type Name = "west" | "east";

/** The healthy mesh of two clusters with a second service in a namespace of its own, that runs in both. */
export function healthyShop(): MeshFacts {
  const facts = healthyFacts();
  const [helloworld] = facts.mesh.services;
  if (helloworld === undefined) {
    throw new Error("the mesh of the tests has a service");
  }
  const orders = {
    ...helloworld,
    name: "orders",
    namespace: "shop",
    port: 8080,
    routes: [],
    versions: [{ name: "v1", clusters: ["west", "east"], labels: { version: "v1" } }],
  };
  return {
    ...facts,
    mesh: { ...facts.mesh, services: [helloworld, orders] },
    clusters: facts.clusters.map((one) => (one.kind === "reached" ? withOrders(one, orders) : one)),
  };
}

const ordersHost = "orders.shop.svc.cluster.local";

function withOrders(one: ReachedCluster, orders: Service): ReachedCluster {
  const endpoints = { west: ["10.42.0.17:8080"], east: ["10.42.0.19:8080"] };
  const own = endpoints[one.cluster as Name];
  const gateways = { west: ["172.30.2.2:15443"], east: ["172.30.1.2:15443"] };
  const held = { own: { v1: own }, remote: { v1: gateways[one.cluster as Name] } };
  return {
    ...one,
    gateways: one.gateways.map((gateway) => ({
      ...gateway,
      pods: gateway.pods.map((pod) => {
        const { chains, clusters } = healthyConfig(gateway.name, orders, held);
        const more = gateway.name === eastWestGateway ? chains : [];
        return {
          ...pod,
          config: {
            ...pod.config,
            chains: [...pod.config.chains, ...more],
            clusters: [...pod.config.clusters, ...clusters],
          },
        };
      }),
    })),
    namespaces: [...one.namespaces, { name: "shop", labels: {}, injected: true, roots: ["AA:BB"] }],
    pods: [...one.pods, healthyOrdersPod(one.cluster as Name)],
    services: [
      ...one.services,
      {
        ...(one.services[0] as ServiceFacts),
        service: "shop/orders",
        ports: [8080],
        selector: { app: "orders" },
        servicePorts: [{ port: 8080, name: "http", protocol: "TCP", targetPort: 8080 }],
        podsOf: { v1: own },
        endpoints: own,
      },
    ],
    routing: {
      ...one.routing,
      destinationRules: [
        ...one.routing.destinationRules,
        {
          namespace: "shop",
          name: "orders",
          host: ordersHost,
          created: "2026-11-01T03:00:00Z",
          own: true,
          subsets: [{ name: "v1", labels: { version: "v1" } }],
        },
      ],
    },
    istiod: {
      ...one.istiod,
      pods: one.istiod.pods.map((pod) => ({
        ...pod,
        shards: [
          ...pod.shards,
          ...(["west", "east"] as const).map((cluster) => ({
            service: ordersHost,
            cluster,
            endpoints: endpoints[cluster],
          })),
        ],
      })),
    },
  };
}

type Change = (facts: MeshFacts) => MeshFacts;

function inCluster(name: string, change: (one: ReachedCluster) => Partial<ReachedCluster>): Change {
  return (facts) => ({
    ...facts,
    clusters: facts.clusters.map((one) =>
      one.kind === "reached" && one.cluster === name ? { ...one, ...change(one) } : one,
    ),
  });
}

function all(...changes: readonly Change[]): Change {
  return (facts) => changes.reduce((before, change) => change(before), facts);
}

function istiodPods(name: Name, change: (pod: IstiodPod) => Partial<IstiodPod>): Change {
  return inCluster(name, (one) => ({
    istiod: { ...one.istiod, pods: one.istiod.pods.map((pod) => ({ ...pod, ...change(pod) })) },
  }));
}

function gateway(cluster: Name, name: string, change: (gateway: GatewayFacts) => Partial<GatewayFacts>): Change {
  return inCluster(cluster, (one) => ({
    gateways: one.gateways.map((other) => (other.name === name ? { ...other, ...change(other) } : other)),
  }));
}

function service(cluster: Name, name: string, change: (service: ServiceFacts) => Partial<ServiceFacts>): Change {
  return inCluster(cluster, (one) => ({
    services: one.services.map((other) => (other.service === name ? { ...other, ...change(other) } : other)),
  }));
}

function trial(reader: Name, outcome: CredentialTrial["outcome"], detail = ""): Change {
  return inCluster(reader, (one) => ({
    remoteSecrets: one.remoteSecrets.map((secret) => ({
      ...secret,
      credentials: secret.credentials.map((credential) => ({ ...credential, trial: { outcome, detail } })),
    })),
  }));
}

/** A Deployment none of whose pods is ready. */
function gatewayDown(cluster: Name, name: string, reason: string): Change {
  return gateway(cluster, name, () => ({ ready: 0, reason, pods: [] }));
}

/** No pod of it runs: nothing answers, and what it knew of others is not seen. */
function istiodDown(cluster: Name, reason: string, desired = 1): Change {
  return inCluster(cluster, (one) => ({ istiod: { ...one.istiod, desired, ready: 0, reason, pods: [] } }));
}

/** An istiod that does not follow another cluster: it lacks its gateway and its endpoints. */
function notSynced(reader: Name, remote: Name, state: string | undefined): Change {
  return istiodPods(reader, (pod) => ({
    remotes: state === undefined ? [] : [{ cluster: remote, state }],
    networkGateways: pod.networkGateways.filter((one) => one.cluster !== remote),
    shards: pod.shards.filter((one) => one.cluster !== remote),
  }));
}

function gatewayNotKnown(remote: Name): Change {
  return istiodPods(remote === "west" ? "east" : "west", (pod) => ({
    networkGateways: pod.networkGateways.filter((one) => one.cluster !== remote),
  }));
}

function noReadyPods(cluster: Name, name: string): Change {
  return all(
    service(cluster, name, (one) => ({
      podsOf: Object.fromEntries(Object.keys(one.podsOf).map((version) => [version, []])),
      endpoints: [],
    })),
    ...(["west", "east"] as const).map((reader) =>
      istiodPods(reader, (pod) => ({
        shards: pod.shards.map((one) =>
          one.cluster === cluster && one.service.startsWith(`${name.slice(name.indexOf("/") + 1)}.`)
            ? { ...one, endpoints: [] }
            : one,
        ),
      })),
    ),
  );
}

function serviceOf({ service }: GatewayFacts): NonNullable<GatewayFacts["service"]> {
  if (service === undefined) {
    throw new Error("the gateways of the tests have Services");
  }
  return service;
}

function quota(namespace: string, resources: ReachedCluster["quotas"][number]["resources"]): Change {
  return inCluster("east", (one) => ({ quotas: [...one.quotas, { namespace, name: "tight", resources }] }));
}

function policy(name: string, matchLabels: Readonly<Record<string, string>>): Change {
  return inCluster("east", (one) => ({
    networkPolicies: [
      ...one.networkPolicies,
      {
        namespace: "istio-system",
        name,
        podSelector: { matchLabels, matchExpressions: [] },
        types: { ingress: true, egress: false },
        ingress: [],
        egress: [],
      },
    ],
  }));
}

const otherRoot = {
  subject: "CN=root",
  fingerprint: "CC:DD",
  identity: "eee",
  notBefore: "2026-01-01T00:00:00.000Z",
  notAfter: "2036-01-01T00:00:00.000Z",
};

function endOf(certificate: "root" | "intermediate", notAfter: string, clusters: readonly Name[]): Change {
  return all(
    ...clusters.map((cluster) =>
      inCluster(cluster, ({ authority, istiod }) => {
        if (authority.kind !== "present") {
          return {};
        }
        const ending = (one: CertificateFacts): CertificateFacts => ({ ...one, notAfter });
        return {
          authority:
            certificate === "intermediate"
              ? { ...authority, intermediate: ending(authority.intermediate) }
              : { ...authority, roots: authority.roots.map(ending), above: authority.above.map(ending) },
          istiod:
            certificate === "intermediate"
              ? { ...istiod, pods: istiod.pods.map((pod) => ({ ...pod, signerEnds: notAfter })) }
              : istiod,
        };
      }),
    ),
  );
}

const noNodes = inCluster("east", (one) => ({ nodes: one.nodes.map((node) => ({ ...node, ready: false })) }));
const oneOfTwo = "0 of 1 pods are ready";

/** What is broken one at a time; `src/cli/views/human/testdata/causes` has the report of each. */
export const meshFaults: readonly MeshFault[] = [
  {
    name: "east-does-not-answer",
    happens: all(notSynced("west", "east", "timeout"), (facts) => ({
      ...facts,
      clusters: facts.clusters.map((one) =>
        one.cluster === "east"
          ? {
              kind: "unreachable",
              cluster: "east",
              diagnostic: {
                code: "ISM255",
                severity: "error",
                summary: "Nothing listens at the cluster's address",
                detail: "https://east.example:6443 refuses the connection.",
                fix: "See whether the API server runs.",
              },
            }
          : one,
      ),
    })),
    causes: ["error ISM255 east"],
  },
  {
    name: "east-has-no-ready-node",
    happens: all(
      noNodes,
      gatewayDown("east", ingressGateway, oneOfTwo),
      gatewayDown("east", eastWestGateway, oneOfTwo),
      istiodDown("east", oneOfTwo),
      noReadyPods("east", "sample/helloworld"),
      noReadyPods("east", "shop/orders"),
    ),
    causes: ["error ISM411 east"],
  },
  {
    name: "east-quota-forbids-pods",
    happens: all(quota("shop", { pods: { hard: "1", used: "1" } }), noReadyPods("east", "shop/orders")),
    causes: ["error ISM447 east"],
  },
  {
    name: "east-quota-forbids-gateways",
    happens: all(
      quota("istio-system", { "requests.memory": { hard: "2Gi", used: "2Gi" } }),
      gatewayDown("east", ingressGateway, oneOfTwo),
      gatewayDown("east", eastWestGateway, oneOfTwo),
    ),
    causes: ["error ISM447 east"],
  },
  {
    name: "east-policy-denies-all",
    happens: policy("deny", {}),
    causes: ["error ISM448 east"],
  },
  {
    name: "east-policy-cuts-istiod-off",
    happens: all(policy("deny-istiod", { app: "istiod" }), gatewayDown("east", ingressGateway, oneOfTwo)),
    causes: ["error ISM448 east"],
  },
  {
    name: "east-cacerts-are-missing",
    happens: inCluster("east", () => ({ authority: { kind: "missing" } })),
    causes: ["error ISM415 east"],
  },
  {
    name: "east-cacerts-do-not-fit",
    happens: all(
      inCluster("east", () => ({
        authority: { kind: "broken", flaw: "ca-key.pem does not belong to ca-cert.pem", effect: "istiod" },
      })),
      istiodDown("east", oneOfTwo),
    ),
    causes: ["error ISM415 east"],
  },
  {
    name: "east-has-another-root",
    happens: inCluster("east", (one) => ({
      authority:
        one.authority.kind === "present" ? { ...one.authority, roots: [otherRoot], above: [otherRoot] } : one.authority,
    })),
    causes: ["error ISM414 east"],
  },
  {
    name: "east-istiod-hands-out-another-root",
    happens: inCluster("east", (one) => ({
      namespaces: one.namespaces.map((namespace) => ({ ...namespace, roots: [otherRoot.fingerprint] })),
      gateways: one.gateways.map((other) => ({
        ...other,
        pods: other.pods.map((pod) => ({ ...pod, roots: [otherRoot.identity] })),
      })),
    })),
    causes: ["error ISM416 east"],
  },
  {
    name: "east-gateways-keep-an-old-root",
    happens: inCluster("east", (one) => ({
      gateways: one.gateways.map((other) => ({
        ...other,
        pods: other.pods.map((pod) => ({ ...pod, roots: [otherRoot.identity] })),
      })),
    })),
    causes: ["error ISM417 east"],
  },
  {
    name: "the-root-has-ended",
    happens: endOf("root", "2026-11-22T06:00:00.000Z", ["west", "east"]),
    causes: ["error ISM449 west"],
  },
  {
    name: "east-intermediate-has-ended",
    happens: all(
      endOf("intermediate", "2026-11-22T06:00:00.000Z", ["east"]),
      gatewayDown("east", ingressGateway, oneOfTwo),
    ),
    causes: ["error ISM449 east"],
  },
  {
    name: "the-root-ends-soon",
    happens: endOf("root", "2026-12-23T06:00:00.000Z", ["west", "east"]),
    causes: ["warning ISM449 west"],
  },
  {
    name: "east-istiod-is-scaled-to-0",
    happens: all(istiodDown("east", "", 0), gatewayDown("east", ingressGateway, oneOfTwo)),
    causes: ["error ISM420 east"],
  },
  {
    name: "east-istiod-crashes",
    happens: all(
      istiodDown("east", oneOfTwo),
      gatewayDown("east", ingressGateway, oneOfTwo),
      noReadyPods("east", "shop/orders"),
    ),
    causes: ["error ISM420 east"],
  },
  {
    name: "east-istiod-waits-for-a-refused-cluster",
    happens: all(
      trial("east", "unauthorized"),
      inCluster("east", (one) => ({ istiod: { ...one.istiod, ready: 0, reason: oneOfTwo } })),
      notSynced("east", "west", "syncing"),
    ),
    causes: ["error ISM432 east→west"],
  },
  {
    name: "east-injector-is-gone",
    happens: all(
      inCluster("east", (one) => ({ istiod: { ...one.istiod, webhook: false } })),
      service("east", "shop/orders", () => ({ withoutSidecar: ["orders-5d9c8-x2x4p"] })),
    ),
    causes: ["error ISM423 east"],
  },
  {
    name: "east-shop-is-not-injected",
    happens: all(
      inCluster("east", (one) => ({
        namespaces: one.namespaces.map((space) => ({ ...space, injected: space.injected && space.name !== "shop" })),
      })),
      service("east", "shop/orders", () => ({ withoutSidecar: ["orders-5d9c8-x2x4p"] })),
    ),
    causes: ["error ISM442 east"],
  },
  {
    name: "east-shop-has-no-root-certificate",
    happens: all(
      inCluster("east", (one) => ({
        namespaces: one.namespaces.map((space) => {
          const { roots: _, ...rest } = space;
          return space.name === "shop" ? rest : space;
        }),
      })),
      noReadyPods("east", "shop/orders"),
    ),
    causes: ["error ISM453 east"],
  },
  {
    name: "east-istiod-has-another-name",
    happens: all(
      inCluster("east", (one) => ({ istiod: { ...one.istiod, clusterId: "oest" } })),
      notSynced("east", "west", "timeout"),
    ),
    causes: ["error ISM421 east"],
  },
  {
    name: "east-is-in-another-mesh",
    happens: inCluster("east", () => ({ meshId: "other" })),
    causes: ["error ISM422 east"],
  },
  {
    name: "east-namespace-lost-its-network",
    happens: all(
      inCluster("east", (one) => ({
        namespaces: one.namespaces.map((space) => {
          const { network: _, ...rest } = space;
          return rest;
        }),
      })),
      gatewayNotKnown("east"),
    ),
    causes: ["error ISM418 east"],
  },
  {
    name: "east-gateway-lost-its-network",
    happens: all(
      gateway("east", eastWestGateway, (one) => ({
        service: { ...serviceOf(one), network: "" },
      })),
      gatewayNotKnown("east"),
    ),
    causes: ["error ISM419 east"],
  },
  {
    name: "east-ingress-is-not-ready",
    happens: gatewayDown("east", ingressGateway, oneOfTwo),
    causes: ["error ISM424 east"],
  },
  {
    name: "east-gateway-is-scaled-to-0",
    happens: gateway("east", eastWestGateway, () => ({ desired: 0, ready: 0, pods: [] })),
    causes: ["error ISM424 east"],
  },
  {
    name: "east-gateway-waits-for-an-address",
    happens: all(
      gateway("east", eastWestGateway, (one) => ({
        service: { ...serviceOf(one), network: "east-net", addresses: [] },
      })),
      gatewayNotKnown("east"),
    ),
    causes: ["error ISM425 east"],
  },
  {
    name: "east-ingress-has-no-service",
    happens: gateway("east", ingressGateway, ({ service: _, ...rest }) => ({ ...rest, service: undefined as never })),
    causes: ["error ISM425 east"],
  },
  {
    name: "east-cross-network-gateway-is-gone",
    happens: all(
      inCluster("east", (one) => ({ routing: { ...one.routing, gateways: [] } })),
      gateway("east", eastWestGateway, (one) => ({
        pods: one.pods.map((pod) => ({ ...pod, listeners: [15021] })),
      })),
    ),
    causes: ["error ISM426 east"],
  },
  {
    name: "east-gateway-has-no-listener",
    happens: gateway("east", eastWestGateway, (one) => ({
      pods: one.pods.map((pod) => ({ ...pod, listeners: [15021] })),
    })),
    causes: ["error ISM427 east"],
  },
  {
    name: "west-has-no-remote-secret",
    happens: all(
      inCluster("west", () => ({ remoteSecrets: [] })),
      notSynced("west", "east", undefined),
    ),
    causes: ["error ISM430 west→east"],
  },
  {
    name: "west-remote-secret-has-another-name",
    happens: all(
      inCluster("west", (one) => ({
        remoteSecrets: one.remoteSecrets.map((secret) => ({ ...secret, keys: ["oest"], credentials: [] })),
      })),
      notSynced("west", "east", undefined),
    ),
    causes: ["error ISM431 west"],
  },
  {
    name: "west-token-is-refused",
    happens: all(trial("west", "unauthorized"), notSynced("west", "east", "timeout")),
    causes: ["error ISM432 west→east"],
  },
  {
    name: "west-authority-does-not-fit",
    happens: all(
      trial("west", "untrusted", "it presents a certificate of another authority."),
      notSynced("west", "east", "timeout"),
    ),
    causes: ["error ISM433 west→east"],
  },
  {
    name: "west-may-not-read-east",
    happens: all(
      trial("west", "forbidden", 'services is forbidden: User "istio-reader" cannot list resource "services".'),
      notSynced("west", "east", "timeout"),
    ),
    causes: ["error ISM434 west→east"],
  },
  {
    name: "west-token-has-ended",
    happens: all(
      trial("west", "unauthorized"),
      inCluster("west", (one) => ({
        remoteSecrets: one.remoteSecrets.map((secret) => ({
          ...secret,
          credentials: secret.credentials.map((other) => ({ ...other, expires: "2026-11-22T06:00:00.000Z" })),
        })),
      })),
      notSynced("west", "east", "timeout"),
    ),
    causes: ["error ISM435 west→east"],
  },
  {
    name: "west-is-not-synced",
    happens: notSynced("west", "east", "timeout"),
    causes: ["error ISM436 west→east"],
  },
  {
    name: "west-istiod-does-not-say",
    happens: istiodPods("west", () => ({ problem: "no answer within 10 s", remotes: [] })),
    causes: ["error ISM437 west"],
  },
  {
    name: "west-does-not-know-the-gateway",
    happens: gatewayNotKnown("east"),
    causes: ["error ISM438 west→east"],
  },
  {
    name: "west-keeps-old-endpoints",
    happens: istiodPods("west", (pod) => ({
      shards: pod.shards.map((one) => (one.cluster === "east" ? { ...one, endpoints: ["10.42.0.99:5000"] } : one)),
    })),
    causes: ["error ISM439 west→east"],
  },
  {
    name: "east-service-is-gone",
    happens: all(
      noReadyPods("east", "sample/helloworld"),
      service("east", "sample/helloworld", () => ({ present: false, ports: [] })),
    ),
    causes: ["error ISM440 east"],
  },
  {
    name: "east-service-is-headless",
    happens: service("east", "sample/helloworld", () => ({ headless: true })),
    causes: ["error ISM440 east"],
  },
  {
    name: "east-service-has-another-port",
    happens: service("east", "sample/helloworld", () => ({ ports: [5001] })),
    causes: ["error ISM440 east"],
  },
  {
    name: "east-orders-has-no-ready-pod",
    happens: noReadyPods("east", "shop/orders"),
    causes: ["error ISM441 east"],
  },
  {
    name: "east-pod-has-no-sidecar",
    happens: service("east", "sample/helloworld", () => ({ withoutSidecar: ["helloworld-v2-7b8-q9w2z"] })),
    causes: ["error ISM442 east"],
  },
  {
    name: "east-rule-is-gone",
    happens: inCluster("east", (one) => ({
      routing: {
        ...one.routing,
        destinationRules: one.routing.destinationRules.filter((rule) => rule.name !== "helloworld"),
      },
    })),
    causes: ["error ISM444 east"],
  },
  {
    name: "east-weights-differ",
    happens: inCluster("east", (one) => ({
      routing: {
        ...one.routing,
        virtualServices: one.routing.virtualServices.map((route) => ({ ...route, weights: { v1: 50, v2: 50 } })),
      },
    })),
    causes: ["error ISM445 east"],
  },
  {
    name: "east-nodes-have-no-region",
    happens: inCluster("east", (one) => ({ nodes: one.nodes.map((node) => ({ ...node, region: "" })) })),
    causes: ["warning ISM446 east"],
  },
  {
    name: "east-ingress-has-no-certificate",
    happens: inCluster("east", () => ({ tlsSecrets: [{ name: "door", present: false }] })),
    causes: ["error ISM450 east"],
  },
];

/**
 * By fault, those that it brings about or hides: who looks at the facts sees
 * one fault and no second one. All other pairs of faults are two causes.
 */
export const hiddenBy: Readonly<Record<string, readonly string[]>> = {
  "east-has-no-ready-node": [
    "east-gateways-keep-an-old-root",
    "east-istiod-crashes",
    "east-shop-has-no-root-certificate",
    "east-ingress-is-not-ready",
    "east-gateway-waits-for-an-address",
    "east-gateway-has-no-listener",
    "west-keeps-old-endpoints",
    "east-orders-has-no-ready-pod",
    "west-does-not-know-the-gateway",
  ],
  "east-quota-forbids-pods": ["east-orders-has-no-ready-pod"],
  "east-quota-forbids-gateways": [
    "east-gateways-keep-an-old-root",
    "east-istiod-crashes",
    "east-ingress-is-not-ready",
    "east-gateway-has-no-listener",
    "west-does-not-know-the-gateway",
  ],
  "east-policy-denies-all": [
    "east-ingress-is-not-ready",
    "east-gateway-has-no-listener",
    "east-orders-has-no-ready-pod",
  ],
  "east-policy-cuts-istiod-off": [
    "east-ingress-is-not-ready",
    "east-gateway-has-no-listener",
    "east-orders-has-no-ready-pod",
  ],
  "east-cacerts-are-missing": [
    "east-has-another-root",
    "east-istiod-hands-out-another-root",
    "east-gateways-keep-an-old-root",
  ],
  "east-cacerts-do-not-fit": [
    "east-has-another-root",
    "east-istiod-hands-out-another-root",
    "east-gateways-keep-an-old-root",
    "east-intermediate-has-ended",
    "east-istiod-crashes",
    "east-shop-has-no-root-certificate",
    "east-ingress-is-not-ready",
    "east-gateway-has-no-listener",
    "east-orders-has-no-ready-pod",
  ],
  "east-has-another-root": ["east-istiod-hands-out-another-root", "east-gateways-keep-an-old-root"],
  "east-istiod-hands-out-another-root": ["east-gateways-keep-an-old-root"],
  "the-root-has-ended": ["east-istiod-crashes", "east-ingress-is-not-ready"],
  "east-intermediate-has-ended": ["east-istiod-crashes", "east-ingress-is-not-ready"],
  "east-istiod-is-scaled-to-0": [
    "east-shop-has-no-root-certificate",
    "east-ingress-is-not-ready",
    "east-gateway-has-no-listener",
    "east-orders-has-no-ready-pod",
  ],
  "east-istiod-crashes": [
    "east-shop-has-no-root-certificate",
    "east-ingress-is-not-ready",
    "east-gateway-has-no-listener",
    "east-orders-has-no-ready-pod",
  ],
  "east-istiod-waits-for-a-refused-cluster": [
    "east-shop-has-no-root-certificate",
    "east-ingress-is-not-ready",
    "east-gateway-has-no-listener",
    "east-orders-has-no-ready-pod",
  ],
  "east-injector-is-gone": ["east-ingress-is-not-ready", "east-pod-has-no-sidecar"],
  "east-shop-has-no-root-certificate": ["east-orders-has-no-ready-pod"],
  "east-namespace-lost-its-network": ["west-does-not-know-the-gateway"],
  "east-gateway-lost-its-network": ["west-does-not-know-the-gateway"],
  "east-gateway-is-scaled-to-0": ["east-gateway-has-no-listener", "west-does-not-know-the-gateway"],
  "east-gateway-waits-for-an-address": ["west-does-not-know-the-gateway", "east-gateway-lost-its-network"],
  "east-cross-network-gateway-is-gone": ["east-gateway-has-no-listener"],
  "west-has-no-remote-secret": [
    "west-remote-secret-has-another-name",
    "west-token-is-refused",
    "west-authority-does-not-fit",
    "west-may-not-read-east",
    "west-token-has-ended",
    "west-is-not-synced",
    "west-does-not-know-the-gateway",
    "west-keeps-old-endpoints",
  ],
  "west-remote-secret-has-another-name": [
    "west-token-is-refused",
    "west-authority-does-not-fit",
    "west-may-not-read-east",
    "west-token-has-ended",
    "west-is-not-synced",
    "west-does-not-know-the-gateway",
    "west-keeps-old-endpoints",
  ],
  "west-token-is-refused": ["west-is-not-synced", "west-does-not-know-the-gateway", "west-keeps-old-endpoints"],
  "west-authority-does-not-fit": ["west-is-not-synced", "west-does-not-know-the-gateway", "west-keeps-old-endpoints"],
  "west-may-not-read-east": ["west-is-not-synced", "west-does-not-know-the-gateway", "west-keeps-old-endpoints"],
  "west-token-has-ended": [
    "west-token-is-refused",
    "west-is-not-synced",
    "west-does-not-know-the-gateway",
    "west-keeps-old-endpoints",
  ],
  "west-is-not-synced": ["west-does-not-know-the-gateway", "west-keeps-old-endpoints"],
  "west-istiod-does-not-say": ["west-is-not-synced", "west-does-not-know-the-gateway", "west-keeps-old-endpoints"],
};

/** Faults that change the same facts, so that of two only one is seen, or one finding tells both. */
export const sameFacts: readonly (readonly string[])[] = [
  ["west-token-is-refused", "west-authority-does-not-fit", "west-may-not-read-east", "west-token-has-ended"],
  ["east-has-another-root", "the-root-has-ended", "east-intermediate-has-ended", "the-root-ends-soon"],
  ["east-cacerts-are-missing", "east-cacerts-do-not-fit", "east-intermediate-has-ended"],
  ["east-policy-denies-all", "east-policy-cuts-istiod-off"],
  ["east-istiod-is-scaled-to-0", "east-istiod-crashes"],
  ["east-service-is-gone", "east-service-is-headless", "east-service-has-another-port"],
];
