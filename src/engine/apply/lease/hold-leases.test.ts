import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { leaseDurationMs } from "../../../core/decide/lease.ts";
import { UserError } from "../../../core/diagnostics/user-error.ts";
import { renderLease } from "../../../core/plan/lease-object.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { createKubeClient } from "../../../kube/connect-client.ts";
import type { FakeApiServer } from "../../../kube/fake/fake-api-server.ts";
import { startFakeApiServer } from "../../../kube/fake/fake-api-server.ts";
import { contextOf } from "../../../kube/fake/fake-context.ts";
import type { WireObject } from "../../../kube/fake/fake-store.ts";
import { guardClient } from "./guard-client.ts";
import type { HeldLeases, LeaseTarget } from "./hold-leases.ts";
import { holdLeases } from "./hold-leases.ts";
import { leaseReference } from "./take-lease.ts";
import { markProcess } from "../../../files/process-mark.ts";

const leaseKind = { apiVersion: "coordination.k8s.io/v1", kind: "Lease" };
const names = ["east", "north", "west"];
let servers: Map<string, FakeApiServer>;
let clients: KubeClient[];
let now = Date.UTC(2026, 0, 1);

beforeEach(async () => {
  servers = new Map(await Promise.all(names.map(async (name) => [name, await startFakeApiServer()] as const)));
  clients = [];
});

afterEach(async () => {
  await Promise.all(clients.map(async (client) => client.close()));
  await Promise.all([...servers.values()].map(async (server) => server.close()));
});

/** The clusters as one command sees them, through connections of its own. */
function targets(): readonly LeaseTarget[] {
  return [...servers].map(([cluster, server]) => {
    const client = createKubeClient({
      cluster,
      context: contextOf(server.url),
      limits: { retryBudgetMs: 200 },
    });
    clients.push(client);
    return { cluster, client };
  });
}

async function hold(
  who: string,
  options: { readonly signal?: AbortSignal; readonly requestMs?: number } = {},
  all: readonly LeaseTarget[] = targets(),
): Promise<HeldLeases> {
  return holdLeases("prod", "apply", all, {
    // No process has number 0: others can never see that it ended.
    holder: { identity: who, pid: 0 },
    now: () => now,
    onEvent: () => {},
    signal: options.signal ?? new AbortController().signal,
    timing: { watchMs: 50, requestMs: options.requestMs ?? 60_000 },
  });
}

async function refusalOf(promise: Promise<unknown>): Promise<UserError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

function leaseOn(cluster: string): WireObject | undefined {
  return servers.get(cluster)?.store.find(leaseKind, "kube-system", "isthmus-prod");
}

function holderOn(cluster: string): string | undefined {
  return (leaseOn(cluster)?.["spec"] as { readonly holderIdentity?: string } | undefined)?.holderIdentity;
}

function putLease(cluster: string, state: { readonly renewedAt: number; readonly process?: string }): void {
  servers.get(cluster)?.put(
    renderLease("prod", cluster, {
      holder: "bo@ci/9",
      claim: "another",
      command: "apply",
      process: state.process,
      acquiredAt: state.renewedAt,
      renewedAt: state.renewedAt,
      durationMs: leaseDurationMs,
    }),
  );
}

