import { expect, it } from "vitest";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { readServiceEndpoints } from "./service-endpoints.ts";

const kinds = [
  { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", plural: "endpointslices", namespaced: true },
  { apiVersion: "v1", kind: "Service", plural: "services", namespaced: true },
  { apiVersion: "v1", kind: "Pod", plural: "pods", namespaced: true },
];
const [helloworld] = twoClusters.services;

interface World {
  readonly ports: readonly object[] | undefined;
  readonly ipFamilies?: readonly string[];
  readonly slices: readonly {
    readonly ports: readonly object[];
    readonly pods: Readonly<Record<string, string>>;
    readonly ready?: boolean;
  }[];
  readonly gateway?: string;
}

/** What a cluster has of helloworld; pods are called after their version: `v1-a`. */
async function read(world: World) {
  if (helloworld === undefined) {
    throw new Error("the mesh has a service");
  }
  const { server, client } = await connectFake({ api: { kinds } });
  const namespace = helloworld.namespace;
  if (world.ports !== undefined) {
    const spec = { ports: world.ports, ...(world.ipFamilies === undefined ? {} : { ipFamilies: world.ipFamilies }) };
    server.put({ apiVersion: "v1", kind: "Service", metadata: { name: "helloworld", namespace }, spec });
  }
  // What bears the same names elsewhere is not asked.
  server.put({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "elsewhere", namespace: "other", labels: { "kubernetes.io/service-name": "helloworld" } },
    ports: world.ports ?? [],
    endpoints: [{ addresses: ["10.9.9.9"], targetRef: { kind: "Pod", name: "v1-x" } }],
  });
  server.put({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "of-another", namespace, labels: { "kubernetes.io/service-name": "other" } },
    ports: world.ports ?? [],
    endpoints: [{ addresses: ["10.8.8.8"], targetRef: { kind: "Pod", name: "v1-y" } }],
  });
  if (world.gateway !== undefined) {
    server.put({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "istio-eastwestgateway", namespace: "istio-system" },
      status: { loadBalancer: { ingress: [{ ip: world.gateway }] } },
    });
  }
  for (const [index, { ports, pods, ready = true }] of world.slices.entries()) {
    server.put({
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: `s${index}`, namespace, labels: { "kubernetes.io/service-name": "helloworld" } },
      addressType: Object.values(pods).some((one) => one.includes(":")) ? "IPv6" : "IPv4",
      ports,
      endpoints: Object.entries(pods).map(([name, address]) => ({
        addresses: [address],
        conditions: { ready },
        targetRef: { kind: "Pod", name },
      })),
    });
    for (const name of Object.keys(pods)) {
      const labels = { version: name.split("-")[0] ?? "" };
      server.put({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace, labels } });
    }
  }
  server.put({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "v2-a", namespace: "other", labels: { version: "v1" } },
  });
  return readServiceEndpoints(client, helloworld, new AbortController().signal, {});
}

it("reads the endpoints of the port that the mesh file names, which is not the first one", async () => {
  const found = await read({
    ports: [
      { name: "admin", port: 9000, targetPort: "admin" },
      { name: "http", port: 5000, targetPort: "web" },
    ],
    slices: [
      {
        ports: [
          { name: "admin", port: 7000 },
          { name: "http", port: 7001 },
        ],
        pods: { "v1-a": "10.42.0.6" },
      },
      {
        ports: [
          { name: "admin", port: 8000 },
          { name: "http", port: 8001 },
        ],
        pods: { "v2-a": "10.42.0.7" },
      },
    ],
  });
  expect(found.podsOf).toEqual({ v1: ["10.42.0.6:7001"], v2: ["10.42.0.7:8001"] });
});

it("counts a pod of two families once, and knows its other address", async () => {
  const ports = [{ name: "http", port: 5000 }];
  const found = await read({
    ports,
    ipFamilies: ["IPv6", "IPv4"],
    slices: [
      { ports, pods: { "v1-a": "10.42.0.6" } },
      { ports, pods: { "v1-a": "fd00::6" } },
    ],
  });
  expect(found).toMatchObject({
    podsOf: { v1: ["[fd00::6]:5000"], v2: [] },
    alsoAt: { "[fd00::6]:5000": ["10.42.0.6:5000"] },
  });
});

it("says which ports the Service has, where the one of the mesh file is not among them", async () => {
  const ports = [{ name: "http", port: 80 }];
  const found = await read({ ports, slices: [{ ports, pods: { "v1-a": "10.42.0.6" } }] });
  expect(found).toMatchObject({ podsOf: { v1: [], v2: [] }, anyPods: [], servicePorts: [80] });
});

it("says that there is no Service", async () => {
  expect((await read({ ports: undefined, slices: [] })).servicePorts).toBeUndefined();
});

it("reads all ready endpoints, the east-west gateway's addresses, and the Service's ports", async () => {
  const ports = [{ name: "http", port: 5000 }];
  const slices = [{ ports, pods: { "v1-a": "10.42.0.6", "v2-a": "10.42.0.7", "canary-a": "10.42.0.8" } }];
  expect(await read({ ports, slices, gateway: "172.30.2.2" })).toEqual({
    podsOf: { v1: ["10.42.0.6:5000"], v2: ["10.42.0.7:5000"] },
    anyPods: ["10.42.0.6:5000", "10.42.0.7:5000", "10.42.0.8:5000"],
    gateways: [{ address: "172.30.2.2", port: 15443 }],
    unannounced: true,
    servicePorts: [5000],
  });
});

it("reads the gateway's addresses also where the Service has no such port", async () => {
  const found = await read({ ports: undefined, slices: [], gateway: "172.30.2.2" });
  expect(found).toMatchObject({ anyPods: [], gateways: [{ address: "172.30.2.2", port: 15443 }] });
});

it("names versions of which no pod is ready, and the whole service when none is", async () => {
  const ports = [{ name: "http", port: 5000 }];
  const unready = { ports, pods: { "v2-a": "10.42.0.7" }, ready: false };
  expect(await read({ ports, slices: [{ ports, pods: { "v1-a": "10.42.0.6" } }, unready] })).toMatchObject({
    unready: ["v2"],
  });
  expect(await read({ ports, slices: [unready] })).toMatchObject({ podsOf: { v1: [], v2: [] }, unready: ["v2", ""] });
});
