import { expect, it } from "vitest";
import { clusterNamed } from "../../core/model/mesh.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import { contextOf } from "../../kube/fake/fake-context.ts";
import type { Connected, Unreachable } from "../clusters/connect-clusters.ts";
import type { EngineEvent } from "../events.ts";
import { readClusterState } from "../facts/cluster-state.ts";
import { runningStatus, signal, wireCluster, wireObject } from "../facts/testing/wire-cluster.ts";
import { gatherFacts } from "./gather-facts.ts";

const http01 = { name: "letsencrypt", acme: { server: "https://acme.example/dir", http01: {} } };
const mesh = {
  ...twoClusters,
  services: twoClusters.services.map((service) => ({
    ...service,
    routes: service.routes.map((route) => ({ ...route, tls: { secretName: "door", issuer: "letsencrypt" } })),
  })),
  issuers: [http01, { name: "by-dns", acme: {} }],
} as unknown as Mesh;

const routing = ["Gateway", "DestinationRule", "VirtualService", "EnvoyFilter"];
const kinds = [
  ...routing.map((kind) => ({ apiVersion: "networking.istio.io/v1", kind })),
  { apiVersion: "coordination.k8s.io/v1", kind: "Lease" },
  { apiVersion: "security.istio.io/v1beta1", kind: "PeerAuthentication" },
  { apiVersion: "security.istio.io/v1beta1", kind: "AuthorizationPolicy" },
].map((one) => ({
  ...one,
  plural: one.kind === "AuthorizationPolicy" ? "authorizationpolicies" : `${one.kind.toLowerCase()}s`,
  namespaced: true,
}));

/** One object of everything that is read, called after what it is. */
const objects = [
  wireObject("Namespace", { name: "kube-system", uid: "u-west" }),
  wireObject("Namespace", { name: "istio-system" }),
  wireObject("ConfigMap", { namespace: "istio-system", name: "istio" }, { data: { mesh: "meshId: sandbox" } }),
  wireObject("Node", { name: "a-node" }),
  wireObject("Secret", { namespace: "istio-system", name: "cacerts" }, { data: {} }),
  wireObject("Secret", { namespace: "istio-system", name: "a-remote", labels: { "istio/multiCluster": "true" } }),
  wireObject(
    "Pod",
    { namespace: "istio-system", name: "istiod-1", labels: { app: "istiod" } },
    { status: runningStatus() },
  ),
  wireObject(
    "Pod",
    {
      namespace: "istio-system",
      name: "istiod-2",
      labels: { app: "istiod" },
      creationTimestamp: "2026-01-01T00:00:00Z",
    },
    { spec: { nodeName: "a-node" }, status: { phase: "Pending" } },
  ),
  wireObject(
    "Pod",
    {
      namespace: "sample",
      name: "a-caller",
      annotations: { "traffic.sidecar.istio.io/excludeOutboundPorts": "5432" },
    },
    { spec: { containers: [{ name: "istio-proxy" }] }, status: runningStatus() },
  ),
  wireObject("Service", { namespace: "sample", name: "helloworld" }, { spec: { ports: [{ port: 5000 }] } }),
  wireObject(
    "Service",
    { namespace: "tools", name: "claiming" },
    { spec: { clusterIP: "10.43.0.9", externalIPs: ["203.0.113.7"], ports: [{ port: 443 }] } },
  ),
  wireObject(
    "Lease",
    { namespace: "kube-system", name: "apiserver-x", labels: { "apiserver.kubernetes.io/identity": "kube-apiserver" } },
    { spec: { renewTime: "2026-11-23T06:00:20Z" } },
  ),
  wireObject("Pod", { namespace: "sample", name: "a-waiting-pod", creationTimestamp: "2026-11-23T05:50:00Z" }),
  wireObject(
    "ValidatingWebhookConfiguration",
    { name: "a-webhook" },
    {
      webhooks: [
        {
          name: "a.webhook.example",
          clientConfig: { url: "https://webhook.example" },
          rules: [{ apiGroups: ["*"], operations: ["*"], resources: ["*"] }],
        },
      ],
    },
  ),
  wireObject("Gateway", { namespace: "sample", name: "a-gateway" }),
  wireObject("ResourceQuota", { namespace: "sample", name: "a-quota" }),
  wireObject("NetworkPolicy", { namespace: "sample", name: "a-policy" }),
  wireObject("PeerAuthentication", { namespace: "sample", name: "an-authentication" }),
  wireObject("AuthorizationPolicy", { namespace: "sample", name: "an-authorization" }),
  wireObject("Deployment", { namespace: "dns", name: "external-dns", labels: { app: "external-dns" } }),
  wireObject("Deployment", {
    namespace: "cert-manager",
    name: "cert-manager",
    labels: { "app.kubernetes.io/name": "cert-manager" },
  }),
];

