import { expect, it } from "vitest";
import { readGatewayPods } from "./gateway-pods.ts";
import { runningStatus, signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const namespace = "istio-system";
const labels = { istio: "ingressgateway" };
const pod = (name: string, metadata: object, status: Readonly<Record<string, unknown>> | undefined) =>
  wireObject("Pod", { namespace, name, labels, ...metadata }, status === undefined ? {} : { status });

it("tells pods of the ingress gateway that get requests from those that do not", async () => {
  const { client } = await wireCluster([
    pod("ready", {}, runningStatus()),
    pod("unready", {}, runningStatus(false)),
    pod("new", {}, undefined),
    pod("deleted", { deletionTimestamp: "2026-11-01T00:00:00Z" }, runningStatus()),
    pod("east-west", { labels: { istio: "eastwestgateway" } }, runningStatus()),
    pod("elsewhere", { namespace: "sample" }, runningStatus()),
  ]);
  const { ready, unready } = await readGatewayPods(client, signal);
  expect(ready).toEqual([{ namespace, name: "ready" }]);
  expect(unready.toSorted()).toEqual(["new", "unready"]);
});
