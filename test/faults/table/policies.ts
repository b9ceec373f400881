import type { Fault } from "../fault.ts";
import { cause, drop, put } from "../fault.ts";

function security(
  kind: string,
  namespace: string,
  spec: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return { apiVersion: "security.istio.io/v1", kind, metadata: { name: "by-hand", namespace }, spec };
}

function networkPolicy(namespace: string, spec: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name: "by-hand", namespace }, spec };
}

const dropPolicy = (cluster: "west" | "east", namespace: string) => async (): Promise<void> =>
  drop(cluster, namespace, "networkpolicy/by-hand");
const dropPeer = (cluster: "west" | "east", namespace: string) => async (): Promise<void> =>
  drop(cluster, namespace, "peerauthentications.security.istio.io/by-hand");
const dropAuthorization = (cluster: "west" | "east", namespace: string) => async (): Promise<void> =>
  drop(cluster, namespace, "authorizationpolicies.security.istio.io/by-hand");

export const policyFaults: readonly Fault[] = [
  {
    what: "a NetworkPolicy denies everything in namespace shop of west",
    inject: async () => put("west", networkPolicy("shop", { podSelector: {}, policyTypes: ["Ingress"] })),
    causes: [cause("west", "ISM448")],
    undo: dropPolicy("west", "shop"),
  },
  {
    what: "a NetworkPolicy denies all egress in namespace sample of east",
    inject: async () => put("east", networkPolicy("sample", { podSelector: {}, policyTypes: ["Egress"] })),
    causes: [cause("east", "ISM448")],
    undo: dropPolicy("east", "sample"),
  },
  {
    what: "a NetworkPolicy closes istiod's ports in east",
    inject: async () =>
      put(
        "east",
        networkPolicy("istio-system", {
          podSelector: { matchLabels: { app: "istiod" } },
          policyTypes: ["Ingress"],
          ingress: [{ ports: [{ port: 15012 }] }],
        }),
      ),
    causes: [cause("east", "ISM448")],
    undo: dropPolicy("east", "istio-system"),
  },
  {
    what: "a NetworkPolicy closes port 15443 of east's gateway",
    inject: async () =>
      put(
        "east",
        networkPolicy("istio-system", {
          podSelector: { matchLabels: { istio: "eastwestgateway" } },
          policyTypes: ["Ingress"],
          ingress: [{ ports: [{ port: 15021 }] }],
        }),
      ),
    causes: [cause("east", "ISM448")],
    undo: dropPolicy("east", "istio-system"),
  },
  {
    what: "a NetworkPolicy of namespace back lets only another port in, in west",
    inject: async () =>
      put(
        "west",
        networkPolicy("back", {
          podSelector: { matchLabels: { app: "data" } },
          policyTypes: ["Ingress"],
          ingress: [{ ports: [{ port: 7000 }] }],
        }),
      ),
    causes: [cause("west", "ISM448")],
    undo: dropPolicy("west", "back"),
  },
  {
    what: "PeerAuthentication switches mTLS off in namespace sample of west",
    inject: async () => put("west", security("PeerAuthentication", "sample", { mtls: { mode: "DISABLE" } })),
    causes: [cause("west", "ISM471")],
    undo: dropPeer("west", "sample"),
  },
  {
    what: "PeerAuthentication switches mTLS off in namespace shop of east",
    inject: async () => put("east", security("PeerAuthentication", "shop", { mtls: { mode: "DISABLE" } })),
    causes: [cause("east", "ISM471")],
    undo: dropPeer("east", "shop"),
  },
  {
    what: "PeerAuthentication switches mTLS off in the whole mesh of east",
    inject: async () => put("east", security("PeerAuthentication", "istio-system", { mtls: { mode: "DISABLE" } })),
    causes: [cause("east", "ISM471")],
    undo: dropPeer("east", "istio-system"),
  },
  {
    what: "PeerAuthentication switches mTLS off for pods of v2 of helloworld by their labels",
    inject: async () =>
      put(
        "east",
        security("PeerAuthentication", "sample", {
          selector: { matchLabels: { version: "v2" } },
          mtls: { mode: "DISABLE" },
        }),
      ),
    causes: [cause("east", "ISM471")],
    undo: dropPeer("east", "sample"),
  },
  {
    what: "PeerAuthentication switches mTLS off for one port of helloworld in east",
    inject: async () =>
      put(
        "east",
        security("PeerAuthentication", "sample", {
          selector: { matchLabels: { app: "helloworld" } },
          portLevelMtls: { 5000: { mode: "DISABLE" } },
        }),
      ),
    causes: [cause("east", "ISM471")],
    undo: dropPeer("east", "sample"),
  },
  {
    what: "an AuthorizationPolicy allows nothing anywhere in west",
    inject: async () => put("west", security("AuthorizationPolicy", "istio-system", {})),
    causes: [cause("west", "ISM472")],
    undo: dropAuthorization("west", "istio-system"),
  },
  {
    what: "an AuthorizationPolicy denies the port of helloworld's pods in west",
    inject: async () =>
      put(
        "west",
        security("AuthorizationPolicy", "sample", {
          action: "DENY",
          rules: [{ to: [{ operation: { ports: ["5000"] } }] }],
        }),
      ),
    causes: [cause("west", "ISM472")],
    undo: dropAuthorization("west", "sample"),
  },
  {
    what: "an AuthorizationPolicy allows nothing in namespace sample of east",
    inject: async () => put("east", security("AuthorizationPolicy", "sample", {})),
    causes: [cause("east", "ISM472")],
    undo: dropAuthorization("east", "sample"),
  },
  {
    what: "an AuthorizationPolicy denies GET in namespace shop of west",
    inject: async () =>
      put(
        "west",
        security("AuthorizationPolicy", "shop", {
          action: "DENY",
          rules: [{ to: [{ operation: { methods: ["GET"] } }] }],
        }),
      ),
    causes: [cause("west", "ISM472")],
    undo: dropAuthorization("west", "shop"),
  },
  {
    what: "an AuthorizationPolicy allows another caller only, in namespace shop of east",
    inject: async () =>
      put(
        "east",
        security("AuthorizationPolicy", "shop", {
          action: "ALLOW",
          rules: [{ from: [{ source: { principals: ["cluster.local/ns/other/sa/caller"] } }] }],
        }),
      ),
    causes: [cause("east", "ISM472")],
    undo: dropAuthorization("east", "shop"),
  },
  {
    what: "an AuthorizationPolicy denies everything at the ingress gateway of west",
    inject: async () =>
      put(
        "west",
        security("AuthorizationPolicy", "istio-system", {
          selector: { matchLabels: { istio: "ingressgateway" } },
          action: "DENY",
          rules: [{}],
        }),
      ),
    causes: [cause("west", "ISM472")],
    undo: dropAuthorization("west", "istio-system"),
  },
];
