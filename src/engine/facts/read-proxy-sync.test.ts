import { describe, expect, it } from "vitest";
import { readProxySync } from "./read-proxy-sync.ts";

const { signal } = new AbortController();
const routeType = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration";

/** What an istiod answers, one after the other. */
function answers(...all: readonly unknown[]): () => Promise<unknown> {
  const left = [...all];
  return async () => Promise.resolve(left.length > 1 ? left.shift() : left[0]);
}

function entry(sent: string, acked: string, lastError?: string): object {
  return {
    proxy: "istio-ingressgateway-7c.istio-system",
    istio_version: "1.31.0",
    resources: { [routeType]: { sent, acked, ...(lastError === undefined ? {} : { lastError }) } },
  };
}

describe("what istiod says of its proxies", () => {
  it("is that a proxy which acknowledged everything is current", async () => {
    expect(await readProxySync(answers([entry("a", "a")]), signal, 10)).toEqual([
      { namespace: "istio-system", name: "istio-ingressgateway-7c", refused: [], behind: [] },
    ]);
  });

  it("is that a proxy refuses a kind, in its own words", async () => {
    const [proxy] = await readProxySync(answers([entry("b", "a", "missing ): (")]), signal, 10);
    expect(proxy?.refused).toEqual([{ kind: "routes", words: "missing ): (" }]);
    expect(proxy?.behind).toEqual([]);
  });

  it("is that a proxy is behind when the same waits a while later", async () => {
    const [stuck] = await readProxySync(answers([entry("b", "a")]), signal, 10);
    expect(stuck?.behind).toEqual(["routes"]);
  });

  it("is not that a proxy is behind when something newer is under way by then", async () => {
    const [busy] = await readProxySync(answers([entry("b", "a")], [entry("c", "b")]), signal, 10);
    expect(busy?.behind).toEqual([]);
  });

  it("is which kind it waits for, in whichever form istiod says it", async () => {
    const types = [
      "Cluster",
      "Listener",
      "RouteConfiguration",
      "ClusterLoadAssignment",
      "TypedExtensionConfig",
      "Secret",
    ];
    const resources = Object.fromEntries(types.map((one) => [`type.googleapis.com/x.v3.${one}`, { sent: "b" }]));
    const old = ["cluster", "listener", "route", "endpoint", "extensionconfig"].map((one) => [`${one}_sent`, "b"]);
    const found = await readProxySync(
      answers([
        { proxy: "new-1.sample", resources },
        { proxy: "old-1.sample", ...Object.fromEntries(old) },
      ]),
      signal,
      10,
    );
    expect(found.map(({ behind }) => behind)).toEqual([
      ["clusters", "listeners", "routes", "endpoints", "extensions", "certificates"],
      ["clusters", "listeners", "routes", "endpoints", "extensions"],
    ]);
  });

  it("is read from the fields of older releases too", async () => {
    const old = { proxy: "web-1.sample", route_sent: "b", route_acked: "a", cluster_sent: "c", cluster_acked: "c" };
    const [proxy] = await readProxySync(answers([old]), signal, 10);
    expect(proxy).toEqual({ namespace: "sample", name: "web-1", refused: [], behind: ["routes"] });
  });

  it("ends at once when the run is cut off", async () => {
    const stop = new AbortController();
    const reading = readProxySync(answers([entry("b", "a")]), stop.signal);
    stop.abort(new Error("cut off"));
    await expect(reading).rejects.toMatchObject({ name: "AbortError" });
  });
});
