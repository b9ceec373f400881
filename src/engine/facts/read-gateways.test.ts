import { Buffer } from "node:buffer";
import { expect, it } from "vitest";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { inspectCertificate } from "../../pki/inspect.ts";
import { makeCertificate } from "../../pki/testing/make-certificate.ts";
import { authorizedPath } from "./authorized-requests.ts";
import { readGateways } from "./read-gateways.ts";
import { warmingSecretsPath } from "./read-proxy-config.ts";
import { wireCluster } from "./testing/wire-cluster.ts";

const { signal } = new AbortController();
const namespace = "istio-system";

function http(status: string, body: unknown): string {
  const text = JSON.stringify(body);
  return `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

const objects = [
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "istio-ingressgateway", namespace },
    spec: { replicas: 1 },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "istio-ingressgateway", namespace },
    spec: {
      type: "LoadBalancer",
      selector: { istio: "ingressgateway" },
      ports: [{ name: "http2", port: 80, targetPort: 8080 }],
    },
    status: { loadBalancer: { ingress: [{ ip: "203.0.113.1" }] } },
  },
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "ingress-1", namespace, labels: { istio: "ingressgateway" } },
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
  },
];

it("reads where a gateway's Service leads, and what its proxy says of itself", async () => {
  const root = await makeCertificate({ name: "root" });
  const trusted = { inline_bytes: Buffer.from(root.pem, "utf8").toString("base64") };
  const { server, client } = await connectFake({
    api: {
      podResponse: (path) =>
        http(
          "200 OK",
          path.endsWith("dynamic_listeners")
            ? { configs: [{ active_state: { listener: { address: { socket_address: { port_value: 8080 } } } } }] }
            : path.endsWith("dynamic_active_secrets")
              ? { configs: [{ name: "ROOTCA", secret: { validation_context: { trusted_ca: trusted } } }] }
              : {},
        ),
    },
  });
  objects.forEach((one) => server.put(one));
  const [ingress] = await readGateways(client, { cluster: {}, services: [] }, signal);
  expect(ingress?.service).toEqual({
    type: "LoadBalancer",
    addresses: ["203.0.113.1"],
    ports: [80],
    servicePorts: [{ name: "http2", port: 80, protocol: "TCP", targetPort: 8080 }],
    selector: { istio: "ingressgateway" },
  });
  expect(ingress?.pods).toEqual([
    {
      name: "ingress-1",
      listeners: [8080],
      roots: [inspectCertificate(root.pem).identity],
      config: { chains: [], routeTables: [], awaitedSecrets: [], warming: [], clusters: [] },
    },
  ]);
});

it("says why a proxy could not be asked, instead of what it holds", async () => {
  const { server, client } = await connectFake({ api: { podResponse: () => http("503 Service Unavailable", {}) } });
  objects.forEach((one) => server.put(one));
  const [ingress] = await readGateways(client, { cluster: {}, services: [] }, signal);
  expect(ingress?.pods).toEqual([
    {
      name: "ingress-1",
      problem: expect.stringMatching(/ answered 503 to /),
      listeners: [],
      roots: [],
      config: { chains: [], routeTables: [], awaitedSecrets: [], warming: [], clusters: [] },
    },
  ]);
});

it("reads what policies by addresses have let pass and refused, of a proxy that has some", async () => {
  const read = async (principal: object) => {
    const filter = {
      name: "envoy.filters.http.rbac",
      typed_config: { rules: { policies: { a: { principals: [principal] } } } },
    };
    const { client } = await wireCluster(objects, {
      pages: {
        "/config_dump?resource=dynamic_active_secrets": {},
        [warmingSecretsPath]: {},
        "/config_dump?resource=dynamic_route_configs": {},
        "/clusters?format=json": {},
        "/config_dump?resource=dynamic_listeners": { configs: [{ filter }] },
        [authorizedPath]: "http.outbound_0.0.0.0_8080;.rbac.denied: 5\nhttp.outbound_0.0.0.0_8080;.rbac.allowed: 2\n",
      },
    });
    return (await readGateways(client, { cluster: {}, services: [] }, signal))[0]?.pods[0]?.authorized;
  };
  expect(await read({ direct_remote_ip: { address_prefix: "192.0.2.0" } })).toEqual({ allowed: 2, denied: 5 });
  expect(await read({ any: true })).toBeUndefined();
});

it("reads both gateways by their Deployments, with the network and the cluster that their pods are told", async () => {
  const deployment = (name: string, env: readonly object[]): never =>
    ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace },
      spec: { replicas: 1, template: { spec: { containers: [{ name: "istio-proxy", env }] } } },
      status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
    }) as never;
  const { server, client } = await connectFake();
  server.put(
    deployment("istio-ingressgateway", [
      { name: "ISTIO_META_NETWORK", value: "west-net" },
      { name: "ISTIO_META_CLUSTER_ID", value: "west" },
    ]),
  );
  server.put(deployment("istio-eastwestgateway", [{ name: "ISTIO_META_REQUESTED_NETWORK_VIEW", value: "west-net" }]));
  server.put({
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: "istio-eastwestgateway",
      namespace,
      labels: { "topology.istio.io/network": "west-net", "networking.istio.io/gatewayPort": "8443" },
    },
  });
  const ready = { desired: 1, ready: 1, reason: "", network: "west-net", pods: [] };
  expect(await readGateways(client, { cluster: {}, services: [] }, signal)).toEqual([
    { name: "istio-ingressgateway", ...ready, clusterId: "west" },
    {
      name: "istio-eastwestgateway",
      ...ready,
      service: {
        type: "ClusterIP",
        network: "west-net",
        gatewayPort: 8443,
        addresses: [],
        ports: [],
        servicePorts: [],
        selector: {},
      },
    },
  ]);
});

it("reads an east-west gateway where the mesh file says that it is", async () => {
  const { server, client } = await connectFake();
  server.put({
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: "gw", name: "ew", labels: { "topology.istio.io/network": "west-net" } },
  });
  const cluster = { eastWest: { seenFrom: {}, service: { namespace: "gw", name: "ew" } } };
  const [, eastWest] = await readGateways(client, { cluster, services: [] }, signal);
  expect(eastWest).toEqual({
    name: "istio-eastwestgateway",
    at: { namespace: "gw", service: "ew", deployment: "ew" },
    ready: 0,
    reason: "there is no such Deployment",
    service: {
      type: "ClusterIP",
      network: "west-net",
      addresses: [],
      ports: [],
      servicePorts: [],
      selector: {},
    },
    pods: [],
  });
});

it("asks the proxies of ready pods alone, each gateway's own, and an east-west gateway for no routes", async () => {
  const asked: string[] = [];
  const { server, client } = await connectFake({
    api: { podResponse: (path) => http("200 OK", asked.push(path) > 0 ? {} : {}) },
  });
  const pod = (name: string, label: string, more: object = {}, status: object = {}): never =>
    ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace, labels: { istio: label }, ...more },
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }], ...status },
    }) as never;
  server.put(pod("east-west-1", "eastwestgateway"));
  server.put(pod("unready", "eastwestgateway", {}, { conditions: [{ type: "Ready", status: "False" }] }));
  server.put(pod("ended", "eastwestgateway", {}, { phase: "Succeeded" }));
  server.put(pod("deleted", "eastwestgateway", { deletionTimestamp: "2026-11-01T00:00:00Z" }));
  server.put(pod("elsewhere", "eastwestgateway", { namespace: "sample" }));
  const found = await readGateways(client, { cluster: {}, services: [] }, signal);
  expect(found.map(({ name, pods }) => [name, pods.map((one) => one.name)])).toEqual([
    ["istio-ingressgateway", []],
    ["istio-eastwestgateway", ["east-west-1"]],
  ]);
  expect(asked.toSorted()).toEqual([
    "/clusters?format=json",
    "/config_dump?resource=dynamic_active_secrets",
    "/config_dump?resource=dynamic_listeners",
  ]);
});

it("tells pods of others that carry a gateway's label from its own, and asks them for nothing", async () => {
  const asked: string[] = [];
  const { server, client } = await connectFake({
    api: { podResponse: (path) => http("200 OK", asked.push(path) > 0 ? {} : {}) },
  });
  const own = (name: string, args: readonly string[], more: object = {}): never =>
    ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace, labels: { istio: "eastwestgateway" }, ...more },
      spec: { containers: [{ name: args.length === 0 ? "app" : "istio-proxy", args }] },
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    }) as never;
  const made = (deployment: string): object => ({
    labels: { istio: "eastwestgateway", "pod-template-hash": "abc" },
    ownerReferences: [{ kind: "ReplicaSet", name: `${deployment}-abc`, controller: true }],
  });
  const deployment = (name: string, matchLabels: object): never =>
    ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace },
      spec: { selector: { matchLabels } },
    }) as never;
  server.put(own("east-west-1", ["proxy", "router"]));
  server.put(own("alone", []));
  server.put(own("sidecar", ["proxy", "sidecar"], made("web")));
  server.put(own("selected", [], made("tool")));
  server.put(deployment("web", { app: "web" }));
  server.put(deployment("tool", { istio: "eastwestgateway" }));
  const [, eastWest] = await readGateways(client, { cluster: {}, services: [] }, signal);
  expect(eastWest?.pods.map(({ name }) => name)).toEqual(["east-west-1"]);
  const labels = { istio: "eastwestgateway", "pod-template-hash": "abc" };
  expect(eastWest?.strangers?.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
    { name: "alone", labels: { istio: "eastwestgateway" }, ready: true },
    { name: "selected", labels, ready: true, owner: { kind: "Deployment", name: "tool" }, selected: true },
    { name: "sidecar", labels, ready: true, owner: { kind: "Deployment", name: "web" }, selected: false },
  ]);
  expect(asked.every((path) => !/alone|selected|sidecar/.test(path))).toBe(true);
});
