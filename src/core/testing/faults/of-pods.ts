import { eastWestGateway } from "../../render/names.ts";
import { all, drift, edited, gateway, inCluster, noReadyPods } from "./changes.ts";
import type { MeshFault } from "./fault.ts";

const ofOrders = {
  kind: "Deployment",
  namespace: "shop",
  name: "orders-v1",
  service: "shop/orders",
  version: "v1",
};

/** Pods that the other networks look for where nobody is. */
const inAnotherNetwork = all(
  inCluster("east", (one) => ({
    pods: one.pods.map((pod) =>
      pod.namespace === "sample"
        ? {
            ...pod,
            labels: { ...pod.labels, "topology.istio.io/network": "other" },
            owner: { kind: "Deployment", name: "helloworld-v2" },
          }
        : pod,
    ),
  })),
  gateway("east", eastWestGateway, ({ pods }) => ({
    pods: pods.map((pod) => ({
      ...pod,
      config: {
        ...pod.config,
        clusters: pod.config.clusters.map((one) => (one.name.includes("helloworld") ? { ...one, endpoints: [] } : one)),
      },
    })),
  })),
);

/** What keeps pods from starting, or others from finding them. */
export const faultsOfPods: readonly MeshFault[] = [
  {
    name: "east-node-is-tainted",
    happens: all(
      noReadyPods("east", "shop/orders"),
      inCluster("east", (one) => ({
        nodes: one.nodes.map((node) => ({
          ...node,
          taints: [{ key: "maintenance", value: "yes", effect: "NoExecute" }],
        })),
        hindered: [
          {
            ...ofOrders,
            words:
              "pod orders-v1-a: no node takes the pod: 0/1 nodes are available: 1 node(s) had untolerated taint {maintenance: yes}. preemption: 0/1 nodes are available.",
          },
        ],
      })),
    ),
    causes: ["error ISM596 east"],
  },
  {
    name: "east-webhook-does-not-answer",
    happens: all(
      noReadyPods("east", "shop/orders"),
      inCluster("east", () => ({
        hindered: [
          {
            ...ofOrders,
            words:
              'pods cannot be created: failed calling webhook "pods.guard.example": no endpoints available for service "guard"',
            webhook: {
              name: "pods.guard.example",
              kind: "ValidatingWebhookConfiguration",
              configuration: "guard",
              place: 1,
              answers: false,
              service: "guard/guard",
            },
          },
        ],
      })),
    ),
    causes: ["error ISM595 east"],
  },
  {
    name: "east-image-is-not-there",
    happens: all(
      noReadyPods("east", "shop/orders"),
      inCluster("east", () => ({
        hindered: [
          {
            ...ofOrders,
            words: 'pod orders-v1-a: container orders waits: ImagePullBackOff: Back-off pulling image "orders:1"',
          },
        ],
      })),
    ),
    causes: ["error ISM597 east"],
  },
  {
    name: "east-new-pod-crashes",
    happens: inCluster("east", (one) => ({
      pods: one.pods.map((pod) =>
        pod.namespace === "sample" ? { ...pod, owner: { kind: "Deployment", name: "helloworld-v2" } } : pod,
      ),
      waitingPods: [
        {
          namespace: "sample",
          name: "helloworld-v2-b",
          labels: { app: "helloworld", version: "v2" },
          owner: { kind: "Deployment", name: "helloworld-v2" },
          since: "2026-11-20T08:00:00Z",
          words: "container helloworld keeps crashing (CrashLoopBackOff, last exit code 1 (Error))",
        },
      ],
    })),
    causes: ["warning ISM864 east"],
  },
  {
    name: "east-pods-are-in-another-network",
    happens: inAnotherNetwork,
    causes: ["error ISM567 east"],
  },
  {
    name: "east-injector-gives-another-network",
    happens: all(
      inAnotherNetwork,
      drift(
        "east",
        edited(
          { group: "", kind: "ConfigMap", namespace: "istio-system", name: "istio-sidecar-injector" },
          "data.values",
          "…",
          "…",
        ),
      ),
    ),
    causes: ["error ISM454 east"],
  },
];
