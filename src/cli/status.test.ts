import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeClusters } from "./testing/fake-clusters.ts";
import { startFakeClusters } from "./testing/fake-clusters.ts";

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
  it(
    "says whether a cluster is as the mesh file asks, before and after an apply and after a change by hand",
    { timeout: 30_000 },
    async () => {
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
    },
  );

  it("says why no plan can be made, and shows the rest", async () => {
    await world.run("apply --yes");
    const put = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "istio", namespace: "istio-system" } };
    world.servers["west"]?.put({ ...put, data: { mesh: "by hand" } });
    world.servers["west"]?.addConflict({ apiVersion: "v1", kind: "ConfigMap" }, "istio", {
      manager: "kubectl",
      field: ".data.mesh",
    });
    const { out, code } = await world.run("status");
    expect(out).toContain("? no plan");
    expect(out).toContain("‼ west: no plan can be made: ISM268 Another tool owns the object (isthmus plan)");
    expect(out).toContain("v1.36.3-fake");
    expect(code).toBe(0);
  });

  it("shows with -o wide also contexts, owned objects and the day that the CA ends", async () => {
    await world.run("apply --yes");
    const { out } = await world.run("status -o wide");
    expect(out).toMatch(
      /^CLUSTER +CONTEXT +OBJECTS +PROXIES SYNCED +CA ENDS ON\nwest +west +[1-9]\d* +- +\d{4}-\d\d-\d\d$/m,
    );
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
});
