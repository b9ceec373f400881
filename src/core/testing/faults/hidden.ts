/** What shows by pods that come, of which none does. */
/** That proxies of west get no connection to the gateway of east, never or no more. */
const unconnected = ["west-gets-no-connection-to-east", "west-loses-its-connections-to-east"];

const withoutSchedule = [
  "east-apply-has-not-ended",
  "east-istio-cni-does-not-start",
  "east-node-is-tainted",
  "east-dns-has-another-address",
  "east-istiod-crashes",
  "east-ingress-is-not-ready",
  "east-gateway-waits-for-an-address",
  "west-keeps-old-endpoints",
  "east-orders-has-no-ready-pod",
];

/** What shows by what an istiod hands out. */
const withoutIstiod = [
  "east-shop-has-no-root-certificate",
  "east-ingress-is-not-ready",
  "east-gateway-has-no-listener",
  "east-orders-has-no-ready-pod",
  "east-ingress-waits-for-a-certificate",
];

/** What an API server that reaches istiod's webhook would not say. */
const unreached = "east-api-server-does-not-reach-istiod";

/** What needs pods that start. */
const withoutNodes = [...withoutSchedule, ...unconnected];

/**
 * By fault, those that it brings about or hides: who looks at the facts sees
 * one fault and no second one. All other pairs of faults are two causes.
 */
