import { expect, it } from "vitest";
import { readNodes } from "./read-nodes.ts";
import { runningStatus, signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

it("reads where nodes are, and whether they are ready", async () => {
  const labels = { "topology.kubernetes.io/region": "eu", "topology.kubernetes.io/zone": "eu-1" };
  const { client } = await wireCluster([
    wireObject("Node", { name: "a", labels }, { status: runningStatus() }),
    wireObject("Node", { name: "b" }, { status: runningStatus(false) }),
    wireObject("Node", { name: "c" }),
  ]);
  expect(await readNodes(client, signal)).toEqual([
    { name: "a", ready: true, region: "eu", zone: "eu-1" },
    { name: "b", ready: false, region: "", zone: "" },
    { name: "c", ready: false, region: "", zone: "" },
  ]);
});

it("reads what keeps pods off a node, and not what only asks them to go elsewhere", async () => {
  const taints = [
    { key: "maintenance", value: "yes", effect: "NoExecute" },
    { key: "gpu", effect: "NoSchedule" },
    { key: "busy", effect: "PreferNoSchedule" },
  ];
  const { client } = await wireCluster([
    wireObject("Node", { name: "a" }, { status: runningStatus(), spec: { unschedulable: true, taints } }),
  ]);
  expect(await readNodes(client, signal)).toEqual([
    { name: "a", ready: true, region: "", zone: "", cordoned: true, taints: taints.slice(0, 2) },
  ]);
});
