import { errorOf } from "../../diagnostics/coded.ts";
import { eastWestGateway, ingressGateway } from "../../render/names.ts";
import {
  all,
  endOf,
  gatewayDown,
  inCluster,
  istiodDown,
  noNodes,
  noReadyPods,
  notSynced,
  oneOfTwo,
  otherRoot,
  policy,
  quota,
  service,
  trial,
} from "./changes.ts";
import type { MeshFault } from "./fault.ts";

/** What goes wrong with clusters, policies, trust and control planes. */
export const faultsOfClusters: readonly MeshFault[] = [
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
                ...errorOf("ISM255"),
                detail: "https://east.example:6443 refuses the connection.",
                fix: "Whoever runs the cluster has to bring its API server back.",
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
];
