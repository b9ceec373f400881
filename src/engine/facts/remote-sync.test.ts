import { expect, it } from "vitest";
import { readRemoteSync } from "./remote-sync.ts";
import { runningStatus, signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const istiod = wireObject(
  "Pod",
  { namespace: "istio-system", name: "istiod-1", labels: { app: "istiod" } },
  { status: runningStatus() },
);

it("reads what each istiod pod says of the clusters that it watches", async () => {
  const entries = [
    { id: "west", syncStatus: "synced" },
    { id: "east", syncStatus: "timeout" },
  ];
  const { client } = await wireCluster([istiod], { pages: { "/debug/clusterz": entries } });
  expect(await readRemoteSync(client, signal)).toEqual([
    {
      pod: "istiod-1",
      clusters: new Map([
        ["west", "synced"],
        ["east", "timeout"],
      ]),
    },
  ]);
});

it("takes an answer without content for no clusters", async () => {
  const { client } = await wireCluster([istiod], { pages: { "/debug/clusterz": null } });
  expect(await readRemoteSync(client, signal)).toEqual([{ pod: "istiod-1", clusters: new Map() }]);
});

it("says why a pod could not be asked", async () => {
  const { client } = await wireCluster([istiod]);
  expect(await readRemoteSync(client, signal)).toEqual([
    { pod: "istiod-1", clusters: new Map(), problem: "/debug/clusterz answered 404" },
  ]);
});
