import { expect, vi } from "vitest";
import { policyByHand } from "../by-hand.ts";
import type { Fault } from "../fault.ts";
import { cause, kubectl } from "../fault.ts";

const otherAddresses = policyByHand("west", "AuthorizationPolicy", "istio-system", {
  selector: { matchLabels: { istio: "ingressgateway" } },
  action: "ALLOW",
  rules: [{ from: [{ source: { ipBlocks: ["192.0.2.0/24"] } }] }],
});

export const policyFaults: readonly Fault[] = [
  {
    what: "a NetworkPolicy denies everything in namespace shop of west",
    causes: [cause("west", "ISM448")],
    ...policyByHand("west", "NetworkPolicy", "shop", { podSelector: {}, policyTypes: ["Ingress"] }),
  },
  {
    what: "a NetworkPolicy denies all egress in namespace sample of east",
    causes: [cause("east", "ISM448")],
    ...policyByHand("east", "NetworkPolicy", "sample", { podSelector: {}, policyTypes: ["Egress"] }),
  },
  {
    what: "a NetworkPolicy closes istiod's ports in east",
    causes: [cause("east", "ISM448")],
    ...policyByHand("east", "NetworkPolicy", "istio-system", {
      podSelector: { matchLabels: { app: "istiod" } },
      policyTypes: ["Ingress"],
      ingress: [{ ports: [{ port: 15012 }] }],
    }),
  },
  {
    what: "a NetworkPolicy closes port 15443 of east's gateway",
    causes: [cause("east", "ISM448")],
    ...policyByHand("east", "NetworkPolicy", "istio-system", {
      podSelector: { matchLabels: { istio: "eastwestgateway" } },
      policyTypes: ["Ingress"],
      ingress: [{ ports: [{ port: 15021 }] }],
    }),
  },
  {
    what: "a NetworkPolicy of namespace back lets only another port in, in west",
    causes: [cause("west", "ISM448")],
    ...policyByHand("west", "NetworkPolicy", "back", {
      podSelector: { matchLabels: { app: "data" } },
      policyTypes: ["Ingress"],
      ingress: [{ ports: [{ port: 7000 }] }],
    }),
  },
  {
    what: "PeerAuthentication switches mTLS off in namespace sample of west",
    causes: [cause("west", "ISM471")],
    ...policyByHand("west", "PeerAuthentication", "sample", { mtls: { mode: "DISABLE" } }),
  },
  {
    what: "PeerAuthentication switches mTLS off in namespace shop of east",
    causes: [cause("east", "ISM471")],
    ...policyByHand("east", "PeerAuthentication", "shop", { mtls: { mode: "DISABLE" } }),
  },
  {
    what: "PeerAuthentication switches mTLS off in the whole mesh of east",
    causes: [cause("east", "ISM471")],
    ...policyByHand("east", "PeerAuthentication", "istio-system", { mtls: { mode: "DISABLE" } }),
  },
  {
    what: "PeerAuthentication switches mTLS off for pods of v2 of helloworld by their labels",
    causes: [cause("east", "ISM471")],
    ...policyByHand("east", "PeerAuthentication", "sample", {
      selector: { matchLabels: { version: "v2" } },
      mtls: { mode: "DISABLE" },
    }),
  },
  {
    what: "PeerAuthentication switches mTLS off for one port of helloworld in east",
    causes: [cause("east", "ISM471")],
    ...policyByHand("east", "PeerAuthentication", "sample", {
      selector: { matchLabels: { app: "helloworld" } },
      portLevelMtls: { 5000: { mode: "DISABLE" } },
    }),
  },
  {
    what: "an AuthorizationPolicy allows nothing anywhere in west",
    causes: [cause("west", "ISM472")],
    ...policyByHand("west", "AuthorizationPolicy", "istio-system", {}),
  },
  {
    what: "an AuthorizationPolicy denies the port of helloworld's pods in west",
    causes: [cause("west", "ISM472")],
    ...policyByHand("west", "AuthorizationPolicy", "sample", {
      action: "DENY",
      rules: [{ to: [{ operation: { ports: ["5000"] } }] }],
    }),
  },
  {
    what: "an AuthorizationPolicy denies the port of the shop's pods in east by a condition",
    causes: [cause("east", "ISM472")],
    ...policyByHand("east", "AuthorizationPolicy", "shop", {
      action: "DENY",
      rules: [{ when: [{ key: "destination.port", values: ["5000"] }] }],
    }),
  },
  {
    what: "an AuthorizationPolicy allows nothing in namespace sample of east",
    causes: [cause("east", "ISM472")],
    ...policyByHand("east", "AuthorizationPolicy", "sample", {}),
  },
  {
    what: "an AuthorizationPolicy denies GET in namespace shop of west",
    causes: [cause("west", "ISM472")],
    ...policyByHand("west", "AuthorizationPolicy", "shop", {
      action: "DENY",
      rules: [{ to: [{ operation: { methods: ["GET"] } }] }],
    }),
  },
  {
    what: "an AuthorizationPolicy allows another caller only, in namespace shop of east",
    causes: [cause("east", "ISM472")],
    ...policyByHand("east", "AuthorizationPolicy", "shop", {
      action: "ALLOW",
      rules: [{ from: [{ source: { principals: ["cluster.local/ns/other/sa/caller"] } }] }],
    }),
  },
  {
    what: "an AuthorizationPolicy keeps the pods of shop from data in west",
    causes: [cause("west", "ISM472")],
    says: "denies calls from pods in shop to back/data",
    ...policyByHand("west", "AuthorizationPolicy", "back", {
      action: "DENY",
      rules: [{ from: [{ source: { namespaces: ["shop"] } }] }],
    }),
  },
  {
    what: "an AuthorizationPolicy denies everything at the ingress gateway of west",
    causes: [cause("west", "ISM472")],
    ...policyByHand("west", "AuthorizationPolicy", "istio-system", {
      selector: { matchLabels: { istio: "ingressgateway" } },
      action: "DENY",
      rules: [{}],
    }),
  },
  {
    what: "an AuthorizationPolicy lets only other addresses in at the ingress gateway of west, and requests come",
    causes: [cause("west", "ISM472")],
    says: "requests since pod istio-ingressgateway-",
    inject: async () => {
      await otherAddresses.inject();
      const service = ["-n", "istio-system", "get", "service", "istio-ingressgateway", "-o"];
      const address = await kubectl("west", [...service, "jsonpath={.status.loadBalancer.ingress[0].ip}"]);
      await vi.waitFor(async () => expect((await fetch(`http://${address}/hello`)).status).toBe(403), 30_000);
    },
    undo: otherAddresses.undo,
  },
  {
    what: "an AuthorizationPolicy lets only another address in at the pods of helloworld in east",
    causes: [cause("east", "ISM472")],
    ...policyByHand("east", "AuthorizationPolicy", "sample", {
      action: "ALLOW",
      rules: [{ from: [{ source: { ipBlocks: ["192.0.2.0/24"] } }] }],
    }),
  },
  {
    what: "an AuthorizationPolicy asks an authorizer that the mesh configuration of east does not have",
    causes: [cause("east", "ISM472")],
    says: "asks authorizer nobody",
    ...policyByHand("east", "AuthorizationPolicy", "shop", {
      action: "CUSTOM",
      provider: { name: "nobody" },
      rules: [{ to: [{ operation: { paths: ["/admin"] } }] }],
    }),
  },
];
