import type { FakeApiServer } from "../../kube/fake/fake-api-server.ts";

/** The kind of object that a cluster's own controllers keep for a Service. */
export const endpointSlices = {
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  plural: "endpointslices",
  namespaced: true,
} as const;

/** One pod of version `version` of `sample/helloworld`, ready or not, as a cluster has it, and the Service before it. */
export function runPod(server: FakeApiServer | undefined, version: string, address: string, ready = true): void {
  const namespace = "sample";
  const ports = [{ name: "http", port: 5000 }];
  server?.put({ apiVersion: "v1", kind: "Service", metadata: { name: "helloworld", namespace }, spec: { ports } });
  server?.put({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `helloworld-${version}`, namespace, labels: { version } },
    status: { phase: "Running" },
  });
  server?.put({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: `helloworld-${version}`, namespace, labels: { "kubernetes.io/service-name": "helloworld" } },
    addressType: "IPv4",
    ports,
    endpoints: [
      { addresses: [address], conditions: { ready }, targetRef: { kind: "Pod", name: `helloworld-${version}` } },
    ],
  });
}

/** A running pod of the ingress gateway. */
export function runIngress(server: FakeApiServer | undefined): void {
  server?.put({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "ingress-1", namespace: "istio-system", labels: { istio: "ingressgateway" } },
    status: { phase: "Running" },
  });
}

/** The east-west gateway's Service with its address. */
export function runEastWest(server: FakeApiServer | undefined, address: string): void {
  server?.put({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "istio-eastwestgateway", namespace: "istio-system" },
    spec: { type: "LoadBalancer" },
    status: { loadBalancer: { ingress: [{ ip: address }] } },
  });
}

/** An Envoy's `/clusters?format=json` with these endpoints of each version of `sample/helloworld`, the first of which has given so many answers. */
export function clustersPage(
  endpoints: Readonly<Record<string, readonly string[]>>,
  answers: Readonly<Record<string, number>> = {},
): string {
  const body = JSON.stringify({
    cluster_statuses: Object.entries(endpoints).map(([version, addresses]) => ({
      name: `outbound|5000|${version}|helloworld.sample.svc.cluster.local`,
      host_statuses: addresses.map((one, index) => {
        const [address = "", port = ""] = one.split(":");
        const stats = index === 0 ? [{ name: "rq_success", value: String(answers[version] ?? 0) }] : [];
        return { address: { socket_address: { address, port_value: Number(port) } }, stats };
      }),
    })),
  });
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** An Envoy's `/clusters?format=json` with one endpoint of each version of `sample/helloworld`, and how tries given to it have ended. */
export function triesPage(
  endpoints: Readonly<Record<string, string>>,
  tries: Readonly<
    Record<
      string,
      { readonly answered: number; readonly failed: number; readonly begun?: number; readonly open?: number }
    >
  >,
): string {
  const body = JSON.stringify({
    cluster_statuses: Object.entries(endpoints).map(([version, endpoint]) => {
      const [address = "", port = ""] = endpoint.split(":");
      const { answered = 0, failed = 0, begun = answered + failed, open = 0 } = tries[version] ?? {};
      const stats = [
        { name: "rq_total", value: String(begun) },
        { name: "rq_active", value: String(open) },
        { name: "rq_success", value: String(answered) },
        { name: "rq_error", value: String(failed) },
      ];
      return {
        name: `outbound|5000|${version}|helloworld.sample.svc.cluster.local`,
        host_statuses: [{ address: { socket_address: { address, port_value: Number(port) } }, stats }],
      };
    }),
  });
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