export const hiddenBy: Readonly<Record<string, readonly string[]>> = {
  "east-cert-manager-is-closed-off": ["east-gets-no-certificate"],
  "east-shop-is-being-deleted": [
    "east-orders-has-no-ready-pod",
    "east-webhook-does-not-answer",
    "east-selector-was-edited",
    "east-image-was-changed",
  ],
  // No pod is made there: what shows is that it does not come.
  [unreached]: ["east-ingress-is-not-ready", "east-orders-has-no-ready-pod"],
  "east-has-no-ready-node": [
    ...withoutNodes,
    unreached,
    "east-gateways-keep-an-old-root",
    "east-shop-has-no-root-certificate",
    "east-gateway-has-no-listener",
    "west-does-not-know-the-gateway",
    "east-ingress-waits-for-a-certificate",
    "east-ingress-has-no-order-of-failover",
  ],
  "east-stores-nothing": [
    ...withoutSchedule,
    "east-has-no-ready-node",
    "east-controllers-stand-still",
    "east-scheduler-stands-still",
    ...unconnected,
  ],
  // Neither trusts the other.
  "trust-domain-of-west-was-edited": [...unconnected, "west-is-not-synced"],
  // Connections to the service are refused for that.
  "east-service-leads-to-a-port-that-no-pod-names": [...unconnected],
  "west-service-takes-the-gateway-of-east": [...unconnected],
  // Without an address there is none to take.
  "east-gateway-waits-for-an-address": [
    "west-service-takes-the-gateway-of-east",
    "east-gateway-service-was-edited",
    "west-does-not-know-the-gateway",
    "east-gateway-lost-its-network",
    ...unconnected,
  ],
  "east-runtime-stands-still": ["east-has-no-ready-node", ...withoutNodes],
  // What such an istiod cannot do, whatever else would keep it from that.
  "east-istiod-lacks-rights": ["east-istiod-crashes", "east-shop-has-no-root-certificate"],
  "east-controllers-stand-still": [...withoutSchedule, ...unconnected],
  "east-scheduler-stands-still": [...withoutSchedule, "east-ingress-has-no-order-of-failover", ...unconnected],
  "east-istiod-leaves-shop-out": [
    ...unconnected,
    "east-gateway-has-no-listener",
    "east-orders-has-no-ready-pod",
    "east-ingress-waits-for-a-certificate",
  ],
  "east-dns-has-another-address": [
    unreached,
    "east-ingress-is-not-ready",
    "east-gateway-has-no-listener",
    "east-ingress-waits-for-a-certificate",
  ],
  "east-node-is-tainted": [
    "east-apply-has-not-ended",
    "east-istio-cni-does-not-start",
    "east-dns-has-another-address",
    ...unconnected,
    "east-istiod-crashes",
    "east-ingress-is-not-ready",
    "east-gateway-waits-for-an-address",
    "west-keeps-old-endpoints",
    "east-orders-has-no-ready-pod",
    "east-ingress-has-no-order-of-failover",
  ],
  "east-istio-cni-does-not-start": ["east-apply-has-not-ended", "east-orders-has-no-ready-pod"],
  "east-webhook-does-not-answer": ["east-orders-has-no-ready-pod", "east-ingress-has-no-order-of-failover"],
  "east-image-is-not-there": ["east-orders-has-no-ready-pod", "east-ingress-has-no-order-of-failover"],
  "east-quota-forbids-pods": ["east-orders-has-no-ready-pod", "east-ingress-has-no-order-of-failover"],
  "east-quota-forbids-gateways": [
    "east-apply-has-not-ended",
    "east-gateways-keep-an-old-root",
    "east-istiod-crashes",
    "east-ingress-is-not-ready",
    "east-gateway-has-no-listener",
    "west-does-not-know-the-gateway",
    "east-ingress-waits-for-a-certificate",
    "east-ingress-has-no-order-of-failover",
    ...unconnected,
  ],
  "east-policy-denies-all": [
    unreached,
    "east-ingress-is-not-ready",
    "east-gateway-has-no-listener",
    "east-orders-has-no-ready-pod",
    "east-ingress-waits-for-a-certificate",
  ],
  "east-policy-cuts-istiod-off": [
    unreached,
    "east-ingress-is-not-ready",
    "east-gateway-has-no-listener",
    "east-orders-has-no-ready-pod",
    "east-ingress-waits-for-a-certificate",
    "east-ingress-has-no-order-of-failover",
  ],
  "east-cacerts-are-missing": [
    "east-has-another-root",
    "east-istiod-hands-out-another-root",
    "east-gateways-keep-an-old-root",
  ],
  "east-cacerts-do-not-fit": [
    unreached,
    "east-has-another-root",
    "east-istiod-hands-out-another-root",
    "east-gateways-keep-an-old-root",
    "east-intermediate-has-ended",
    "east-istiod-crashes",
    ...withoutIstiod,
  ],
  "east-has-another-root": ["east-istiod-hands-out-another-root", "east-gateways-keep-an-old-root", ...unconnected],
  "east-istiod-hands-out-another-root": ["east-gateways-keep-an-old-root", ...unconnected],
  "the-root-has-ended": ["east-istiod-crashes", "east-ingress-is-not-ready"],
  "east-intermediate-has-ended": [
    "east-istiod-crashes",
    "east-ingress-is-not-ready",
    "east-ingress-waits-for-a-certificate",
    "east-ingress-has-no-order-of-failover",
  ],
  "east-istiod-is-scaled-to-0": [unreached, ...withoutIstiod, "east-ingress-has-no-order-of-failover"],
  "east-istiod-crashes": [unreached, ...withoutIstiod, "east-ingress-has-no-order-of-failover"],
  "east-istiod-waits-for-a-refused-cluster": [unreached, ...withoutIstiod],
  "east-injector-is-gone": [
    "east-policy-keeps-sidecars-away",
    unreached,
    "east-ingress-is-not-ready",
    "east-pod-has-no-sidecar",
    ...unconnected,
  ],
  "east-shop-has-no-root-certificate": ["east-orders-has-no-ready-pod", "east-ingress-has-no-order-of-failover"],
  "east-namespace-lost-its-network": ["west-does-not-know-the-gateway"],
  "east-gateway-lost-its-network": [
    "east-gateway-service-was-edited",
    "west-does-not-know-the-gateway",
    ...unconnected,
  ],
  "east-gateway-is-scaled-to-0": ["east-gateway-has-no-listener", "west-does-not-know-the-gateway", ...unconnected],
  "east-cross-network-gateway-is-gone": ["east-gateway-has-no-listener", ...unconnected],
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
  "east-istiod-service-was-deleted": [
    unreached,
    "east-istiod-crashes",
    ...withoutIstiod,
    "east-ingress-has-no-order-of-failover",
  ],
  "east-reader-lost-its-rights": ["west-is-not-synced", "west-does-not-know-the-gateway", "west-keeps-old-endpoints"],
  "east-selector-was-edited": ["east-orders-has-no-ready-pod", "east-ingress-has-no-order-of-failover"],
  "east-image-was-changed": [
    "east-image-is-not-there",
    "east-orders-has-no-ready-pod",
    "east-ingress-has-no-order-of-failover",
  ],
  "east-shop-namespace-was-deleted": [
    "east-quota-forbids-pods",
    "east-orders-has-no-ready-pod",
    "east-shop-has-no-root-certificate",
    "east-selector-was-edited",
    "east-image-was-changed",
    "east-image-is-not-there",
    "east-ingress-has-no-order-of-failover",
    "east-has-pods-of-another-deployment",
    ...unconnected,
  ],
  "east-rule-was-deleted": ["east-rule-is-gone"],
  "east-gateway-service-was-edited": ["west-does-not-know-the-gateway", "east-gateway-has-no-listener", ...unconnected],
  "east-ingress-is-not-ready": ["east-ingress-waits-for-a-certificate", "east-ingress-has-no-order-of-failover"],
  "east-ingress-has-no-certificate": ["east-ingress-waits-for-a-certificate"],
  "east-orders-has-no-ready-pod": ["east-ingress-has-no-order-of-failover"],
  "east-shop-is-not-injected": [...unconnected, "east-policy-keeps-sidecars-away"],
  "east-service-has-lost-its-selector": ["east-service-leads-to-a-port-that-no-pod-names", ...unconnected],
  "east-webhook-holds-endpoints-back": ["east-orders-has-no-ready-pod", ...unconnected],
  "east-policy-keeps-sidecars-away": [...unconnected],
  "east-service-is-gone": [...unconnected],
  "east-service-has-another-port": [...unconnected],
  "east-pods-are-in-another-network": [...unconnected],
  "east-service-is-a-name-outside": [...unconnected],
  // What it gives to new pods is wrong, and so is each of these for all that can be seen.
  "east-injector-gives-another-network": [
    "east-pods-are-in-another-network",
    "east-policy-keeps-sidecars-away",
    "east-ingress-is-not-ready",
    "east-pod-has-no-sidecar",
    "east-api-server-does-not-reach-istiod",
    ...unconnected,
  ],
  "east-pod-has-no-sidecar": [...unconnected],
  "east-pod-refuses-a-sidecar": [...unconnected],
};
