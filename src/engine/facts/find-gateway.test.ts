import { expect, it } from "vitest";
import { eastWestGateway, ingressGateway } from "../../core/render/names.ts";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { findGateway } from "./find-gateway.ts";

const { signal } = new AbortController();
const labels = { istio: "ew", app: "ew" };
const running = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
const elsewhere = { eastWest: { seenFrom: {}, service: { namespace: "gw", name: "ew" } } };

function pod(namespace: string, name: string, own: object) {
  return { apiVersion: "v1", kind: "Pod", metadata: { namespace, name, labels: own as never }, status: running };
}

function deployment(namespace: string, name: string, own: object) {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { namespace, name },
    spec: { replicas: 1, template: { metadata: { labels: own } } },
  };
}

function service(namespace: string, name: string, selector: object) {
  return { apiVersion: "v1", kind: "Service", metadata: { namespace, name }, spec: { selector } };
}

const usual = [
  service("istio-system", eastWestGateway, { istio: "eastwestgateway" }),
  deployment("istio-system", eastWestGateway, { istio: "eastwestgateway" }),
  pod("istio-system", "east-west-1", { istio: "eastwestgateway" }),
  service("istio-system", ingressGateway, { istio: "ingressgateway" }),
];
const theirs = [
  service("gw", "ew", labels),
  deployment("gw", "ew-gateway", labels),
  deployment("gw", "other", { app: "other" }),
  pod("gw", "ew-1", labels),
  pod("gw", "other-1", { app: "ew" }),
];

async function find(cluster: Parameters<typeof findGateway>[2], ...objects: readonly object[]) {
  const { server, client } = await connectFake();
  objects.forEach((one) => server.put(one as Parameters<typeof server.put>[0]));
  const found = await findGateway(client, eastWestGateway, cluster, signal);
  return {
    names: [found.service, found.deployment, ...found.pods].map((one) => one?.metadata.name),
    at: found.at,
  };
}

it("finds a gateway by its name in istio-system", async () => {
  expect(await find({}, ...usual, ...theirs)).toEqual({
    names: [eastWestGateway, eastWestGateway, "east-west-1"],
    at: undefined,
  });
});

it("finds one elsewhere by the Service that the mesh file names, and the pods that this selects", async () => {
  expect(await find(elsewhere, ...usual, ...theirs)).toEqual({
    names: ["ew", "ew-gateway", "ew-1"],
    at: { namespace: "gw", service: "ew", deployment: "ew-gateway" },
  });
});

it("finds no pods of a Service that selects none, or is not there", async () => {
  const at = { namespace: "gw", service: "ew", deployment: "ew" };
  const rest = theirs.slice(1);
  expect(await find(elsewhere, ...rest)).toEqual({ names: [undefined, undefined], at });
  expect(await find(elsewhere, service("gw", "ew", {}), ...rest)).toEqual({ names: ["ew", undefined], at });
});

it("leaves the ingress gateway where it is", async () => {
  const { server, client } = await connectFake();
  [...usual, ...theirs].forEach((one) => server.put(one));
  const found = await findGateway(client, ingressGateway, elsewhere, signal);
  expect([found.service?.metadata.namespace, found.at]).toEqual(["istio-system", undefined]);
});
