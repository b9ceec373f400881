import { Buffer } from "node:buffer";
import { expect, it } from "vitest";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { inspectCertificate } from "../../pki/inspect.ts";
import { makeCertificate } from "../../pki/testing/make-certificate.ts";
import { readGateways } from "./read-gateways.ts";

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
  const [ingress] = await readGateways(client, [], signal);
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
      config: { chains: [], routeTables: [], clusters: [] },
    },
  ]);
});

it("says why a proxy could not be asked, instead of what it holds", async () => {
  const { server, client } = await connectFake({ api: { podResponse: () => http("503 Service Unavailable", {}) } });
  objects.forEach((one) => server.put(one));
  const [ingress] = await readGateways(client, [], signal);
  expect(ingress?.pods[0]?.problem).toMatch(/ answered 503$/);
});