describe("the Leases of one command", () => {
  it("are taken in every cluster and given back", async () => {
    const leases = await hold("ana@laptop/7");
    expect(names.map(holderOn)).toEqual(["ana@laptop/7", "ana@laptop/7", "ana@laptop/7"]);
    await leases.release();
    expect(names.map(holderOn)).toEqual(["", "", ""]);
    await (await hold("bo@ci/9")).release(new Set(["west"]));
    expect(leaseOn("west")).toBeUndefined();
    expect(holderOn("east")).toBe("");
  });

  it("are refused while somebody holds one, who is named, and nothing stays taken", async () => {
    putLease("west", { renewedAt: now - 1000 });
    const error = await refusalOf(hold("ana@laptop/7"));
    expect(error.exitCode).toBe(75);
    expect(error.diagnostics).toHaveLength(1);
    expect(error.diagnostics[0]).toMatchObject({ code: "ISM308", cluster: "west" });
    expect(error.diagnostics[0]?.detail).toBe(
      "bo@ci/9 (isthmus apply) holds mesh prod on cluster west since 2025-12-31T23:59:59.000Z. Nothing was changed anywhere.",
    );
    expect([holderOn("east"), holderOn("north")]).toEqual(["", ""]);
  });

  it("go to exactly one of several who start at once", async () => {
    const all = await Promise.allSettled(["a@x/1", "b@y/2", "c@z/3", "d@w/4"].map(async (who) => hold(who)));
    const won = all.filter((one) => one.status === "fulfilled");
    expect(won).toHaveLength(1);
    expect(new Set(names.map(holderOn)).size).toBe(1);
    await won[0]?.value.release();
  });

  it("are not read again where they were seen to be free, and go to nobody twice by that", async () => {
    await (await hold("ana@laptop/7")).release();
    const look = async (): Promise<readonly LeaseTarget[]> => {
      const all = targets();
      const seen = all.map(async ({ client, cluster }) => ({
        live: await client.get(leaseReference({ mesh: "prod", cluster }), { signal: new AbortController().signal }),
      }));
      await Promise.all(seen);
      return all.map((one, index) => ({ ...one, ...(seen[index] === undefined ? {} : { seen: seen[index] }) }));
    };
    const [mine, theirs, late] = [await look(), await look(), await look()];
    const reads = (): number =>
      [...servers.values()].flatMap(({ requests }) => requests).filter(({ method }) => method === "GET").length;
    const before = reads();
    const leases = await hold("ana@laptop/7", {}, mine);
    expect(reads()).toBe(before);
    const error = await refusalOf(hold("bo@ci/9", {}, theirs));
    expect(error.diagnostics[0]?.code).toBe("ISM308");
    expect(names.map(holderOn)).toEqual(["ana@laptop/7", "ana@laptop/7", "ana@laptop/7"]);
    await leases.release();
    // What was seen is old by now, and they are free again.
    await (await hold("cy@ci/3", {}, late)).release();
    expect(names.map(holderOn)).toEqual(["", "", ""]);
  });

  it("are taken over when they were not renewed, after another look", async () => {
    putLease("west", { renewedAt: now - leaseDurationMs - 1 });
    const leases = await hold("ana@laptop/7");
    expect(holderOn("west")).toBe("ana@laptop/7");
    await leases.release();
  });

  it("are refused when the holder's clock is behind and it renews", async () => {
    putLease("west", { renewedAt: now - 3_600_000 });
    const waiting = refusalOf(hold("ana@laptop/7"));
    const renewing = setInterval(() => putLease("west", { renewedAt: (now += 1) - 3_600_000 }), 10);
    const error = await waiting.finally(() => clearInterval(renewing));
    expect(error.diagnostics[0]?.code).toBe("ISM308");
  });

  it("are taken at once from a process of this machine that has ended", async () => {
    const gone = markProcess(process.pid)?.replace(/\d+$/, "1");
    putLease("west", { renewedAt: now, ...(gone === undefined ? {} : { process: gone }) });
    const leases = await hold("ana@laptop/7");
    expect(holderOn("west")).toBe("ana@laptop/7");
    await leases.release();
    const living = markProcess(process.pid);
    putLease("west", { renewedAt: now, ...(living === undefined ? {} : { process: living }) });
    expect((await refusalOf(hold("ana@laptop/7"))).exitCode).toBe(75);
  });

  it("leave out a cluster that does not answer", async () => {
    await servers.get("east")?.close();
    const leases = await hold("ana@laptop/7");
    expect([...leases.held.keys()]).toEqual(["north", "west"]);
    expect(leases.failed.get("east")?.[0]?.cluster).toBe("east");
    await leases.release();
  });

  it("are given back after an interruption, also one while they are taken", async () => {
    const stop = new AbortController();
    servers.get("west")?.inject({ kind: "hang" });
    const taking = hold("ana@laptop/7", { signal: stop.signal });
    const refused = taking.catch((error: unknown) => error);
    await vi.waitUntil(() => [holderOn("east"), holderOn("north")].every((one) => one === "ana@laptop/7"), {
      timeout: 20_000,
    });
    stop.abort(new DOMException("interrupted", "AbortError"));
    expect(await refused).toMatchObject({ message: "interrupted" });
    expect([holderOn("east"), holderOn("north"), holderOn("west")]).toEqual(["", "", undefined]);
  });

  it("are given back where the answer to their write was still on its way at the interruption", async () => {
    const stop = new AbortController();
    const writing = new Promise<void>((seen) => {
      servers.get("north")?.inject(
        { kind: "latency", milliseconds: 300 },
        {
          matches: ({ method }) => {
            if (method === "POST") {
              seen();
            }
            return method === "POST";
          },
        },
      );
    });
    const refused = hold("ana@laptop/7", { signal: stop.signal }).catch((error: unknown) => error);
    await writing;
    stop.abort(new DOMException("interrupted", "AbortError"));
    expect(await refused).toMatchObject({ message: "interrupted" });
    expect(names.map(holderOn)).toEqual(["", "", ""]);
  });
});

describe("a guarded client", () => {
  const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one", namespace: "demo" } };

  async function guarded(requestMs?: number): Promise<{ readonly leases: HeldLeases; readonly client: KubeClient }> {
    const leases = await hold("ana@laptop/7", requestMs === undefined ? {} : { requestMs });
    const lease = leases.held.get("west");
    const client = clients.at(-1);
    if (lease === undefined || client === undefined) {
      throw new Error("west answers");
    }
    return { leases, client: guardClient(client, lease) };
  }

  it("renews first when it has not renewed for a while", async () => {
    const { leases, client } = await guarded();
    const before = leaseOn("west")?.metadata["resourceVersion"];
    now += leaseDurationMs;
    await client.apply(map, { signal: new AbortController().signal });
    expect(leaseOn("west")?.metadata["resourceVersion"]).not.toBe(before);
    await leases.release();
  });

  it("writes nothing where the Lease cannot be renewed in time, and says so", async () => {
    const { leases, client } = await guarded(1000);
    now += leaseDurationMs;
    servers.get("west")?.inject({ kind: "hang" }, { matches: ({ url }) => url.includes("/leases/") });
    const { signal } = new AbortController();
    const error = await refusalOf(client.apply(map, { signal }));
    expect(error.diagnostics[0]).toMatchObject({ code: "ISM316", cluster: "west" });
    expect(error.diagnostics[0]?.detail).toContain("within 1 s");
    expect(await client.get({ ...map, namespace: "demo", name: "one" }, { signal })).toBeUndefined();
    await leases.release();
  });

  it("writes nothing once somebody else took over, and says so", async () => {
    const { leases, client } = await guarded();
    now += leaseDurationMs;
    putLease("west", { renewedAt: now });
    const { signal } = new AbortController();
    const error = await refusalOf(client.apply(map, { signal }));
    expect(error.diagnostics[0]).toMatchObject({ code: "ISM310", cluster: "west" });
    expect(error.diagnostics[0]?.detail).toContain("bo@ci/9 took over");
    expect(leases.held.get("west")?.lost.aborted).toBe(true);
    expect(await client.get({ ...map, namespace: "demo", name: "one" }, { signal })).toBeUndefined();
    await leases.release(new Set(["west"]));
    expect(holderOn("west")).toBe("bo@ci/9");
  });
});
