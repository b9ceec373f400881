import { expect, it } from "vitest";
import { UserError } from "../../../core/diagnostics/user-error.ts";
import { clusterNamed } from "../../../core/model/mesh.ts";
import { twoClusters } from "../../../core/testing/two-clusters.ts";
import type { FakeApiServer } from "../../../kube/fake/fake-api-server.ts";
import { connectFake } from "../../../kube/testing/connect-fake.ts";
import type { Connected } from "../../clusters/connect-clusters.ts";
import { waitUntilServed } from "./until-served.ts";

const { signal } = new AbortController();

function put(server: FakeApiServer, apiVersion: string, kind: string, metadata: object, more: object): void {
  server.put({ apiVersion, kind, metadata, ...more } as Parameters<FakeApiServer["put"]>[0]);
}

/** Two clusters: v2 runs in east with these labels and containers, and west's ingress has none of its endpoints. */
async function withoutEndpoint(
  labels: object,
  containers: readonly string[],
  onPage: (path: string) => void = () => {},
): Promise<readonly Connected[]> {
  const answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
  const podResponse = (path: string): string => {
    onPage(path);
    return answer;
  };
  return Promise.all(
    (["west", "east"] as const).map(async (name) => {
      const { server, client } = await connectFake({ cluster: name, api: { podResponse } });
      const of = (metadata: object): object => ({ namespace: "sample", ...metadata });
      if (name === "west") {
        const ingress = { name: "ingress-1", namespace: "istio-system", labels: { istio: "ingressgateway" } };
        put(server, "v1", "Pod", ingress, { status: { phase: "Running" } });
      } else {
        put(server, "v1", "Pod", of({ name: "helloworld-v2-1", labels: { version: "v2", ...labels } }), {
          spec: { containers: containers.map((container) => ({ name: container })) },
          status: { phase: "Running" },
        });
      }
      put(server, "v1", "Service", of({ name: "helloworld" }), { spec: { ports: [{ name: "http", port: 5000 }] } });
      const slice = of({ name: "helloworld-1", labels: { "kubernetes.io/service-name": "helloworld" } });
      const targetRef = { kind: "Pod", name: "helloworld-v2-1" };
      put(server, "discovery.k8s.io/v1", "EndpointSlice", slice, {
        ports: [{ name: "http", port: 5000 }],
        endpoints: name === "west" ? [] : [{ addresses: ["10.0.0.9"], conditions: { ready: true }, targetRef }],
      });
      put(
        server,
        "v1",
        "Service",
        { name: "istio-eastwestgateway", namespace: "istio-system" },
        { status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } } },
      );
      const context = { context: `ctx-${name}` };
      return { client, context, cluster: clusterNamed(twoClusters, name), facts: {} } as unknown as Connected;
    }),
  );
}

/** What is said when the time is over. */
async function timeOut(all: readonly Connected[]) {
  const [west] = all;
  const waiting = { timeoutMs: 1500, signal, onPending: () => {}, mayBeForeign: () => false };
  try {
    await waitUntilServed(twoClusters, west as Connected, all, waiting);
  } catch (error) {
    if (error instanceof UserError) {
      return error.diagnostics[0];
    }
    throw error;
  }
  return undefined;
}

it("names the pod without a sidecar because of which an endpoint is missing", async () => {
  const said = await timeOut(await withoutEndpoint({}, ["web"]));
  expect(said?.code).toBe("ISM307");
  expect(said?.detail).toContain("v2 lacks 192.0.2.1:15443");
  expect(said?.detail).toContain("sample/helloworld-v2-1 of east has no sidecar");
  expect(said?.fix).toContain("kubectl --context ctx-east -n sample rollout restart deployment");
});

it("does not have a pod restarted that refuses a sidecar itself", async () => {
  const said = await timeOut(await withoutEndpoint({ "sidecar.istio.io/inject": "false" }, ["web"]));
  expect(said?.fix).toContain('take sidecar.istio.io/inject: "false" out of the pods\' template in sample of east');
  expect(said?.fix).not.toContain("restart");
});

it("sends to the check where pods have their sidecars", async () => {
  const said = await timeOut(await withoutEndpoint({}, ["web", "istio-proxy"]));
  expect(said?.detail).not.toContain("sidecar");
  expect(said?.fix).toContain("isthmus check");
});

it("reads the table of a proxy once in a look, for however many services", async () => {
  const pages: string[] = [];
  const all = await withoutEndpoint({}, ["web"], (path) => pages.push(path));
  const more = twoClusters.services.flatMap((service) => ["a", "b"].map((name) => ({ ...service, name })));
  const mesh = { ...twoClusters, services: [...twoClusters.services, ...more] };
  const stop = new AbortController();
  let looks = 0;
  const onPending = (): void => {
    looks += 1;
    if (looks === 2) {
      stop.abort();
    }
  };
  const options = { timeoutMs: 30_000, signal: stop.signal, onPending, mayBeForeign: () => false };
  await expect(waitUntilServed(mesh, all[0] as Connected, all, options)).rejects.toThrow("aborted");
  expect(pages).toEqual(["/clusters?format=json", "/clusters?format=json"]);
});
