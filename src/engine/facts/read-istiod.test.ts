import { Buffer } from "node:buffer";
import { expect, it } from "vitest";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { readIstiod } from "./read-istiod.ts";

const { signal } = new AbortController();

const metrics = `# HELP citadel_server_cert_chain_expiry_timestamp The unix timestamp
# TYPE citadel_server_cert_chain_expiry_timestamp gauge
citadel_server_cert_chain_expiry_timestamp 1.859016015e+09
`;

/** What an istiod answers; pages that are not here are empty. */
const pages: Readonly<Record<string, string>> = {
  "/metrics": metrics,
  "/debug/clusterz": JSON.stringify([{ id: "east", syncStatus: "synced" }]),
  "/debug/syncz": JSON.stringify([{ proxy: "web-1.sample", resources: {} }]),
  "/debug/networkz": JSON.stringify([{ Network: "east-net", Cluster: "east", Addr: "172.30.2.2", Port: 15443 }]),
};

function answer(text: string): string {
  return `HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "istiod-1", namespace: "istio-system", labels: { app: "istiod" } },
  status: { phase: "Running", startTime: "2026-11-01T00:00:00Z" },
};

it("reads what each istiod says: clusters, gateways, proxies, and when its signing certificate ends", async () => {
  const { server, client } = await connectFake({ api: { podResponse: (path) => answer(pages[path] ?? "null") } });
  server.put(pod);
  const { pods } = await readIstiod(client, [], signal);
  expect(pods).toEqual([
    {
      name: "istiod-1",
      started: "2026-11-01T00:00:00Z",
      remotes: [{ cluster: "east", state: "synced" }],
      networkGateways: [{ network: "east-net", cluster: "east", address: "172.30.2.2", port: 15443 }],
      shards: [],
      proxies: [{ namespace: "sample", name: "web-1", refused: [], behind: [] }],
      signerEnds: "2028-11-28T09:20:15.000Z",
    },
  ]);
});

it("says why an istiod could not be asked, and keeps nothing of it", async () => {
  const { server, client } = await connectFake();
  server.put(pod);
  const { pods } = await readIstiod(client, [], signal);
  expect(pods).toEqual([
    {
      name: "istiod-1",
      started: "2026-11-01T00:00:00Z",
      problem: expect.stringMatching(/ answered 404$/),
      remotes: [],
      networkGateways: [],
      shards: [],
      proxies: [],
    },
  ]);
});

it("reads the Deployment, its version and cluster ID, and whether its webhooks are there", async () => {
  const { server, client } = await connectFake();
  const env = [{ name: "CLUSTER_ID", value: "west" }];
  const containers = [{ name: "discovery", image: "registry.example:5000/istio/pilot:1.31.0", env }];
  server.put({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "istiod", namespace: "istio-system", labels: { app: "istiod" } },
    spec: { replicas: 2, template: { spec: { containers } } },
    status: { observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 },
  });
  const webhook = (name: string, labels: object): never =>
    ({
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "MutatingWebhookConfiguration",
      metadata: { name, labels },
    }) as never;
  server.put(webhook("of-another", { app: "other" }));
  const found = await readIstiod(client, [], signal);
  expect(found).toEqual({
    desired: 2,
    ready: 2,
    reason: "",
    version: "1.31.0",
    clusterId: "west",
    pods: [],
    webhook: false,
    validation: { webhooks: [], seesUnlabelled: false },
  });
  server.put(webhook("istio-sidecar-injector-1-31", { app: "sidecar-injector", "istio.io/rev": "1-31" }));
  const tag = { app: "sidecar-injector", "istio.io/rev": "1-31", "istio.io/tag": "prod" };
  server.put(webhook("istio-revision-tag-prod", tag));
  expect(await readIstiod(client, [], signal)).toMatchObject({ webhook: true, revisions: ["1-31", "prod"] });
});

it("finds an istiod with a revision by its label, and says its name", async () => {
  const { server, client } = await connectFake();
  const metadata = { name: "istiod-canary", namespace: "istio-system", labels: { app: "istiod" } };
  server.put({ apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { replicas: 1 } });
  expect(await readIstiod(client, [], signal)).toMatchObject({ deployment: "istiod-canary", desired: 1 });
});

it("says that there is no istiod", async () => {
  const { client } = await connectFake();
  expect(await readIstiod(client, [], signal)).toMatchObject({ ready: 0, version: "", pods: [], webhook: false });
});

it("reads the healthy endpoints that an istiod has of the mesh's services, by cluster", async () => {
  const endpoint = (address: object, HealthStatus?: number): object => ({
    ...address,
    EndpointPort: 5000,
    ...(HealthStatus === undefined ? {} : { HealthStatus }),
  });
  const shards = {
    "helloworld.sample.svc.cluster.local": {
      sample: {
        Shards: {
          "Kubernetes/west": [endpoint({ Addresses: ["10.42.0.7", "fd00::7"] }, 1), endpoint({ Address: "10.42.0.6" })],
          "Kubernetes/east": [endpoint({ Addresses: ["10.43.0.6"] }, 2)],
          "Kubernetes/north": null,
        },
      },
      other: { Shards: { "Kubernetes/west": [endpoint({ Address: "10.9.9.9" })] } },
    },
    "kubernetes.default.svc.cluster.local": { default: { Shards: { "Kubernetes/west": [] } } },
  };
  const all: typeof pages = { ...pages, "/debug/endpointShardz": JSON.stringify(shards) };
  const { server, client } = await connectFake({ api: { podResponse: (path) => answer(all[path] ?? "null") } });
  server.put(pod);
  const { pods } = await readIstiod(client, twoClusters.services, signal);
  const service = "helloworld.sample.svc.cluster.local";
  expect(pods[0]?.shards).toEqual([
    { service, cluster: "west", endpoints: ["10.42.0.6:5000", "10.42.0.7:5000", "[fd00::7]:5000"] },
    { service, cluster: "east", endpoints: [] },
    { service, cluster: "north", endpoints: [] },
  ]);
});

it("says why webhooks, which are of the whole cluster, could not be listed, and has the rest", async () => {
  const { server, client } = await connectFake({ api: { podResponse: (path) => answer(pages[path] ?? "null") } });
  server.put(pod);
  server.inject(
    { kind: "status", status: 403 },
    { times: 9, matches: ({ url }) => url.includes("webhookconfigurations") },
  );
  const data = { mesh: "trustDomain: corp.example" };
  server.put({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "istio", namespace: "istio-system" }, data });
  const found = await readIstiod(client, [], signal);
  expect(found.meshConfig).toMatchObject({ name: "istio", trustDomain: "corp.example" });
  expect(found).toMatchObject({ webhook: false, unreadWebhooks: expect.stringContaining("injected fault") });
  expect(found.pods.map(({ name }) => name)).toEqual(["istiod-1"]);
});
