import { describe, expect, it } from "vitest";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { readProxyStates } from "./proxy-states.ts";

const { signal } = new AbortController();

/** The states of a cluster whose only istiod says this at `/debug/syncz`. */
async function read(entries: unknown, status = "200 OK") {
  const body = JSON.stringify(entries);
  const { server, client } = await connectFake({
    api: { podResponse: () => `HTTP/1.1 ${status}\r\ncontent-length: ${body.length}\r\n\r\n${body}` },
  });
  const metadata = { name: "istiod-1", namespace: "istio-system", labels: { app: "istiod" } };
  server.put({ apiVersion: "v1", kind: "Pod", metadata, status: { phase: "Running" } });
  return readProxyStates(client, signal);
}

const type = (name: string): string => `type.googleapis.com/envoy.config.${name}`;

describe("the proxies of an istiod", () => {
  it("have acknowledged everything, wait for something, or refuse it in Envoy's words", async () => {
    const entries = [
      { proxy: "good-1.sample", resources: { [type("route.v3.RouteConfiguration")]: { sent: "a", acked: "a" } } },
      { proxy: "late-1.sample", resources: { [type("cluster.v3.Cluster")]: { sent: "b", acked: "a" } } },
      { proxy: "idle-1.sample", resources: { [type("cluster.v3.Cluster")]: {} } },
      {
        proxy: "bad-1.sample",
        resources: {
          [type("route.v3.RouteConfiguration")]: { sent: "b", acked: "a", lastError: "missing ): (" },
          [type("listener.v3.Listener")]: { sent: "c", acked: "c" },
        },
      },
    ];
    expect(await read(entries)).toEqual([
      { proxy: "good-1.sample", istiod: "istiod-1", pending: [], refused: [] },
      { proxy: "late-1.sample", istiod: "istiod-1", pending: ["CDS"], refused: [] },
      { proxy: "idle-1.sample", istiod: "istiod-1", pending: [], refused: [] },
      {
        proxy: "bad-1.sample",
        istiod: "istiod-1",
        pending: [],
        refused: [{ type: "RDS", nonce: "b", words: "missing ): (" }],
      },
    ]);
  });

  it("are behind in a kind that is named after its discovery service, whichever form it is in", async () => {
    const types = [
      "Cluster",
      "Listener",
      "RouteConfiguration",
      "ClusterLoadAssignment",
      "Secret",
      "TypedExtensionConfig",
    ];
    const resources = Object.fromEntries([...types, "Other"].map((one) => [type(`x.v3.${one}`), { sent: "b" }]));
    const old = Object.fromEntries(
      ["cluster", "listener", "route", "endpoint", "extensionconfig"].map((one) => [`${one}_sent`, "b"]),
    );
    const found = await read([
      { proxy: "new-1.sample", resources },
      { proxy: "old-1.sample", ...old },
    ]);
    expect(found.map(({ pending }) => pending)).toEqual([
      ["CDS", "LDS", "RDS", "EDS", "SDS", "ECDS", "Other"],
      ["CDS", "LDS", "RDS", "EDS", "ECDS"],
    ]);
  });

  it("are told by their acknowledgements alone before Istio 1.24", async () => {
    const entries = [
      { proxy: "old-1.sample", cluster_sent: "a", cluster_acked: "a", route_sent: "b", route_acked: "a" },
    ];
    expect(await read(entries)).toEqual([{ proxy: "old-1.sample", istiod: "istiod-1", pending: ["RDS"], refused: [] }]);
  });

  it("are none where the istiod does not say", async () => {
    expect(await read("gone", "503 Service Unavailable")).toEqual([]);
    expect(await read(null)).toEqual([]);
  });
});
