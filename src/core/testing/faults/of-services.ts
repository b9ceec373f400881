import { eastWestGateway, ingressGateway } from "../../render/names.ts";
import { changeEndpoints } from "../changed-proxies.ts";
import { foreignName, withNames } from "../published-facts.ts";
import { all, drained, gateway, inCluster, noReadyPods, service } from "./changes.ts";
import type { MeshFault } from "./fault.ts";

/** A certificate that isthmus has ordered, of 90 days and not due. */
const ordered = {
  name: "front",
  present: true,
  fingerprint: "AA",
  hosts: ["shop.example"],
  keyFits: true,
  notBefore: "2026-11-01T00:00:00.000Z",
  notAfter: "2027-01-30T00:00:00.000Z",
  acmeServer: "https://acme.example/dir",
} as const;

/** A certificate that an order of cert-manager's does not get. */
const unissued = {
  name: "back",
  present: false,
  certificate: "istio-system/back",
  issuance: {
    ready: false,
    says: "Issuing certificate as Secret does not exist",
    issuer: { kind: "ClusterIssuer", name: "letsencrypt", state: "ready" },
    issuance: {
      isRunning: true,
      order: { state: "pending", reason: "" },
      challenges: [
        {
          dnsName: "back.shop.example",
          type: "DNS-01",
          state: "pending",
          reason: "DNS update failed. Server replied: REFUSED",
          presented: false,
        },
      ],
    },
  },
} as const;

/** A certificate of both clusters, which east gets by a page and west by a record. */
function byPages(name: "west" | "east") {
  return {
    name: "side",
    present: true,
    fingerprint: "AA",
    notAfter: "2027-01-30T00:00:00.000Z",
    certificate: "istio-system/side",
    issuance: {
      ready: true,
      issuer: {
        kind: "Issuer",
        name: "theirs",
        state: "ready",
        ...(name === "east" ? { byPages: ["side.shop.example"] } : {}),
      },
    },
  } as const;
}

/** What goes wrong with services, routes and certificates. */
export const faultsOfServices: readonly MeshFault[] = [
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
    name: "east-service-is-a-name-outside",
    happens: service("east", "sample/helloworld", () => ({ externalName: "web.team.example" })),
    causes: ["error ISM440 east"],
  },
  {
    name: "east-service-has-lost-its-selector",
    happens: service("east", "sample/helloworld", () => ({ selector: {}, abandonedSlices: ["helloworld-x7k2p"] })),
    causes: ["error ISM850 east"],
  },
  {
    name: "west-service-keeps-calls-on-its-node",
    happens: service("west", "shop/orders", () => ({ nodeLocal: true })),
    causes: ["error ISM850 west"],
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
    name: "east-tool-stands-for-the-gateway",
    happens: gateway("east", eastWestGateway, ({ service: found }) => ({
      ...(found === undefined ? {} : { service: { ...found, selector: { istio: "eastwestgateway" } } }),
      strangers: [
        {
          name: "tool-abc-1",
          labels: { istio: "eastwestgateway" },
          ready: true,
          owner: { kind: "Deployment", name: "tool" },
          selected: false,
        },
      ],
    })),
    causes: ["error ISM568 east"],
  },
  {
    name: "east-stands-half-drained",
    happens: drained("shop/orders", "callers"),
    causes: ["warning ISM609 east"],
  },
  {
    name: "east-pod-has-no-sidecar",
    happens: service("east", "sample/helloworld", () => ({ withoutSidecar: ["helloworld-v2-7b8-q9w2z"] })),
    causes: ["error ISM442 east"],
  },
  {
    name: "east-pod-refuses-a-sidecar",
    happens: service("east", "sample/helloworld", () => ({
      withoutSidecar: ["helloworld-v2-7b8-q9w2z"],
      refusesSidecar: [{ pod: "helloworld-v2-7b8-q9w2z", deployment: "helloworld-v2" }],
    })),
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
    name: "east-ingress-has-no-order-of-failover",
    happens: inCluster("east", (one) => ({
      gateways: changeEndpoints(one.gateways, (endpoints) => endpoints.map((each) => ({ ...each, priority: 0 }))),
    })),
    causes: ["error ISM543 east→west"],
  },
  {
    name: "east-ingress-has-no-certificate",
    happens: inCluster("east", () => ({ tlsSecrets: [{ name: "door", present: false }] })),
    causes: ["error ISM450 east"],
  },
  {
    name: "east-gets-no-certificate",
    happens: inCluster("east", ({ tlsSecrets }) => ({ tlsSecrets: [...tlsSecrets, unissued] })),
    causes: ["error ISM779 east"],
  },
  {
    name: "east-proves-a-shared-name-by-pages",
    happens: all(
      inCluster("west", ({ tlsSecrets }) => ({ tlsSecrets: [...tlsSecrets, byPages("west")] })),
      inCluster("east", ({ tlsSecrets }) => ({ tlsSecrets: [...tlsSecrets, byPages("east")] })),
    ),
    causes: ["warning ISM780 east"],
  },
  {
    name: "east-shows-an-older-certificate",
    happens: all(
      inCluster("west", ({ tlsSecrets }) => ({ tlsSecrets: [...tlsSecrets, ordered] })),
      inCluster("east", ({ tlsSecrets }) => ({
        tlsSecrets: [...tlsSecrets, { ...ordered, fingerprint: "BB", notAfter: "2027-01-20T00:00:00.000Z" }],
      })),
    ),
    causes: ["error ISM661 east"],
  },
  {
    name: "east-ingress-waits-for-a-certificate",
    happens: gateway("east", ingressGateway, ({ pods }) => ({
      pods: pods.map((pod) => ({
        ...pod,
        config: { ...pod.config, awaitedSecrets: ["door"], warming: [{ port: 8443, active: false }] },
      })),
    })),
    causes: ["error ISM527 east"],
  },
  {
    name: "east-cert-manager-is-closed-off",
    happens: all(
      (facts) => ({
        ...facts,
        mesh: {
          ...facts.mesh,
          acmeIssuers: [{ name: "letsencrypt", server: "https://acme.example/dir", http01: true }],
        },
      }),
      inCluster("west", () => ({ certManager: [{ namespace: "cert-manager", name: "cert-manager" }] })),
      inCluster("east", () => ({
        certManager: [
          {
            namespace: "cert-manager",
            name: "cert-manager",
            labels: { "app.kubernetes.io/name": "cert-manager" },
            networkPolicies: [
              {
                namespace: "cert-manager",
                name: "deny-all",
                podSelector: { matchLabels: {}, matchExpressions: [] },
                types: { ingress: true, egress: true },
                ingress: [],
                egress: [],
              },
            ],
          },
        ],
      })),
    ),
    causes: ["error ISM750 east"],
  },
  {
    name: "external-dns-reads-no-gateways",
    happens: all(
      (facts) => ({
        ...facts,
        mesh: {
          ...facts.mesh,
          dnsTtlSeconds: 60,
          services: facts.mesh.services.map((one) => ({
            ...one,
            routes: one.routes.map((route) => ({
              ...route,
              hosts: ["hello.example.org"],
              dns: { via: "externalDns" as const },
            })),
          })),
        },
      }),
      inCluster("east", () => ({
        externalDns: [
          { namespace: "dns", name: "external-dns", policy: "upsert-only", sources: ["ingress"], domainFilters: [] },
        ],
      })),
    ),
    causes: ["warning ISM775 east"],
  },
  {
    name: "name-belongs-to-external-dns",
    happens: (facts) => withNames(facts, [foreignName]),
    causes: ["error ISM643 "],
  },
];
