import { expect, it } from "vitest";
import { clusterNamed } from "../../core/model/mesh.ts";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import { runningStatus, signal, wireCluster, wireObject } from "../facts/testing/wire-cluster.ts";
import { withKnownGateways } from "./reached-networks.ts";

const istiod = wireObject("Pod", { namespace: "istio-system", name: "istiod-1" }, { status: runningStatus() });

async function statesOf(gateways: readonly object[], state = "synced", mesh = twoClusters): Promise<unknown> {
  const { client } = await wireCluster([istiod], { pages: { "/debug/networkz": gateways } });
  const pods = [{ pod: "istiod-1", clusters: new Map([["east", state]]) }];
  const west = clusterNamed(mesh, "west");
  const [pod] = await withKnownGateways(pods, { client, mesh, cluster: west }, signal);
  return pod?.problem ?? Object.fromEntries(pod?.clusters ?? []);
}

const gateway = { Network: "east-net", Cluster: "east", Addr: "203.0.113.7", Port: 8443 };

it("leaves a cluster synced whose gateway istiod knows, by its Service or by its network alone", async () => {
  expect(await statesOf([gateway])).toEqual({ east: "synced" });
  expect(await statesOf([{ ...gateway, Cluster: "" }])).toEqual({ east: "synced" });
});

it("says that there is no gateway to a cluster whose network has none, as behind a host name that nobody resolves", async () => {
  expect(await statesOf([])).toEqual({ east: "no gateway" });
  expect(await statesOf([{ ...gateway, Network: "other-net" }])).toEqual({ east: "no gateway" });
});

it("asks for nothing where a cluster is not synced, or on the same network", async () => {
  expect(await statesOf([], "timeout")).toEqual({ east: "timeout" });
  const shared = { ...twoClusters, clusters: twoClusters.clusters.map((one) => ({ ...one, network: "one" })) };
  expect(await statesOf([], "synced", shared)).toEqual({ east: "synced" });
});
