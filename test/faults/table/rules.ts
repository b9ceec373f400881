import { policyByHand } from "../by-hand.ts";
import { putServerCertificate } from "../certificate.ts";
import type { Fault } from "../fault.ts";
import { cause, drop, on, put, restart } from "../fault.ts";

/** Policies and routes that are valid, and not what the mesh needs. */
export const ruleFaults: readonly Fault[] = [
  {
    what: "a NetworkPolicy lets in by the name of a port that pods of shop in east do not have",
    ...policyByHand("east", "NetworkPolicy", "shop", {
      podSelector: {},
      policyTypes: ["Ingress"],
      ingress: [{ ports: [{ port: "http" }] }],
    }),
    causes: [cause("east", "ISM448")],
  },
  {
    what: "a NetworkPolicy lets the gateways of west out to istio-system and DNS only",
    ...policyByHand("west", "NetworkPolicy", "istio-system", {
      podSelector: { matchLabels: { istio: "ingressgateway" } },
      policyTypes: ["Egress"],
      egress: [{ to: [{ podSelector: {} }] }, { ports: [{ port: 53, protocol: "UDP" }] }],
    }),
    causes: [cause("west", "ISM448")],
  },
  {
    what: "requests to the shop need a token in west, by a RequestAuthentication whose keys nobody serves",
    inject: async () => {
      await put("west", {
        apiVersion: "security.istio.io/v1",
        kind: "RequestAuthentication",
        metadata: { name: "by-hand", namespace: "shop" },
        spec: { jwtRules: [{ issuer: "nobody", jwksUri: "http://192.0.2.7/keys" }] },
      });
      await put("west", {
        apiVersion: "security.istio.io/v1",
        kind: "AuthorizationPolicy",
        metadata: { name: "by-hand", namespace: "shop" },
        spec: { action: "DENY", rules: [{ from: [{ source: { notRequestPrincipals: ["*"] } }] }] },
      });
    },
    causes: [cause("west", "ISM472")],
    undo: async () => {
      await drop("west", "shop", "requestauthentications.security.istio.io/by-hand");
      await drop("west", "shop", "authorizationpolicies.security.istio.io/by-hand");
    },
  },
  {
    what: "an AuthorizationPolicy allows another path of helloworld only, in east",
    ...policyByHand("east", "AuthorizationPolicy", "sample", {
      selector: { matchLabels: { app: "helloworld" } },
      rules: [{ to: [{ operation: { paths: ["/other*"] } }] }],
    }),
    causes: [cause("east", "ISM472")],
  },
  {
    what: "an Ingress of somebody else's takes a path of the shop's host at the ingress of west",
    inject: async () =>
      put("west", {
        apiVersion: "networking.k8s.io/v1",
        kind: "Ingress",
        metadata: { name: "by-hand", namespace: "back", annotations: { "kubernetes.io/ingress.class": "istio" } },
        spec: {
          rules: [
            {
              host: "shop.mesh.example",
              http: {
                paths: [
                  {
                    path: "/hello",
                    pathType: "Exact",
                    backend: { service: { name: "data", port: { number: 7000 } } },
                  },
                ],
              },
            },
          ],
        },
      }),
    causes: [cause("west", "ISM475")],
    says: "Ingress back/by-hand",
    undo: async () => drop("west", "back", "ingress/by-hand"),
  },
  {
    what: "a label hands the VirtualService of helloworld to another revision of istiod in east",
    inject: async () => on("east", "sample", "label virtualservice helloworld istio.io/rev=canary"),
    causes: [cause("east", "ISM556")],
    folds: ["ISM475"],
    undo: async () => on("east", "sample", "label virtualservice helloworld istio.io/rev-"),
  },
  {
    what: "the Secret of an HTTPS route has lost its key in east",
    inject: async () => {
      await drop("east", "istio-system", "secret/secure-mesh-example");
      await put("east", {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "secure-mesh-example", namespace: "istio-system" },
        stringData: { certificate: "lost" },
      });
      await restart("east", "istio-system", "istio-ingressgateway");
    },
    causes: [cause("east", "ISM450")],
    undo: async () => {
      await drop("east", "istio-system", "secret/secure-mesh-example");
      await putServerCertificate("east", { host: "secure.mesh.example" });
    },
  },
];
