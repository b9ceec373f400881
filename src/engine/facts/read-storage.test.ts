import { describe, expect, it } from "vitest";
import type { FakeApiServer } from "../../kube/fake/fake-api-server.ts";
import { readStorage } from "./read-storage.ts";
import { signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const kinds = [{ apiVersion: "coordination.k8s.io/v1", kind: "Lease", plural: "leases", namespaced: true }];
const identity = { "apiserver.kubernetes.io/identity": "kube-apiserver" };
const old = "2026-11-23T05:00:00.000000Z";

function lease(name: string, renewTime: string, labels: Readonly<Record<string, string>> = {}) {
  return wireObject("Lease", { namespace: "kube-system", name, labels }, { spec: { renewTime } });
}

/** A look ten minutes after the newest renewal, by the clock of whoever asks. */
function watch(everyMs = 5) {
  return { now: () => Date.parse("2026-11-23T05:10:00Z"), signal, watchMs: 20, everyMs };
}

function listsOf(server: FakeApiServer): number {
  return server.requests.filter(({ url }) => url.includes("/leases")).length;
}

it("says that nothing is stored where no Lease moves while it is watched", async () => {
  const { client } = await wireCluster([lease("apiserver-x", old, identity), lease("kube-scheduler", old)], { kinds });
  expect(await readStorage(client, client, watch())).toEqual({ state: "still", newest: old, watchedSeconds: 0 });
});

it("says that writes are stored where one moves, though this machine's clock is wrong", async () => {
  const { client, server } = await wireCluster([lease("apiserver-x", old, identity)], { kinds });
  const reading = readStorage(client, client, { ...watch(50), watchMs: 60_000 });
  await expect.poll(() => listsOf(server)).toBeGreaterThan(0);
  server.put(lease("apiserver-x", "2026-11-23T05:00:10.000000Z", identity));
  expect(await reading).toEqual({ state: "stores" });
});

it("says that writes are stored where one of a clock that was ahead stays, and another moves", async () => {
  const ahead = lease("node-that-is-gone", "2027-01-01T00:00:00.000000Z");
  const { client, server } = await wireCluster([ahead, lease("apiserver-x", old, identity)], { kinds });
  const reading = readStorage(client, client, { ...watch(50), watchMs: 60_000 });
  await expect.poll(() => listsOf(server)).toBeGreaterThan(0);
  server.put(lease("apiserver-x", "2026-11-23T05:00:10.000000Z", identity));
  expect(await reading).toEqual({ state: "stores" });
});

it("watches none where the time of the look is too short, and says so", async () => {
  const { client, server } = await wireCluster([lease("apiserver-x", old, identity)], { kinds });
  expect(await readStorage(client, client, { ...watch(), limitMs: 5_000 })).toEqual({
    state: "unwatched",
    watchedSeconds: 0,
  });
  expect(listsOf(server)).toBe(1);
});

it("asks once where one was renewed just now", async () => {
  const { client, server } = await wireCluster([lease("apiserver-x", "2026-11-23T05:09:50Z", identity)], { kinds });
  expect(await readStorage(client, client, watch())).toEqual({ state: "stores" });
  expect(listsOf(server)).toBe(1);
});

it("knows the Lease of an API server of Kubernetes 1.26 by its label of then", async () => {
  const { client } = await wireCluster([lease("apiserver-x", old, { "k8s.io/component": "kube-apiserver" })], {
    kinds,
  });
  expect(await readStorage(client, client, watch())).toEqual({ state: "still", newest: old, watchedSeconds: 0 });
});

describe("where no API server has a Lease, as before Kubernetes 1.26", () => {
  it("says that writes are stored where a controller has renewed its own just now", async () => {
    const { client, server } = await wireCluster([lease("kube-scheduler", "2026-11-23T05:09:58Z")], { kinds });
    expect(await readStorage(client, client, watch())).toEqual({ state: "stores" });
    expect(listsOf(server)).toBe(1);
  });

  it("says so where it moves though this machine's clock is wrong", async () => {
    const { client, server } = await wireCluster([lease("kube-scheduler", old)], { kinds });
    const reading = readStorage(client, client, { ...watch(50), watchMs: 60_000 });
    await expect.poll(() => listsOf(server)).toBeGreaterThan(0);
    server.put(lease("kube-scheduler", "2026-11-23T05:00:02.000000Z"));
    expect(await reading).toEqual({ state: "stores" });
  });

  it("knows nothing where none moves: their holders may stand still", async () => {
    const { client } = await wireCluster([lease("somebodys", old)], { kinds });
    expect(await readStorage(client, client, watch())).toBeUndefined();
  });
});
