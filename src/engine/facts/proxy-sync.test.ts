import { expect, it } from "vitest";
import { readProxySync } from "./proxy-sync.ts";
import { runningStatus, signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const istiod = wireObject(
  "Pod",
  { namespace: "istio-system", name: "istiod-1", labels: { app: "istiod" } },
  { status: runningStatus() },
);
const kinds = ["cluster", "listener", "route", "endpoint", "extensionconfig"];

it("counts the proxies of an istiod pod, and those that have acknowledged everything", async () => {
  const synced = Object.fromEntries(
    kinds.flatMap((kind) => ["sent", "acked"].map((what) => [`${kind}_${what}`, kind])),
  );
  const behind = kinds.map((kind) => ({ ...synced, [`${kind}_acked`]: "older" }));
  const { client } = await wireCluster([istiod], { pages: { "/debug/syncz": [synced, {}, ...behind] } });
  expect(await readProxySync(client, signal)).toEqual([{ pod: "istiod-1", connected: 7, synced: 2 }]);
});

it("counts none for an istiod without proxies", async () => {
  const { client } = await wireCluster([istiod], { pages: { "/debug/syncz": null } });
  expect(await readProxySync(client, signal)).toEqual([{ pod: "istiod-1", connected: 0, synced: 0 }]);
});

it("says why a pod could not be asked", async () => {
  const { client } = await wireCluster([istiod]);
  expect(await readProxySync(client, signal)).toEqual([
    { pod: "istiod-1", connected: 0, synced: 0, problem: "/debug/syncz answered 404" },
  ]);
});
