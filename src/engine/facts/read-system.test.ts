import { expect, it } from "vitest";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { readSystem } from "./read-system.ts";

const { signal } = new AbortController();
const namespace = "kube-system";
const labels = { "k8s-app": "kube-dns" };

function dnsOf(endpoints: readonly object[]): readonly never[] {
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "rke2-coredns", namespace, labels },
      spec: { selector: labels, ports: [{ name: "udp-53", port: 53, protocol: "UDP" }] },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: "rke2-coredns-x", namespace, labels: { "kubernetes.io/service-name": "rke2-coredns" } },
      ports: [
        { port: 9153, protocol: "TCP" },
        { port: 1053, protocol: "UDP" },
      ],
      endpoints,
    },
    { apiVersion: "v1", kind: "Pod", metadata: { name: "coredns-1", namespace, labels }, status: { phase: "Running" } },
  ] as never;
}

it("tells which cluster it is, and how many endpoints its DNS has, whatever the Service is called", async () => {
  const { server, client } = await connectFake();
  [
    { apiVersion: "v1", kind: "Service", metadata: { name: "elsewhere", namespace: "a", labels } },
    { apiVersion: "v1", kind: "Service", metadata: { name: "a-metrics", namespace } },
    { apiVersion: "apps/v1", kind: "DaemonSet", metadata: { name: "kube-proxy", namespace } },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: "same-name", namespace: "a", labels: { "kubernetes.io/service-name": "rke2-coredns" } },
      endpoints: [{}],
    },
  ].forEach((one) => server.put(one));
  const kubeSystem = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: namespace, uid: "u-1", labels: { a: "b" } },
  };
  server.put(kubeSystem);
  dnsOf([{ addresses: ["10.42.0.2"], conditions: { ready: true } }, { conditions: { ready: false } }]).forEach((one) =>
    server.put(one),
  );
  [
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: "kubernetes", namespace: "default", labels: { "kubernetes.io/service-name": "kubernetes" } },
      ports: [{ port: 6443 }],
      endpoints: [{ addresses: ["192.0.2.1"] }],
    },
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "monitoring", labels: { team: "ops" } } },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "prometheus-0", namespace: "monitoring", labels: { "app.kubernetes.io/name": "prometheus" } },
      status: { phase: "Running" },
    },
  ].forEach((one) => server.put(one));
  const found = await readSystem(client, { nodes: [], services: [] }, signal);
  expect(found.apiServers).toEqual([{ address: "192.0.2.1", port: 6443 }]);
  expect(found.scrapers).toMatchObject([
    {
      namespace: "monitoring",
      name: "prometheus-0",
      namespaceLabels: { "kubernetes.io/metadata.name": "monitoring", team: "ops" },
    },
  ]);
  expect(found).toMatchObject({
    uid: "u-1",
    labels: { a: "b" },
    cni: [],
    dns: { name: "rke2-coredns", ready: 1, targetPort: 1053 },
  });
  expect(found.dns?.pods.map((pod) => pod.name)).toEqual(["coredns-1"]);
});

it("knows nodes on which istio-cni redirects, in whichever namespace it is", async () => {
  const { server, client } = await connectFake();
  server.put({
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "istio-cni-node", namespace: "a", labels: { "k8s-app": "istio-cni-node" } },
    status: { desiredNumberScheduled: 3, numberReady: 2, updatedNumberScheduled: 1 },
  });
  expect(await readSystem(client, { nodes: [], services: [] }, signal)).toMatchObject({
    cni: [{ namespace: "a", name: "istio-cni-node", desired: 3, ready: 2, updated: 1 }],
  });
});

it("says nothing of a DNS that it does not find", async () => {
  const { client } = await connectFake();
  expect(await readSystem(client, { nodes: [], services: [] }, signal)).toEqual({
    uid: "",
    labels: {},
    cni: [],
    apiServers: [],
    scrapers: [],
    kubeProxies: [],
  });
});

it("names the Deployments of a DNS without endpoints that are scaled to 0", async () => {
  const { server, client } = await connectFake();
  const deployment = (name: string, replicas: number, podLabels: object): never =>
    ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace },
      spec: { replicas, template: { metadata: { labels: podLabels } } },
    }) as never;
  [
    ...dnsOf([]),
    deployment("rke2-coredns", 0, labels),
    deployment("coredns-canary", 1, labels),
    deployment("metrics-server", 0, { "k8s-app": "metrics-server" }),
  ].forEach((one) => server.put(one));
  expect((await readSystem(client, { nodes: [], services: [] }, signal)).dns).toMatchObject({
    ready: 0,
    halted: ["rke2-coredns"],
  });
});

