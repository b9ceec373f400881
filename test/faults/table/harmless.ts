import { policyByHand } from "../by-hand.ts";
import { drop, on, put } from "../fault.ts";

/** The key of https://www.rfc-editor.org/rfc/rfc7515#appendix-A.3; sidecars refuse an empty list. */
const publicKeys = JSON.stringify({
  keys: [
    {
      kty: "EC",
      crv: "P-256",
      x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
      y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    },
  ],
});

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
  {
    what: "an AuthorizationPolicy at the east-west gateway, which hands TLS on and heeds none",
    ...policyByHand("east", "AuthorizationPolicy", "istio-system", {
      selector: { matchLabels: { istio: "eastwestgateway" } },
      action: "DENY",
      rules: [{}],
    }),
  },
  {
    what: "a ServiceEntry of istio-system for the name of a Service, which goes before it",
    inject: async () =>
      put("west", {
        apiVersion: "networking.istio.io/v1",
        kind: "ServiceEntry",
        metadata: { name: "by-hand", namespace: "istio-system" },
        spec: {
          hosts: ["data.back.svc.cluster.local"],
          ports: [{ number: 7000, name: "http", protocol: "HTTP" }],
          location: "MESH_INTERNAL",
          resolution: "DNS",
          endpoints: [{ address: "nowhere.mesh.example" }],
        },
      }),
    undo: async () => drop("west", "istio-system", "serviceentries.networking.istio.io/by-hand"),
  },
  {
    what: "a RequestAuthentication without a policy that asks for its tokens",
    inject: async () =>
      put("west", {
        apiVersion: "security.istio.io/v1",
        kind: "RequestAuthentication",
        metadata: { name: "by-hand", namespace: "sample" },
        spec: { jwtRules: [{ issuer: "https://issuer.mesh.example", jwks: publicKeys }] },
      }),
    undo: async () => drop("west", "sample", "requestauthentications.security.istio.io/by-hand"),
  },
  {
    what: "a Sidecar that limits what callers of one namespace know",
    inject: async () =>
      put("west", {
        apiVersion: "networking.istio.io/v1",
        kind: "Sidecar",
        metadata: { name: "by-hand", namespace: "shop" },
        spec: { egress: [{ hosts: ["./*"] }] },
      }),
    undo: async () => drop("west", "shop", "sidecars.networking.istio.io/by-hand"),
  },
  {
    what: "notes of a team at objects of the mesh, and a restart",
    inject: async () => {
      await on("east", "shop", "annotate service web team.example/owner=shop field.cattle.io/description=shop");
      await on("east", "shop", "label deployment web-v2 team=shop");
      await on("east", "istio-system", "annotate service istio-ingressgateway team.example/owner=shop");
      await on("east", "shop", "rollout restart deployment web-v2");
      await on("east", "shop", "rollout status deployment web-v2 --timeout=80s");
    },
    undo: async () => {
      await on("east", "shop", "annotate service web team.example/owner- field.cattle.io/description-");
      await on("east", "shop", "label deployment web-v2 team-");
      await on("east", "istio-system", "annotate service istio-ingressgateway team.example/owner-");
    },
  },
  {
    what: "a Service whose connections stay with one pod",
    inject: async () => on("east", "shop", 'patch service web --type=merge -p {"spec":{"sessionAffinity":"ClientIP"}}'),
    undo: async () => on("east", "shop", 'patch service web --type=merge -p {"spec":{"sessionAffinity":"None"}}'),
  },
  {
    what: "a VirtualService of somebody else's that tries calls inside again",
    inject: async () =>
      put("west", {
        apiVersion: "networking.istio.io/v1",
        kind: "VirtualService",
        metadata: { name: "again", namespace: "back" },
        spec: { hosts: ["data"], http: [{ retries: { attempts: 3 }, route: [{ destination: { host: "data" } }] }] },
      }),
    undo: async () => drop("west", "back", "virtualservices.networking.istio.io/again"),
  },
  {
    what: "a DestinationRule of the callers' namespace that takes out what fails, and encrypts as the mesh does",
    inject: async () =>
      put("east", {
        apiVersion: "networking.istio.io/v1",
        kind: "DestinationRule",
        metadata: { name: "data", namespace: "shop" },
        spec: {
          host: "data.back.svc.cluster.local",
          trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" }, outlierDetection: { consecutive5xxErrors: 50 } },
        },
      }),
    undo: async () => drop("east", "shop", "destinationrules.networking.istio.io/data"),
  },
];