interface Reached extends Connected {
  readonly stop: () => Promise<void>;
  /** The objects and lists that were asked for since the cluster was connected to. */
  readonly asked: () => readonly string[];
}

async function connect(): Promise<Reached> {
  const { server, client } = await wireCluster(objects, { kinds });
  const facts = await readClusterState(client, { remotes: false, signal });
  const before = server.requests.length;
  return {
    kind: "connected",
    cluster: clusterNamed(mesh, "west"),
    context: contextOf(server.url),
    platform: { values: {} },
    client,
    facts,
    stop: async () => server.close(),
    asked: () =>
      server.requests
        .slice(before)
        .map(({ url }) => url)
        // Pages of pods are something else.
        .filter((url) => !url.includes("/portforward")),
  };
}

const diagnostic = { code: "ISM230", severity: "error", summary: "s", detail: "d" } as const;
const east: Unreachable = { kind: "unreachable", cluster: clusterNamed(mesh, "east"), diagnostic };

function options(events: EngineEvent[] = []) {
  return {
    signal,
    now: () => Date.parse("2026-11-23T06:00:00.000Z"),
    onEvent: (event: EngineEvent): void => void events.push(event),
    timeoutMs: 10_000,
    tokenEnds: {},
    mayTry: () => false,
  };
}

it("makes one document of the mesh file and of what each cluster has", async () => {
  const { clusters, ...document } = await gatherFacts({ mesh, name: "prod.yaml" }, [await connect(), east], options());
  expect(document).toEqual({
    apiVersion: "isthmus.dev/v1alpha1",
    kind: "Facts",
    version: 23,
    takenAt: "2026-11-23T06:00:00.000Z",
    mesh: {
      name: "sandbox",
      file: "prod.yaml",
      clusters: mesh.clusters,
      services: mesh.services,
      istioVersion: "1.31.0",
      http01Issuers: ["letsencrypt"],
      acmeIssuers: [{ name: "letsencrypt", server: "https://acme.example/dir", http01: true }],
    },
  });
  expect(clusters).toEqual([
    {
      kind: "reached",
      announcers: [],
      claims: [expect.objectContaining({ name: "claiming" })],
      storage: { state: "stores" },
      cluster: "west",
      context: "fake",
      uid: "u-west",
      kubernetesVersion: "v1.36.3-fake",
      meshId: "sandbox",
      nodes: [expect.objectContaining({ name: "a-node" })],
      namespaces: [expect.objectContaining({ name: "istio-system" })],
      authority: expect.objectContaining({ kind: "broken" }),
      istiod: expect.objectContaining({ pods: [expect.objectContaining({ name: "istiod-1" })] }),
      gateways: ["istio-ingressgateway", "istio-eastwestgateway"].map((name) => expect.objectContaining({ name })),
      callers: [expect.objectContaining({ namespace: "sample", name: "a-caller", namespaces: ["sample"] })],
      remoteSecrets: [expect.objectContaining({ name: "a-remote" })],
      services: [expect.objectContaining({ service: "sample/helloworld" })],
      pods: [expect.objectContaining({ name: "istiod-1" })],
      otherPods: [expect.objectContaining({ name: "a-caller" })],
      waitingPods: [expect.objectContaining({ name: "istiod-2" })],
      bypasses: [expect.objectContaining({ pod: "a-caller" })],
      controllers: expect.objectContaining({
        unscheduledPods: [{ namespace: "sample", name: "a-waiting-pod", seconds: 620 }],
      }),
      writeHooks: [expect.objectContaining({ configuration: "a-webhook" })],
      hindered: [],
      routing: expect.objectContaining({ gateways: [expect.objectContaining({ name: "a-gateway" })] }),
      quotas: [expect.objectContaining({ name: "a-quota" })],
      networkPolicies: [expect.objectContaining({ name: "a-policy" })],
      otherPolicies: [],
      peerAuthentications: [expect.objectContaining({ name: "an-authentication" })],
      authorizationPolicies: [expect.objectContaining({ name: "an-authorization" })],
      system: expect.objectContaining({ uid: "u-west" }),
      tlsSecrets: [expect.objectContaining({ name: "door" })],
      externalDns: [expect.objectContaining({ name: "external-dns" })],
      certManager: [expect.objectContaining({ name: "cert-manager" })],
    },
    { kind: "unreachable", cluster: "east", diagnostic },
  ]);
});