/** A CoreDNS whose pod is ready, and that is told to serve other zones. */
function readyDns(selector: object): readonly never[] {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "coredns-2", namespace, labels },
    spec: {
      containers: [{ name: "coredns", ports: [{ containerPort: 1053, protocol: "UDP" }] }],
      volumes: [{ configMap: { name: "other", items: [{ key: "hosts" }] } }, { configMap: { name: "corefile" } }],
    },
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
  };
  const configuration = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: "corefile",
      namespace,
      managedFields: [{ manager: "kubectl-edit", operation: "Update", time: "2026-11-01T00:00:00Z" }],
    },
    data: { Corefile: ".:1053 {\n    errors\n    kubernetes corp.local in-addr.arpa {\n    }\n}\n" },
  };
  const [service, slice] = dnsOf([{ addresses: ["10.42.0.3"] }]) as readonly object[];
  return [
    { ...service, spec: { selector, ports: [{ name: "udp-53", port: 53, protocol: "UDP" }] } },
    slice,
    pod,
    configuration,
  ] as never;
}

function answering(code: number): (received: Uint8Array) => Uint8Array {
  return (received) => Uint8Array.from([0, 12, 0, 1, 0x81, code, ...received.slice(6, 14)]);
}

it("says what a DNS that does not know its Services is told to serve, and who wrote that", async () => {
  const { server, client } = await connectFake({ api: { podAnswer: answering(3) } });
  readyDns(labels).forEach((one) => server.put(one));
  const { dns } = await readSystem(client, { nodes: [], services: [] }, signal);
  expect(dns).toEqual({
    name: "rke2-coredns",
    ready: 1,
    targetPort: 1053,
    pods: [expect.objectContaining({ name: "coredns-2" })],
    selector: labels,
    ports: [expect.objectContaining({ name: "udp-53", port: 53, protocol: "UDP" })],
    answers: [{ pod: "coredns-2", says: "NXDOMAIN" }],
    configuration: {
      name: "corefile",
      zones: ["corp.local", "in-addr.arpa"],
      writer: { manager: "kubectl-edit", time: "2026-11-01T00:00:00Z" },
    },
  });
});

it("reads no configuration of a DNS that answers", async () => {
  const { server, client } = await connectFake({ api: { podAnswer: answering(0) } });
  readyDns(labels).forEach((one) => server.put(one));
  const { dns } = await readSystem(client, { nodes: [], services: [] }, signal);
  expect(dns?.answers).toEqual([{ pod: "coredns-2", says: "NOERROR" }]);
  expect(dns).not.toHaveProperty("configuration");
  expect(server.requests.filter(({ url }) => url.includes("/configmaps"))).toEqual([]);
});

it("says which pods of the DNS its Service leaves out", async () => {
  const { server, client } = await connectFake({ api: { podAnswer: answering(0) } });
  readyDns({ ...labels, team: "x" }).forEach((one) => server.put(one));
  const { dns } = await readSystem(client, { nodes: [], services: [] }, signal);
  expect(dns).toMatchObject({ pods: [], answers: [], unused: ["coredns-2"] });
});

it("says why a pod of the DNS gave no answer", async () => {
  const { server, client } = await connectFake();
  readyDns(labels).forEach((one) => server.put(one));
  server.inject({ kind: "reset" }, { times: 9, matches: ({ url }) => url.includes("/portforward") });
  const { dns } = await readSystem(client, { nodes: [], services: [] }, signal);
  expect(dns?.answers).toEqual([{ pod: "coredns-2", problem: expect.any(String) }]);
});

it("says at which addresses the DNS is, and where the pods of a ready node ask", async () => {
  const { server, client } = await connectFake({ api: { podAnswer: answering(0) } });
  const [service, ...rest] = readyDns(labels) as readonly (object & { readonly spec: object })[];
  [{ ...service, spec: { ...service?.spec, clusterIP: "10.43.0.10" } }, ...rest].forEach((one) =>
    server.put(one as never),
  );
  const kubeletconfig = { clusterDNS: ["10.43.0.10"] };
  server.put({ apiVersion: "v1", kind: "Node", metadata: { name: "b" }, kubeletconfig });
  const nodes = ["a", "b"].map((name) => ({ name, ready: name === "b", region: "", zone: "" }));
  const { dns } = await readSystem(client, { nodes, services: [] }, signal);
  expect(dns).toMatchObject({
    addresses: ["10.43.0.10"],
    lookUps: { node: "b", asked: ["10.43.0.10"], ofServices: ["10.43.0.10"] },
  });
});

it("has the nodes whose kube-proxy does not follow, also where the cluster has no DNS", async () => {
  const { server, client } = await connectFake();
  const body = { lastUpdated: "2026-11-01 00:00:00", nodeEligible: true };
  server.inject({ kind: "status", status: 503, body }, { matches: ({ url }) => url.includes("nodes/a%3A10256/") });
  const nodes = [{ name: "a", ready: true, region: "", zone: "" }];
  expect(await readSystem(client, { nodes, services: [] }, signal)).toEqual({
    uid: "",
    labels: {},
    cni: [],
    apiServers: [],
    scrapers: [],
    kubeProxies: [{ node: "a", state: "behind", since: "2026-11-01 00:00:00" }],
  });
});
