import { expect, it } from "vitest";
import { listIstiodPods, readIstiodDebug, readIstiodPage } from "./istiod-pods.ts";
import { askedPorts, runningStatus, signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const pod = (name: string, metadata: object = {}, status: object = runningStatus()) =>
  wireObject("Pod", { namespace: "istio-system", name, labels: { app: "istiod" }, ...metadata }, { status });

it("lists istiod pods that run and are not being deleted", async () => {
  const { client } = await wireCluster([
    pod("istiod-1"),
    pod("istiod-pending", {}, { phase: "Pending" }),
    pod("istiod-deleted", { deletionTimestamp: "2026-11-01T00:00:00Z" }),
    pod("other", { labels: { app: "other" } }),
    pod("elsewhere", { namespace: "sample" }),
  ]);
  expect((await listIstiodPods(client, signal)).map(({ metadata }) => metadata.name)).toEqual(["istiod-1"]);
});

it("reads a page of the monitoring port as it is, or parsed", async () => {
  const { server, client } = await wireCluster([pod("istiod-1")], { pages: { "/metrics": "a 1\n", "/debug/x": [1] } });
  expect(await readIstiodPage(client, "istiod-1", "/metrics", signal)).toBe("a 1\n");
  expect(await readIstiodDebug(client, "istiod-1", "/debug/x", signal)).toEqual([1]);
  expect(askedPorts({ server })).toEqual([15014]);
});

it("rejects where the page is not there", async () => {
  const { client } = await wireCluster([pod("istiod-1")]);
  await expect(readIstiodPage(client, "istiod-1", "/metrics", signal)).rejects.toThrow("/metrics answered 404");
});
