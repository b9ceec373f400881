import { policyByHand } from "../by-hand.ts";
import { drop, on } from "../fault.ts";

/** What people do to a mesh that works all the same: check has nothing to say about it. */
export interface Harmless {
  readonly what: string;
  readonly inject: () => Promise<void>;
  readonly undo: () => Promise<void>;
}

export const harmless: readonly Harmless[] = [
  {
    what: "replicas that an autoscaler has set",
    inject: async () => {
      await on("east", "sample", "autoscale deployment helloworld-v2 --min=2 --max=2");
      await on(
        "east",
        "sample",
        "wait --for=jsonpath={.status.readyReplicas}=2 deployment/helloworld-v2 --timeout=80s",
      );
    },
    undo: async () => {
      await drop("east", "sample", "hpa/helloworld-v2");
      await on("east", "sample", "scale deployment helloworld-v2 --replicas=1");
    },
  },
  {
    what: "a NetworkPolicy that lets Istio's namespace in",
    ...policyByHand("east", "NetworkPolicy", "sample", {
      podSelector: {},
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "istio-system" } } }],
          ports: [{ port: 5000 }],
        },
      ],
    }),
  },
  {
    what: "an AuthorizationPolicy that allows the ingress gateway",
    ...policyByHand("west", "AuthorizationPolicy", "sample", {
      rules: [
        {
          from: [{ source: { principals: ["cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account"] } }],
        },
      ],
    }),
  },
];
