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

const deployment: KubeObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "sample" },
  spec: { template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "web:1" }] } } },
};

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
  const settled: KubeObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "sample" } };
  for (const object of [route("a"), route("b"), route("c", "shop"), settled, deployment]) {
    await trials.of(object);
  }
  const tried = server.requests.filter(({ method }) => method !== "GET");
  expect(tried.map(({ url }) => url.replace(/\?.*/, ""))).toEqual([
    expect.stringMatching(/sample\/virtualservices\/a$/),
    expect.stringMatching(/shop\/virtualservices\/c$/),
    expect.stringMatching(/sample\/deployments\/web$/),
    expect.stringMatching(/sample\/pods\/web-trial$/),
  ]);
  expect(tried.every(({ url }) => url.includes("dryRun=All"))).toBe(true);
  expect(JSON.parse(tried[3]?.body ?? "")).toMatchObject({
    metadata: { labels: { app: "web" } },
    spec: { containers: [{ name: "web" }] },
  });
  expect(trials.refused).toEqual([]);
});

it("keeps what policies and webhooks say, and neither rights nor quotas nor what knows no dry-runs", async () => {
  const { client, server } = await sampleCluster();
  const says: readonly (readonly [string, { status: number; body: object }])[] = [
    ["/virtualservices/a", status(422, frozen, "Invalid")],
    ["/virtualservices/c", status(403, 'user "ci" cannot patch resource "virtualservices"', "Forbidden")],
    ["/deployments/web", status(400, 'admission webhook "a.example" does not support dry run', "BadRequest")],
    [
      "/pods/web-trial",
      status(500, 'failed calling webhook "pods.example": context deadline exceeded', "InternalError"),
    ],
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
});
