import type { Mesh } from "../model/mesh.ts";
import type { Materials, RemoteCredential } from "../render/materials.ts";
import { Secret } from "../secret.ts";

/** The mesh of examples/sandbox.yaml, for tests of everything that comes after parsing. */
export const twoClusters: Mesh = {
  name: "sandbox",
  clusters: [
    {
      name: "west",
      network: "west-net",
      region: "west",
      access: { kind: "context", context: "isthmus-west" },
    },
    {
      name: "east",
      network: "east-net",
      region: "east",
      access: { kind: "context", context: "isthmus-east" },
    },
  ],
  sharedNetworks: [],
  istio: { version: "1.31.0", install: "istioctl", profile: "demo" },
  trust: { root: { kind: "generated" }, intermediates: { validitySeconds: 63_072_000, keyType: "ecdsa-p256" } },
  access: { credentials: "serviceAccount", rotateBeforeSeconds: 1_209_600 },
  hardening: { networkPolicies: false },
  services: [
    {
      name: "helloworld",
      namespace: "sample",
      port: 5000,
      manifests: "helloworld.yaml",
      versions: [
        { name: "v1", clusters: ["west"], labels: { version: "v1" } },
        { name: "v2", clusters: ["east"], labels: { version: "v2" } },
      ],
      routes: [
        {
          name: "helloworld",
          gateways: ["helloworld-gateway"],
          hosts: ["*"],
          match: { path: { kind: "exact", value: "/hello" }, headers: {}, fromRegions: [] },
          weights: { v1: 10, v2: 90 },
        },
      ],
      exported: true,
    },
  ],
  issuers: [],
};

/** Materials with recognisable contents; the key and the tokens are what no output may show. */
export const materials: Materials = {
  platforms: { west: { values: {} }, east: { values: {} } },
  istioManifests: Object.fromEntries(
    ["west", "east"].map((cluster) => [
      cluster,
      [
        {
          apiVersion: "apiextensions.k8s.io/v1",
          kind: "CustomResourceDefinition",
          metadata: { name: "gateways.networking.istio.io" },
          spec: {},
        },
        {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: { name: "istiod", namespace: "istio-system", labels: { app: "istiod" } },
          spec: { a: null, b: 1 },
        },
        {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: {
            name: "istio-eastwestgateway",
            namespace: "istio-system",
            labels: { "operator.istio.io/component": "IngressGateways" },
          },
          spec: {},
        },
      ],
    ]),
  ),
  authorities: Object.fromEntries(
    ["west", "east"].map((cluster) => [
      cluster,
      {
        rootCert: "root\n",
        caCert: `ca ${cluster}\n`,
        certChain: `ca ${cluster}\nroot\n`,
        caKey: new Secret(`private key of ${cluster}`),
      },
    ]),
  ),
  remoteCredentials: { west: { east: credentialFor("east") }, east: { west: credentialFor("west") } },
  apiAddresses: { west: "https://west.example:6443", east: "https://east.example:6443" },
  ingressAddresses: { west: ["203.0.113.10"], east: ["203.0.113.20"] },
  serviceManifests: {
    "sample/helloworld": [
      { apiVersion: "v1", kind: "Service", metadata: { name: "helloworld" }, spec: {} },
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "helloworld-v1", labels: { version: "v1" } },
        spec: {},
      },
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "helloworld-v2", labels: { version: "v2" } },
        spec: {},
      },
    ],
  },
};

function credentialFor(cluster: string): RemoteCredential {
  return { server: `https://${cluster}.example:6443`, caData: "Y2E=", token: new Secret(`token of ${cluster}`) };
}
