import { Buffer } from "node:buffer";
import type { FakeResource } from "../../../kube/fake/fake-request.ts";
import type { WireObject } from "../../../kube/fake/fake-store.ts";
import type { FakeConnection } from "../../../kube/testing/connect-fake.ts";
import { connectFake } from "../../../kube/testing/connect-fake.ts";

export interface WireClusterOptions {
  /** Path → what a pod answers there with 200: a text as it is, anything else as JSON. Every other path is 404. */
  readonly pages?: Readonly<Record<string, unknown>>;
  readonly kinds?: readonly FakeResource[];
}

/** A fake API server that has these objects, with a client of it; both end with the test. */
export async function wireCluster(
  objects: readonly WireObject[],
  { pages = {}, kinds = [] }: WireClusterOptions = {},
): Promise<FakeConnection> {
  const connection = await connectFake({ api: { kinds, podResponse: (path) => answerOf(pages[path]) } });
  for (const object of objects) {
    connection.server.put(object);
  }
  return connection;
}

/** The ports of pods that were asked through port-forwards, each once. */
export function askedPorts({ server }: Pick<FakeConnection, "server">): readonly number[] {
  const ports = server.requests.map(({ url }) => new URL(url, server.url).searchParams.get("ports"));
  return [...new Set(ports.filter((port) => port !== null))].map(Number);
}

function answerOf(page: unknown): string {
  const text = typeof page === "string" ? page : JSON.stringify(page ?? null);
  const status = page === undefined ? "404 Not Found" : "200 OK";
  return `HTTP/1.1 ${status}\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

/** An object as an API server has it; `apiVersion` is that of the kind where it is of Kubernetes' own groups. */
export function wireObject(
  kind: string,
  {
    namespace,
    name,
    ...metadata
  }: { readonly namespace?: string; readonly name: string; readonly [key: string]: unknown },
  rest: Readonly<Record<string, unknown>> = {},
): WireObject {
  return {
    apiVersion: apiVersions[kind] ?? "v1",
    kind,
    metadata: { ...metadata, name, ...(namespace === undefined ? {} : { namespace }) },
    ...rest,
  };
}

const apiVersions: Readonly<Record<string, string>> = {
  Deployment: "apps/v1",
  DaemonSet: "apps/v1",
  EndpointSlice: "discovery.k8s.io/v1",
  Gateway: "networking.istio.io/v1",
  DestinationRule: "networking.istio.io/v1",
  VirtualService: "networking.istio.io/v1",
  EnvoyFilter: "networking.istio.io/v1alpha3",
  MutatingWebhookConfiguration: "admissionregistration.k8s.io/v1",
  ValidatingWebhookConfiguration: "admissionregistration.k8s.io/v1",
  CustomResourceDefinition: "apiextensions.k8s.io/v1",
  Lease: "coordination.k8s.io/v1",
  NetworkPolicy: "networking.k8s.io/v1",
  PeerAuthentication: "security.istio.io/v1beta1",
  AuthorizationPolicy: "security.istio.io/v1beta1",
};

/** Status of a pod that runs and is ready, or is not. */
export function runningStatus(ready = true): Readonly<Record<string, unknown>> {
  return { phase: "Running", conditions: [{ type: "Ready", status: ready ? "True" : "False" }] };
}

/** What a Secret holds, in base64 as on the wire. */
export function wireData(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, base64(value)]));
}

export function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}

/** For readers that nothing cuts off. */
export const { signal } = new AbortController();
