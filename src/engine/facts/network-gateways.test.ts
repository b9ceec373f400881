import { expect, it } from "vitest";
import { readNetworkGateways } from "./network-gateways.ts";
import { askedPorts, runningStatus, signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const istiod = wireObject("Pod", { namespace: "istio-system", name: "istiod-1" }, { status: runningStatus() });

it("reads the gateways of networks as an istiod has resolved them, and none where it has none", async () => {
  const page = [{ Network: "east-net", Cluster: "east", Addr: "198.51.100.1", Port: 15443, Weight: 1 }];
  const connection = await wireCluster([istiod], { pages: { "/debug/networkz": page } });
  expect(await readNetworkGateways(connection.client, "istiod-1", signal)).toEqual([
    { network: "east-net", cluster: "east", address: "198.51.100.1", port: 15443 },
  ]);
  expect(askedPorts(connection)).toEqual([15014]);
  const empty = await wireCluster([istiod], { pages: { "/debug/networkz": null } });
  expect(await readNetworkGateways(empty.client, "istiod-1", signal)).toEqual([]);
});
