import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west"]);
});

afterEach(async () => {
  await world.close();
});

interface Status {
  readonly clusters: readonly { readonly kind: string; readonly sync?: object }[];
}

async function syncNow(): Promise<object | undefined> {
  const { out } = await world.run("status -o json");
  return (JSON.parse(out) as Status).clusters[0]?.sync;
}

describe("isthmus status", () => {
  it("says whether a cluster is as the mesh file asks, before and after an apply and after a change by hand", async () => {
    expect(await syncNow()).toMatchObject({ kind: "compared", inSync: false, update: 0, unchanged: 0 });
    await world.run("apply --yes");
    expect(await syncNow()).toMatchObject({ kind: "compared", inSync: true, create: 0, update: 0, delete: 0 });
    const put = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "istio", namespace: "istio-system" } };
    world.servers["west"]?.put({ ...put, data: { mesh: "by hand" } });
    const { out, code } = await world.run("status");
    expect(out).toContain("× +0 ~1 -0");
    expect(out).toContain(
      "‼ west: not as the mesh file asks: 0 to create, 1 to change, 0 no longer in it (isthmus plan)",
    );
    expect(code).toBe(0);
  });

  it("says why no plan can be made, and shows the rest", async () => {
    await world.run("apply --yes");
    const put = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "istio", namespace: "istio-system" } };
    world.servers["west"]?.put({ ...put, data: { mesh: "by hand" } });
    world.servers["west"]?.inject(
      { kind: "status", status: 403 },
      { matches: ({ method, url }) => method === "PATCH" && url.includes("configmaps/istio?"), times: Infinity },
    );
    const { out, code } = await world.run("status");
    expect(out).toContain("? no plan");
    expect(out).toContain("‼ west: no plan can be made: ");
    expect(out).toContain("v1.36.3-fake");
    expect(code).toBe(0);
  });

  it("shows with -o wide also contexts, owned objects, replicas and the day that the CA ends", async () => {
    await world.run("apply --yes");
    const { out } = await world.run("status -o wide");
    expect(out).toMatch(
      /^CLUSTER +CONTEXT +OBJECTS +ISTIOD +INGRESS +EAST-WEST +PROXIES SYNCED +CA ENDS ON\nwest +west +[1-9]\d* +- +- +- +- +\d{4}-\d\d-\d\d$/m,
    );
  });

  it("shows with -o wide what every istiod says of every other cluster, and when the credential ends", async () => {
    const two = await startFakeClusters(["west", "east"], { living: true });
    try {
      expect((await two.run("apply --yes")).code).toBe(0);
      const { out } = await two.run("status -o wide");
      expect(out).toMatch(/^west +west +[1-9]\d* +1\/1 +- +- +istiod-1 1\/1 +\d{4}-\d\d-\d\d$/m);
      const pairs = out.slice(out.indexOf("CLUSTER  REMOTE"));
      expect(pairs.trim().split(/ *\n/)).toEqual([
        "CLUSTER  REMOTE  SYNC BY POD            CREDENTIAL ENDS",
        // Synced, and no Service of a gateway has an address.
        "west     east    istiod-1 × no gateway  not known",
        "east     west    istiod-1 × no gateway  not known",
      ]);
      const { clusters } = JSON.parse((await two.run("status -o json")).out) as {
        readonly clusters: readonly object[];
      };
      expect(clusters[0]).toMatchObject({
        remotes: { east: "no gateway" },
        remotesByPod: [{ pod: "istiod-1", clusters: { east: "no gateway" } }],
        credentials: [{ cluster: "east", token: "other" }],
      });
    } finally {
      await two.close();
    }
  });

  it("names a cluster that does not answer, and says nothing of its sync", async () => {
    await world.servers["west"]?.close();
    const { out, code } = await world.run("status");
    expect(out).toContain("× does not answer");
    expect(code).toBe(69);
  });

  it(
    "--watch prints a line of JSON per change, outlives a cluster that goes away and comes back, and ends with 130",
    {
      timeout: 60_000,
    },
    async () => {
      const stop = new AbortController();
      const server = world.servers["west"];
      const looks = (): number => server?.requests.filter(({ url }) => url.startsWith("/version")).length ?? 0;
      const until = async (holds: () => boolean): Promise<void> => {
        const end = Date.now() + 20_000;
        while (!holds() && Date.now() < end) {
          await pause(20);
        }
        expect(holds()).toBe(true);
      };
      const watching = world.run("status --watch --interval 50ms -o json", { signal: stop.signal });
      await until(() => looks() >= 4);
      const away = { hits: 0 };
      server?.inject(
        { kind: "status", status: 403 },
        {
          times: 1,
          matches: ({ url }) => {
            const hit = url.startsWith("/api/v1/nodes");
            away.hits += hit ? 1 : 0;
            return hit;
          },
        },
      );
      await until(() => away.hits > 0);
      const seen = looks();
      await until(() => looks() >= seen + 5);
      stop.abort(new DOMException("interrupted", "AbortError"));
      const { out, code } = await watching;
      const lines = out.trim().split("\n");
      const kinds = lines.map((line) => (JSON.parse(line) as Status).clusters[0]?.kind);
      expect(kinds).toEqual(["reached", "unreachable", "reached"]);
      expect(code).toBe(130);
    },
  );

  it("--watch draws a terminal anew at every look, and prints elsewhere a block with its time per change", async () => {
    const block = /^\d{4}-\d\d-\d\dT[\d:.]+Z\nMesh \S*prod\S*\n\nCLUSTER/;
    for (const tty of [true, false]) {
      const stop = new AbortController();
      const server = world.servers["west"];
      const looks = (): number => server?.requests.filter(({ url }) => url.startsWith("/version")).length ?? 0;
      const before = looks();
      const watching = world.run("status --watch --interval 50ms", { signal: stop.signal, tty });
      // A look asks for the version twice.
      while (looks() < before + 8) {
        await pause(20);
      }
      stop.abort(new DOMException("interrupted", "AbortError"));
      const { out, code } = await watching;
      expect(code).toBe(130);
      const screens = out.split("\u001B[2J\u001B[H");
      expect(tty ? screens[0] : screens.length).toBe(tty ? "" : 1);
      const shown = tty ? screens.slice(1) : screens;
      expect(tty ? shown.length > 2 : shown.length === 1).toBe(true);
      for (const one of shown) {
        expect(one).toMatch(block);
        expect(one.match(/CLUSTER/g)).toHaveLength(1);
      }
    }
  });
});