it("asks a cluster for no object and no list twice, and for the pods of a namespace by one list", async () => {
  const west = await connect();
  await gatherFacts({ mesh, name: "mesh.yaml" }, [west], options());
  const asked = west.asked();
  expect(asked).toEqual([...new Set(asked)]);
  // Each costs both sides about as much as the judging of it: a check that needs another one says so here.
  expect(asked.toSorted()).toHaveLength(51);
  // Of a certificate that is missing it asks also where else it is, and of all what fills them; of an external-dns and a cert-manager the policies of its namespace.
  // Which groups there are is asked once, and none that is not there by itself.
  expect(asked.filter((url) => /^\/apis(?:\/[^/]+\/[^/]+)?$/.test(url))).toEqual(["/apis"]);
  expect(asked.filter((url) => url.startsWith("/api/v1/nodes"))).toEqual([]);
  const podLists = asked.filter((url) => /\/pods(?:\?|$)/.test(url)).map((url) => url.replace(/\?.*/, ""));
  // The list of all namespaces is for Prometheus, by its label.
  expect(podLists.toSorted()).toEqual([
    ...["istio-system", "kube-system", "sample"].map((namespace) => `/api/v1/namespaces/${namespace}/pods`),
    "/api/v1/pods",
  ]);
  expect(asked.filter((url) => url.startsWith("/api/v1/pods")).every((url) => url.includes("labelSelector="))).toBe(
    true,
  );
});

it("reads the nodes again where a look has taken long: one that hangs is not ready any more", async () => {
  const west = await connect();
  let now = Date.parse("2026-11-23T06:00:00Z");
  const slow = { ...options(), now: () => (now += 11_000) };
  const before = west.asked().length;
  await gatherFacts({ mesh, name: "mesh.yaml" }, [west], slow);
  expect(
    west
      .asked()
      .slice(before)
      .filter((url) => url.startsWith("/api/v1/nodes")),
  ).toHaveLength(1);
});

