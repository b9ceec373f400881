import { expect, it } from "vitest";
import { readPolicyWorld } from "./read-policy-world.ts";
import { signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

it("reads pods with their namespaces' labels, Services and policies of all namespaces", async () => {
  const { client } = await wireCluster([
    wireObject("Namespace", { name: "shop", labels: { team: "blue" } }),
    wireObject(
      "Pod",
      { namespace: "shop", name: "web-1", labels: { app: "web" } },
      {
        spec: {
          nodeName: "one",
          containers: [{ name: "app", ports: [{ name: "http", containerPort: 8080 }] }, { name: "istio-proxy" }],
        },
        status: { phase: "Running", podIPs: [{ ip: "10.42.0.7" }, { ip: "fd00::7" }] },
      },
    ),
    wireObject(
      "Pod",
      { namespace: "shop", name: "job-1" },
      { spec: { hostNetwork: true, containers: [] }, status: { phase: "Succeeded", podIP: "192.0.2.1" } },
    ),
    wireObject(
      "Service",
      { namespace: "shop", name: "web" },
      {
        spec: {
          clusterIPs: ["10.43.0.1"],
          externalIPs: ["192.0.2.80"],
          selector: { app: "web" },
          ports: [{ port: 80, targetPort: "http" }],
        },
        status: {
          loadBalancer: {
            ingress: [{ ip: "203.0.113.7" }, { ip: "203.0.113.8", ipMode: "Proxy" }, { hostname: "lb.example.com" }],
          },
        },
      },
    ),
    wireObject("Service", { namespace: "shop", name: "by-hand" }, { spec: { clusterIP: "None" } }),
    wireObject(
      "Service",
      { namespace: "shop", name: "db" },
      { spec: { type: "ExternalName", externalName: "db.example.com" } },
    ),
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { namespace: "shop", name: "deny" },
      spec: { podSelector: {} },
    },
  ]);
  const found = await readPolicyWorld(client, { name: "west", network: "net" }, signal);
  const common = { namespace: "shop", namespaceLabels: { "kubernetes.io/metadata.name": "shop", team: "blue" } };
  expect(found).toEqual({
    kind: "reached",
    cluster: "west",
    network: "net",
    pods: expect.toSatisfy((pods: readonly { readonly name: string }[]) => pods.length === 2) as unknown,
    services: expect.toSatisfy((services: readonly object[]) => services.length === 3) as unknown,
    policies: [
      {
        namespace: "shop",
        name: "deny",
        podSelector: { matchLabels: {}, matchExpressions: [] },
        types: { ingress: true, egress: false },
        ingress: [],
        egress: [],
      },
    ],
    otherPolicies: [],
  });
  expect(found.pods).toContainEqual({
    ...common,
    name: "web-1",
    labels: { app: "web" },
    addresses: ["10.42.0.7", "fd00::7"],
    hostNetwork: false,
    proxy: true,
    node: "one",
    ports: [{ name: "http", port: 8080, protocol: "TCP" }],
  });
  expect(found.pods).toContainEqual({
    ...common,
    name: "job-1",
    labels: {},
    addresses: ["192.0.2.1"],
    hostNetwork: true,
    ended: true,
    ports: [],
  });
  expect(found.services).toContainEqual({
    namespace: "shop",
    name: "web",
    selector: { app: "web" },
    clusterAddresses: ["10.43.0.1"],
    outsideAddresses: ["203.0.113.7", "203.0.113.8", "lb.example.com", "192.0.2.80"],
    ledAddresses: ["203.0.113.7", "192.0.2.80"],
    ports: [{ port: 80, protocol: "TCP", targetPort: "http" }],
  });
  expect(found.services).toContainEqual({
    namespace: "shop",
    name: "by-hand",
    selector: {},
    clusterAddresses: [],
    outsideAddresses: [],
    ledAddresses: [],
    ports: [],
  });
  expect(found.services).toContainEqual(expect.objectContaining({ name: "db", externalName: "db.example.com" }));
});
