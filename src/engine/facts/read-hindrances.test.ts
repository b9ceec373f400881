import { expect, it } from "vitest";
import type { ServiceFacts } from "../../core/checks/facts.ts";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import type { WireObject } from "../../kube/fake/fake-store.ts";
import type { Standing } from "./read-hindrances.ts";
import { readHindrances } from "./read-hindrances.ts";
import { signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const labels = { app: "helloworld", version: "v1" };

function deployment(namespace: string, name: string, more: object = {}, pods: object = labels): WireObject {
  return wireObject(
    "Deployment",
    { namespace, name },
    { spec: { replicas: 1, selector: { matchLabels: pods }, template: { metadata: { labels: pods } } }, ...more },
  );
}

function failing(message: string): object {
  return { status: { conditions: [{ type: "ReplicaFailure", status: "True", reason: "FailedCreate", message }] } };
}

function standing(change: Partial<Standing> = {}): Standing {
  return {
    istiod: {
      desired: 1,
      ready: 1,
      reason: "",
      version: "",
      pods: [],
      webhook: true,
      validation: { webhooks: [], seesUnlabelled: true },
    },
    gateways: [{ name: "istio-ingressgateway", desired: 1, ready: 1, reason: "", pods: [] }],
    services: [service({ v1: ["10.0.0.1:5000"], v2: ["10.0.0.2:5000"] })],
    ...change,
  };
}

function service(podsOf: ServiceFacts["podsOf"]): ServiceFacts {
  return {
    service: "sample/helloworld",
    present: true,
    headless: false,
    ports: [5000],
    selector: { app: "helloworld" },
    servicePorts: [],
    podsOf,
    alsoAt: {},
    endpoints: [],
    withoutSidecar: [],
  };
}

it("asks for nothing where no pod is missing", async () => {
  const { server, client } = await wireCluster([]);
  expect(await readHindrances(client, twoClusters.services, standing(), signal)).toEqual([]);
  expect(server.requests).toEqual([]);
});

it("says why the pods of a version are not made, and which webhook that is", async () => {
  const message = 'Internal error occurred: failed calling webhook "a.example": no endpoints available';
  const { client } = await wireCluster([
    deployment("sample", "helloworld-v1", failing(message)),
    deployment("sample", "other", failing("no"), { app: "other" }),
    wireObject(
      "ValidatingWebhookConfiguration",
      { name: "guard" },
      {
        webhooks: [
          { name: "b.example" },
          { name: "a.example", clientConfig: { service: { namespace: "guard", name: "hook" } } },
        ],
      },
    ),
  ]);
  const services = [service({ v1: [], v2: ["10.0.0.2:5000"] })];
  expect(await readHindrances(client, twoClusters.services, standing({ services }), signal)).toEqual([
    {
      kind: "Deployment",
      namespace: "sample",
      name: "helloworld-v1",
      service: "sample/helloworld",
      version: "v1",
      words: `pods cannot be created: ${message}`,
      webhook: {
        name: "a.example",
        kind: "ValidatingWebhookConfiguration",
        configuration: "guard",
        place: 1,
        answers: false,
        service: "guard/hook",
      },
    },
  ]);
});

it("looks for what a service without versions selects, where it has no endpoint", async () => {
  const { client } = await wireCluster([deployment("sample", "helloworld", failing("too much"))]);
  const services = twoClusters.services.map((one) => ({ ...one, versions: [] }));
  const [found, ...more] = await readHindrances(client, services, standing({ services: [service({})] }), signal);
  expect(more).toEqual([]);
  expect(found).toEqual({
    kind: "Deployment",
    namespace: "sample",
    name: "helloworld",
    service: "sample/helloworld",
    words: "pods cannot be created: too much",
  });
});

it("says of a webhook that it has answered", async () => {
  const message = 'admission webhook "a.example" denied the request: no';
  const { client } = await wireCluster([
    deployment("sample", "helloworld-v1", failing(message)),
    wireObject("MutatingWebhookConfiguration", { name: "guard" }, { webhooks: [{ name: "a.example" }] }),
  ]);
  const services = [service({ v1: [], v2: [] })];
  const [found] = await readHindrances(client, twoClusters.services, standing({ services }), signal);
  expect(found?.webhook).toEqual({
    name: "a.example",
    kind: "MutatingWebhookConfiguration",
    configuration: "guard",
    place: 0,
    answers: true,
  });
});

it("says why the pods of a gateway and of istiod do not start", async () => {
  const pod = (name: string, app: string, status: object): WireObject =>
    wireObject("Pod", { namespace: "istio-system", name, labels: { app } }, { status });
  const unscheduled = {
    type: "PodScheduled",
    status: "False",
    reason: "Unschedulable",
    message: "0/1 nodes are available",
  };
  const waiting = { state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } } };
  const { client } = await wireCluster([
    deployment("istio-system", "istiod-canary", {}, { app: "istiod" }),
    deployment("istio-system", "istio-ingressgateway", {}, { app: "ingress" }),
    pod("istiod-1", "istiod", { phase: "Pending", conditions: [unscheduled] }),
    pod("ingress-1", "ingress", { phase: "Pending", containerStatuses: [{ name: "istio-proxy", ...waiting }] }),
  ]);
  const { istiod, gateways } = standing();
  const found = await readHindrances(
    client,
    twoClusters.services,
    standing({
      istiod: { ...istiod, deployment: "istiod-canary", ready: 0 },
      gateways: gateways.map((one) => ({ ...one, ready: 0 })),
    }),
    signal,
  );
  expect(found.map(({ name, words }) => [name, words])).toEqual([
    ["istiod-canary", expect.stringContaining("no node takes the pod: 0/1 nodes are available")],
    ["istio-ingressgateway", expect.stringContaining("ImagePullBackOff")],
  ]);
});

it("leaves out what is scaled to 0, and what this account may not look for", async () => {
  const idle = deployment("sample", "helloworld-v1", {
    spec: { replicas: 0, selector: { matchLabels: labels }, template: { metadata: { labels } } },
  });
  const { client } = await wireCluster([idle]);
  const services = [service({ v1: [], v2: ["10.0.0.2:5000"] })];
  expect(await readHindrances(client, twoClusters.services, standing({ services }), signal)).toEqual([]);
});

it("keeps Kubernetes' words where this account may not look for webhooks", async () => {
  const message = 'Internal error occurred: failed calling webhook "a.example": no endpoints available';
  const { server, client } = await wireCluster([deployment("sample", "helloworld-v1", failing(message))]);
  server.inject(
    { kind: "status", status: 403 },
    { times: 9, matches: ({ url }) => url.includes("webhookconfigurations") },
  );
  const services = [service({ v1: [], v2: ["10.0.0.2:5000"] })];
  const [found] = await readHindrances(client, twoClusters.services, standing({ services }), signal);
  expect(found).toEqual(
    expect.objectContaining({ name: "helloworld-v1", words: `pods cannot be created: ${message}` }),
  );
  expect(found).not.toHaveProperty("webhook");
});
