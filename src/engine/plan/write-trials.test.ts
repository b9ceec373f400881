import { expect, it } from "vitest";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { SeenRequest } from "../../kube/fake/faults.ts";
import type { FakeConnection } from "../../kube/testing/connect-fake.ts";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { signal } from "../facts/testing/wire-cluster.ts";
import { createWriteTrials } from "./write-trials.ts";

const route = (name: string, namespace = "sample"): KubeObject => ({
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: { name, namespace },
});

const podSpec = { containers: [{ name: "web", image: "web:1" }] };

const deployment: KubeObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "sample" },
  spec: { template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "web:1" }] } } },
};

const replicaSet = (name: string, revision: string): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "ReplicaSet",
  metadata: {
    name,
    namespace: "sample",
    labels: { "pod-template-hash": name },
    annotations: { "deployment.kubernetes.io/revision": revision },
    ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name: "web", uid: "u", controller: true }],
  },
});

const status = (code: number, message: string, reason: string): { status: number; body: object } => ({
  status: code,
  body: { apiVersion: "v1", kind: "Status", status: "Failure", code, reason, message },
});

const frozen =
  "virtualservices.networking.istio.io \"a\" is forbidden: ValidatingAdmissionPolicy 'freeze' with binding 'freeze' denied request: until Monday";

async function sampleCluster(): Promise<FakeConnection> {
  const connection = await connectFake({ limits: { retryBudgetMs: 0 } });
  for (const name of ["sample", "shop"]) {
    connection.server.put({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
  return connection;
}

it("tries one object of each kind and namespace, and a pod where one makes pods, by dry-runs alone", async () => {
  const { client, server } = await sampleCluster();
  const trials = createWriteTrials(client, signal);
  server.put(replicaSet("web-1", "1"));
  server.put(replicaSet("web-2", "2"));
  server.put({ ...replicaSet("other-1", "9"), metadata: { name: "other-1", namespace: "sample" } });
  const settled: KubeObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "sample" } };
  for (const object of [route("a"), route("b"), route("c", "shop"), settled, deployment]) {
    await trials.of(object);
  }
  const tried = server.requests.filter(({ method }) => method !== "GET");
  expect(tried.map(({ url }) => url.replace(/\?.*/, ""))).toEqual([
    expect.stringMatching(/sample\/virtualservices\/a$/),
    expect.stringMatching(/shop\/virtualservices\/c$/),
    expect.stringMatching(/sample\/deployments\/web$/),
    expect.stringMatching(/sample\/pods$/),
  ]);
  expect(tried.every(({ url }) => url.includes("dryRun=All"))).toBe(true);
  expect(JSON.parse(tried[3]?.body ?? "")).toMatchObject({
    metadata: {
      name: "web-2-trial",
      labels: { app: "web", "pod-template-hash": "web-2" },
      ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-2", controller: true }],
    },
    spec: { containers: [{ name: "web" }] },
  });
  expect(trials.refused).toEqual([]);
  expect(trials.tried([route("a"), route("d", "away"), deployment, settled])).toEqual({
    pods: ["sample"],
    unknown: [{ write: "VirtualService in away", reason: "none is there that a dry-run could write" }],
  });
});

it("tries of what the plan has asked for itself the pods alone", async () => {
  const { client, server } = await sampleCluster();
  const trials = createWriteTrials(client, signal);
  await trials.of(route("a"), { isAsked: true });
  await trials.of(deployment, { isAsked: true });
  const tried = server.requests.filter(({ method }) => method !== "GET");
  expect(tried.map(({ url }) => url.replace(/\?.*/, ""))).toEqual([expect.stringMatching(/sample\/pods$/)]);
  expect(trials.tried([route("a"), deployment])).toEqual({ pods: ["sample"], unknown: [] });
});

it("keeps what policies and webhooks say, and neither rights nor quotas nor what knows no dry-runs", async () => {
  const { client, server } = await sampleCluster();
  const says: readonly (readonly [string, { status: number; body: object }])[] = [
    ["/virtualservices/a", status(422, frozen, "Invalid")],
    ["/virtualservices/c", status(403, 'user "ci" cannot patch resource "virtualservices"', "Forbidden")],
    ["/deployments/web", status(400, 'admission webhook "a.example" does not support dry run', "BadRequest")],
    ["sample/pods?", status(500, 'failed calling webhook "pods.example": context deadline exceeded', "InternalError")],
  ];
  for (const [end, answer] of says) {
    const matches = ({ url, method }: SeenRequest): boolean => method !== "GET" && url.includes(end);
    server.inject({ kind: "status", ...answer }, { times: 99, matches });
  }
  const trials = createWriteTrials(client, signal);
  for (const object of [route("a"), route("c", "shop"), deployment]) {
    await trials.of(object);
  }
  const id = { group: "apps", kind: "Deployment", namespace: "sample", name: "web" };
  expect(trials.refused).toEqual([
    {
      id: { group: "networking.istio.io", kind: "VirtualService", namespace: "sample", name: "a" },
      says: expect.stringContaining("'freeze'"),
    },
    { id, pod: true, says: expect.stringContaining('failed calling webhook "pods.example"') },
  ]);
  expect(trials.tried([])).toEqual({
    pods: ["sample"],
    unknown: [
      { write: "VirtualService in shop", reason: expect.stringContaining("cannot patch") },
      { write: "Deployment in sample", reason: expect.stringContaining("does not support dry run") },
    ],
  });
});

it("tries a pod as the controllers that are there make it, where no manifest says how", async () => {
  const { client, server } = await sampleCluster();
  const template = { metadata: { labels: { app: "web", "pod-template-hash": "web-2" } }, spec: podSpec };
  server.put({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "shop" },
    spec: { selector: { app: "web" } },
  });
  for (const [name, replicas] of [
    ["web-1", 0],
    ["web-2", 1],
  ] as const) {
    server.put({
      ...replicaSet(name, "1"),
      metadata: { ...replicaSet(name, "1").metadata, namespace: "shop" },
      spec: { replicas, template },
    });
  }
  const trials = createWriteTrials(client, signal);
  await trials.of(deployment);
  await trials.ofServices([
    { namespace: "sample", name: "web" },
    { namespace: "shop", name: "nothing" },
    { namespace: "shop", name: "web" },
    { namespace: "shop", name: "other" },
  ]);
  const tried = server.requests.filter(({ method }) => method === "POST");
  expect(tried.map(({ url }) => url.replace(/.*namespaces\//, ""))).toEqual([
    expect.stringMatching(/^sample\/pods\?.*dryRun=All/),
    expect.stringMatching(/^shop\/pods\?.*dryRun=All/),
  ]);
  expect(JSON.parse(tried[1]?.body ?? "")).toMatchObject({
    metadata: {
      name: "web-2-trial",
      namespace: "shop",
      labels: { app: "web", "pod-template-hash": "web-2" },
      ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-2", controller: true }],
    },
    spec: podSpec,
  });
  expect(trials.tried([]).pods).toEqual(["sample", "shop"]);
  expect(server.store.find({ apiVersion: "v1", kind: "Pod" }, "shop", "web-2-trial")).toBeUndefined();
});

it("makes the next pod of a StatefulSet, with the claims that its volumes are", async () => {
  const { client, server } = await sampleCluster();
  const set: KubeObject = {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "web", namespace: "sample" },
    spec: {
      replicas: 2,
      ordinals: { start: 5 },
      serviceName: "web",
      template: {
        metadata: { labels: { app: "web" } },
        spec: {
          ...podSpec,
          volumes: [
            { name: "data", emptyDir: {} },
            { name: "tmp", emptyDir: {} },
          ],
        },
      },
      volumeClaimTemplates: [{ metadata: { name: "data" } }],
    },
  };
  server.put(set);
  const trials = createWriteTrials(client, signal);
  await trials.of(set, { isAsked: true });
  const [tried] = server.requests.filter(({ method }) => method === "POST");
  expect(JSON.parse(tried?.body ?? "")).toEqual({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "web-7",
      namespace: "sample",
      labels: { app: "web", "statefulset.kubernetes.io/pod-name": "web-7" },
      ownerReferences: [
        { apiVersion: "apps/v1", kind: "StatefulSet", name: "web", uid: expect.any(String), controller: true },
      ],
    },
    spec: {
      ...podSpec,
      hostname: "web-7",
      subdomain: "web",
      volumes: [
        { name: "tmp", emptyDir: {} },
        { name: "data", persistentVolumeClaim: { claimName: "data-web-7" } },
      ],
    },
  });
});