it("names what an account with rights in some namespaces only may not read, and has the rest", async () => {
  const { server, client } = await wireCluster(objects, { kinds });
  server.inject(
    { kind: "status", status: 403 },
    {
      times: Infinity,
      matches: ({ url }) =>
        /^\/apis?\/[^?]*$/.test(url.split("?")[0] ?? "") && !/namespaces\/[^/]+\//.test(url) && !/^\/apis$/.test(url),
    },
  );
  const facts = await readClusterState(client, { remotes: false, tolerant: true, signal });
  const west = { ...(await connect()), client, facts };
  const [found] = (await gatherFacts({ mesh, name: "mesh.yaml" }, [west], options())).clusters;
  expect(found).toMatchObject({
    kind: "reached",
    services: [{ service: "sample/helloworld" }],
    quotas: [{ name: "a-quota" }],
    authorizationPolicies: [{ name: "an-authorization" }],
    istiod: { pods: [{ name: "istiod-1" }], unreadWebhooks: expect.any(String) },
  });
  const unread = found?.kind === "reached" ? (found.unread ?? []) : [];
  expect(unread[0]).toMatchObject({ part: "namespaces", why: expect.stringContaining("injected fault") });
  expect(unread.map(({ part }) => part).toSorted()).toEqual([
    "callers",
    "certManager",
    "claims",
    "externalDns",
    "namespaces",
    "nodes",
    "routing",
    "system",
    "writeHooks",
  ]);
});

it("looks for the certificates of the routes that the cluster has", async () => {
  const [service] = mesh.services;
  const [route] = service?.routes ?? [];
  if (service === undefined || route === undefined) {
    throw new Error("the mesh of the tests has a route");
  }
  const elsewhere = {
    ...route,
    name: "east",
    match: { ...route.match, fromRegions: ["east"] },
    tls: { secretName: "e" },
  };
  const regional = { ...mesh, services: [{ ...service, routes: [route, elsewhere] }] };
  const { clusters } = await gatherFacts({ mesh: regional, name: "mesh.yaml" }, [await connect()], options());
  expect(clusters).toMatchObject([{ tlsSecrets: [{ name: "door" }] }]);
});

it("does not name the mesh file that every command takes anyway", async () => {
  expect((await gatherFacts({ mesh, name: "mesh.yaml" }, [east], options())).mesh).not.toHaveProperty("file");
});

it("says that somebody else installs Istio", async () => {
  const theirs = { ...mesh, istio: { ...mesh.istio, install: "existing" as const } };
  expect((await gatherFacts({ mesh: theirs, name: "mesh.yaml" }, [east], options())).mesh).toMatchObject({
    install: "existing",
  });
});

it("says of a cluster that stops answering meanwhile that it does not answer", async () => {
  const west = await connect();
  await west.stop();
  const events: EngineEvent[] = [];
  const [found] = (await gatherFacts({ mesh, name: "mesh.yaml" }, [west], options(events))).clusters;
  expect(found).toMatchObject({ kind: "unreachable", cluster: "west", diagnostic: { severity: "error" } });
  expect(events).toMatchObject([
    { kind: "task.started", subject: "west" },
    { kind: "task.failed", subject: "west", task: "gathering facts", diagnostic: { code: "ISM255" } },
  ]);
});

it("emits the gathering of each cluster as a task", async () => {
  const events: EngineEvent[] = [];
  await gatherFacts({ mesh, name: "mesh.yaml" }, [await connect(), east], options(events));
  expect(events).toEqual([
    { kind: "task.started", subject: "west", task: "gathering facts" },
    { kind: "task.done", subject: "west", task: "gathering facts", seconds: 0 },
  ]);
});

it("asks what istiod may do where somebody else installs Istio, and only there", async () => {
  const { server, client } = await wireCluster(objects, { kinds });
  server.put({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { namespace: "istio-system", name: "istiod", labels: { app: "istiod" } },
    spec: { template: { spec: { serviceAccountName: "istiod" } } },
  });
  const west = { ...(await connect()), client };
  const rightsIn = async (install: "existing" | "helm"): Promise<unknown> => {
    const one = { ...mesh, istio: { ...mesh.istio, install } };
    const [found] = (await gatherFacts({ mesh: one, name: "mesh.yaml" }, [west], options())).clusters;
    return found?.kind === "reached" ? found.istiodRights : "not reached";
  };
  expect(await rightsIn("existing")).toEqual({ account: "istiod", lacks: [] });
  expect(await rightsIn("helm")).toBeUndefined();
});
