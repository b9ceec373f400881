import { expect, it } from "vitest";
import { connectFake } from "../../../kube/testing/connect-fake.ts";
import { gatewayProxyTest } from "./gateway-proxies.ts";

const { signal } = new AbortController();

it("knows the proxies of gateways where isthmus makes them, without a request", async () => {
  const { server, client } = await connectFake();
  const isOurs = await gatewayProxyTest({ client, cluster: {} }, signal);
  expect(isOurs("istio-ingressgateway-5d8-x2.istio-system")).toBe(true);
  expect(isOurs("istio-eastwestgateway-5d8-x2.istio-system")).toBe(true);
  expect(isOurs("ew-5d8-x2.gw")).toBe(false);
  expect(isOurs("istio-ingressgateway-5d8-x2.sample")).toBe(false);
  expect(server.requests).toEqual([]);
});

it("knows those of a gateway that the mesh file names by the Deployment that it finds", async () => {
  const { server, client } = await connectFake();
  const labels = { istio: "ew" };
  server.put({
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: "gw", name: "ew" },
    spec: { selector: labels },
  });
  server.put({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { namespace: "gw", name: "eastwest" },
    spec: { template: { metadata: { labels } } },
  });
  const cluster = { eastWest: { seenFrom: {}, service: { namespace: "gw", name: "ew" } } };
  const isOurs = await gatewayProxyTest({ client, cluster }, signal);
  expect(isOurs("eastwest-5d8-x2.gw")).toBe(true);
  expect(isOurs("ew-5d8-x2.gw")).toBe(false);
  expect(isOurs("istio-eastwestgateway-5d8-x2.istio-system")).toBe(false);
});