it("says why nothing is known where this account may not see what makes pods", async () => {
  const { client, server } = await sampleCluster();
  server.put({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "shop" },
    spec: { selector: { app: "web" } },
  });
  server.inject(
    { kind: "status", ...status(403, "replicasets is forbidden", "Forbidden") },
    { times: 9, matches: ({ url }) => url.includes("replicasets") },
  );
  const trials = createWriteTrials(client, signal);
  await trials.ofServices([{ namespace: "shop", name: "web" }]);
  expect(trials.tried([])).toEqual({
    pods: [],
    unknown: [{ write: "pods in shop", reason: expect.stringContaining("replicasets is forbidden") }],
  });
});

it("says that a quota has no room for the next pod, which everything else lets in", async () => {
  const { client, server } = await sampleCluster();
  const says = 'pods "web-trial" is forbidden: exceeded quota: team, requested: pods=1, used: pods=2, limited: pods=2';
  server.inject({ kind: "status", ...status(403, says, "Forbidden") }, { matches: ({ method }) => method === "POST" });
  const trials = createWriteTrials(client, signal);
  await trials.of(deployment, { isAsked: true });
  expect(trials.refused).toEqual([]);
  expect(trials.tried([])).toEqual({
    pods: ["sample"],
    unknown: [{ write: "pods of Deployment sample/web", reason: expect.stringContaining("exceeded quota: team") }],
  });
});

it("tells of pods that are let in without a sidecar, whether they refuse one by then, and not of those that ask for none", async () => {
  const { client, server } = await sampleCluster();
  server.put({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "asks", labels: { "istio-injection": "enabled" } },
  });
  const trials = createWriteTrials(client, signal);
  const inNamespace = (namespace: string, labels = {}): KubeObject => ({
    ...deployment,
    metadata: { name: "web", namespace },
    spec: { template: { metadata: { labels }, spec: podSpec } },
  });
  await trials.of(inNamespace("asks"));
  await trials.of(inNamespace("sample"));
  await trials.of(inNamespace("shop", { "sidecar.istio.io/inject": "false" }));
  expect(trials.bare).toEqual([{ id: { group: "apps", kind: "Deployment", namespace: "sample", name: "web" } }]);
});
