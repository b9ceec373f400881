import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { WireObject } from "../../kube/fake/fake-store.ts";
import { eventLinesOf, expectDocumented } from "../testing/event-lines.ts";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";
import type { Inbound } from "../testing/fake-drain.ts";
import { policies, proxiesOf, runEverywhere } from "../testing/fake-drain.ts";
import { endpointSlices } from "../testing/fake-service.ts";

let names = ["west", "east"];
let world: FakeClusters;
/** True: gateways go on having the endpoints of a drained cluster, as beside an older PeerAuthentication of somebody else. */
let stubborn = false;
/** What the sidecars in east have taken, look by look; the last one stays. */
let inbound: Inbound[] = [];

async function start(...clusters: string[]): Promise<void> {
  names = clusters;
  inbound = [{ active: 0, total: 10 }];
  stubborn = false;
  world = await startFakeClusters(names, {
    living: true,
    kinds: [endpointSlices, policies],
    answer: (cluster, store, asked) => {
      if (!asked.startsWith("/clusters")) {
        return undefined;
      }
      const [now = { active: 0, total: 0 }] = inbound;
      inbound = cluster === "east" && inbound.length > 1 ? inbound.slice(1) : inbound;
      return proxiesOf({ clusters: names, here: cluster, stubborn }, store, now);
    },
  });
  runEverywhere(world);
  await world.run("apply --yes");
}

beforeEach(async () => start("west", "east"));

afterEach(async () => {
  await world.close();
});

/** `kind/name` of what a cluster has of a drain. */
function traces(cluster: string): readonly string[] {
  const all = world.servers[cluster]?.store.all() ?? [];
  return all.map(({ kind, metadata }) => `${kind}/${metadata.name}`).filter((one) => one.includes("isthmus-drain"));
}

function drainsIn(cluster: string): unknown {
  const inventory = world.servers[cluster]?.store.find(
    { apiVersion: "v1", kind: "ConfigMap" },
    "kube-system",
    "isthmus-inventory-prod",
  ) as unknown as { readonly data: Readonly<Record<string, string>> };
  return JSON.parse(inventory.data["drains"] ?? "[]");
}

const policy = "PeerAuthentication/isthmus-drain.east.helloworld";
const route = "VirtualService/isthmus-drained.helloworld";

describe("drain", () => {
  it("takes a cluster out of traffic until undrain, and everything knows of it meanwhile", async () => {
    const ran = await world.run("drain east --yes");
    expect(ran.out).toContain("sample/helloworld leaves east; what is asked inside east is answered by west");
    expect(ran.out).toContain("√ west  callers there have left east");
    expect(ran.out).toContain("√ east  its own callers ask elsewhere; 1 pod is idle");
    expect([ran.code, traces("west"), traces("east")]).toEqual([0, [policy], [route]]);
    expect((await world.run("apply --yes --prune")).code).toBe(0);
    expect([traces("west"), traces("east")]).toEqual([[policy], [route]]);
    expect((await world.run("plan --detailed-exitcode")).code).toBe(0);
    expect((await world.run("status")).out).toMatch(
      /‼ east: out of traffic since \S+: sample\/helloworld \(isthmus undrain east --service sample\/helloworld\)/,
    );
    const status = JSON.parse((await world.run("status -o json")).out) as { readonly clusters: readonly object[] };
    expect(status.clusters[1]).toMatchObject({ drained: [{ service: "sample/helloworld", halfDone: false }] });
    const last = await world.run("drain west --yes");
    expect([last.code, last.err]).toEqual([1, expect.stringContaining("ISM602")]);
    const forced = await world.run("drain west --yes --force");
    expect([forced.code, forced.err]).toEqual([1, expect.stringContaining("warning[ISM602]")]);
    expect(drainsIn("west")).toHaveLength(1);
    const back = await world.run("undrain east --yes");
    expect([back.code, back.out]).toEqual([0, expect.stringContaining("√ west  callers there are back at east")]);
    expect([traces("west"), traces("east")]).toEqual([[], []]);
    expect([drainsIn("west"), drainsIn("east")]).toMatchObject([[{ stage: "ended" }], [{ stage: "ended" }]]);
    expect((await world.run("plan --detailed-exitcode")).code).toBe(0);
    const again = await world.run("undrain east --yes");
    expect([again.code, again.out]).toEqual([0, "  nothing is drained in east\n"]);
  });

  it("names pods that still answer, or still get requests, and goes on when it is asked again", async () => {
    inbound = [{ active: 2, total: 10 }];
    const ran = await world.run("drain east --yes --timeout 3s");
    expect([ran.code, ran.err.replaceAll(/\s+/g, " ")]).toEqual([
      4,
      expect.stringContaining("sample/helloworld-v1-1 has 2"),
    ]);
    inbound = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((total) => ({ active: 0, total }));
    const asked = await world.run("drain east --yes");
    expect([asked.code, asked.err]).toEqual([4, expect.stringContaining("ISM607")]);
    inbound = [{ active: 0, total: 12 }];
    expect((await world.run("drain east --yes")).code).toBe(0);
  });

  it("ends well after its grace, and names the streams that are open then", async () => {
    inbound = [{ active: 2, total: 10 }];
    const ran = await world.run("drain east --yes --grace 1s");
    expect([ran.code, ran.out]).toEqual([
      0,
      expect.stringContaining("√ east  its own callers ask elsewhere; 0 pods are idle"),
    ]);
    expect(ran.err.replaceAll(/\s+/g, " ")).toMatch(
      /warning\[ISM606\].* still answer requests that were begun before, after \d+(?:\.\d)? s: sample\/helloworld-v1-1 has 2\./,
    );
    inbound = [{ active: 0, total: 10 }];
    expect((await world.run("drain east --yes --grace 1m")).err).not.toContain("ISM606");
  });

  it("does not call it done while a gateway keeps the endpoints, and leaves the last step out", async () => {
    stubborn = true;
    const ran = await world.run("drain east --yes --timeout 3s");
    expect(ran.code).toBe(4);
    expect(ran.out).toMatch(/× west  failed after: routes\n× east  left as it is/);
    const said = ran.err.replaceAll(/\s+/g, " ");
    expect(said).toContain("the ingress of west: v1 still has 172.30.1.1:15443. fix: Of two PeerAuthentications");
    expect([traces("west"), traces("east")]).toEqual([[policy], []]);
    stubborn = false;
    expect((await world.run("drain east --yes")).code).toBe(0);
  });

  it("is refused for names that the mesh file does not have", async () => {
    const cluster = await world.run("drain south --yes");
    expect([cluster.code, cluster.err]).toEqual([64, expect.stringContaining("ISM050")]);
    const service = await world.run("drain east --service shop --yes");
    expect([service.code, service.err]).toEqual([64, expect.stringContaining("ISM600")]);
  });

  it("is not done where nobody can be asked", async () => {
    expect((await world.run("drain east")).code).toBe(64);
    expect(traces("west")).toEqual([]);
  });
});

describe("a drain of a cluster that does not answer", () => {
  it("moves the callers of the others, and does not bring them back before it answers, unless forced", async () => {
    await world.servers["east"]?.close();
    const ran = await world.run("drain east --yes");
    expect([ran.code, ran.out]).toEqual([4, expect.stringContaining("√ west  callers there have left east")]);
    expect(ran.err.replaceAll(/\s+/g, " ")).toContain("its own, and what comes in by its own ingress, go on");
    expect(traces("west")).toEqual([policy]);
    const back = await world.run("undrain east --yes");
    expect([back.code, back.err]).toEqual([1, expect.stringContaining("error[ISM605]")]);
    expect((await world.run("undrain east --yes --force")).code).toBe(4);
    expect(traces("west")).toEqual([]);
  });
});

it("stays over where a cluster that was away at its end records it still, and is ended there by the next undrain", async () => {
  await world.run("drain east --yes");
  const stored = (): WireObject =>
    world.servers["west"]?.store.find(
      { apiVersion: "v1", kind: "ConfigMap" },
      "kube-system",
      "isthmus-inventory-prod",
    ) as WireObject;
  const before = JSON.stringify(drainsIn("west"));
  await world.run("undrain east --yes");
  const now = stored();
  world.servers["west"]?.put({ ...now, data: { ...(now["data"] as object), drains: before } });
  await world.run("apply --yes");
  expect([traces("west"), traces("east")]).toEqual([[], []]);
  expect((await world.run("status")).out).not.toContain("out of traffic");
  expect((await world.run("undrain east --yes")).code).toBe(0);
  expect(drainsIn("west")).toMatchObject([{ stage: "ended" }]);
});

it("changes nothing where an API server refuses, whatever its answer is", async () => {
  await world.run("drain east --yes");
  world.servers["east"]?.inject(
    { kind: "status", status: 422 },
    { times: 100, matches: ({ method, url }) => method === "PATCH" && url.includes("destinationrules") },
  );
  const ran = await world.run("undrain east --yes");
  expect([ran.code, traces("west"), traces("east")]).toEqual([1, [policy], [route]]);
});

describe("a drain that stands half done", () => {
  /** As a kill between the first two steps and the last one leaves it. */
  async function halfDone(): Promise<void> {
    await world.run("drain east --yes");
    const east = world.servers["east"];
    const inventory = east?.store.find(
      { apiVersion: "v1", kind: "ConfigMap" },
      "kube-system",
      "isthmus-inventory-prod",
    );
    const data = inventory?.["data"] as Readonly<Record<string, string>>;
    const drains = (data["drains"] ?? "").replaceAll('"all"', '"callers"');
    east?.put({ ...(inventory as NonNullable<typeof inventory>), data: { ...data, drains } });
  }

  it("is told by status, finished by the same command, or taken back by undrain", async () => {
    await halfDone();
    expect((await world.run("status")).out).toContain("× east: a drain or an undrain since");
    expect((await world.run("drain east --yes")).code).toBe(0);
    expect((await world.run("status")).out).toContain("‼ east: out of traffic since");
    await halfDone();
    expect((await world.run("undrain east --yes")).code).toBe(0);
    expect([traces("west"), traces("east")]).toEqual([[], []]);
  });
});

describe("a drain while a cluster does not answer", () => {
  beforeEach(async () => {
    await world.close();
    await start("west", "east", "north");
    await world.servers["north"]?.close();
  });

  it("tells the others, and leaves the drained cluster's own callers, whose gateway still serves that one; unless forced", async () => {
    const ran = await world.run("drain east --yes");
    expect([ran.code, ran.out]).toEqual([
      4,
      expect.stringMatching(/√ west  callers there have left east\n× east  left as it is.*\n× north  does not answer/),
    ]);
    expect(ran.err.replaceAll(/\s+/g, " ")).toContain("callers there were not told and go on asking east");
    expect([traces("west"), traces("east")]).toEqual([[policy], []]);
    const forced = await world.run("drain east --yes --force");
    expect([forced.code, forced.out]).toEqual([4, expect.stringContaining("√ east  its own callers ask elsewhere")]);
    expect(traces("east")).toEqual([route]);
  });
});

it("says what is done, and how to go on or back, when it is interrupted", async () => {
  inbound = [{ active: 2, total: 10 }];
  const stop = new AbortController();
  const file = path.join(world.folder, "events.jsonl");
  const running = world.run(`drain east --yes --grace 90s --events-to ${file}`, { signal: stop.signal });
  await vi.waitFor(
    async () => {
      expect(await readFile(file, "utf8")).toContain("waiting for requests in flight");
    },
    { timeout: 30_000, interval: 50 },
  );
  stop.abort();
  const ran = await running;
  expect([ran.code, ran.out]).toEqual([130, expect.stringContaining("√ west  callers there have left east")]);
  expect(ran.err.replaceAll(/\s+/g, " ")).toContain(
    "Go on: isthmus drain east --grace 90s -f mesh.yaml. Go back: isthmus undrain east -f mesh.yaml",
  );
  expect(eventLinesOf(await readFile(file, "utf8")).at(-1)).toMatchObject({ event: "summary", exitCode: 130 });
});

describe("drain -o jsonl", () => {
  it("prints what changes first, every task that it has named, and how it ended last", async () => {
    const lines = eventLinesOf((await world.run("drain east --yes -o jsonl")).out);
    expect(lines[0]).toMatchObject({
      event: "drain",
      action: "drain",
      cluster: "east",
      services: [{ namespace: "sample", name: "helloworld", instead: "west" }],
      clusters: [
        { name: "west", state: "planned" },
        { name: "east", state: "planned" },
      ],
    });
    const clusters = (lines[0]?.["clusters"] ?? []) as readonly {
      readonly tasks: readonly { readonly id: string }[];
    }[];
    const planned = clusters.flatMap(({ tasks }) => tasks.map(({ id }) => id));
    const done = lines.filter(({ event }) => event === "task.done").map((line) => String(line["id"]));
    expect(done.toSorted()).toEqual(planned.toSorted());
    expect(lines.at(-1)).toMatchObject({
      event: "summary",
      exitCode: 0,
      clusters: [
        { name: "west", state: "done", applied: 2, deleted: 0 },
        { name: "east", state: "done", applied: 3, deleted: 0 },
      ],
    });
    expectDocumented(lines);
    expectDocumented(eventLinesOf((await world.run("undrain east --yes -o jsonl")).out));
  });
});

it("keeps the weights of the mesh file, and gives the share of a version that runs there only to others with --force", async () => {
  const file = path.join(world.folder, "mesh.yaml");
  const text = await readFile(file, "utf8");
  await writeFile(
    file,
    text
      .replace(/( +)versions:\n/, "$1versions:\n$1  v2: { clusters: [east] }\n")
      .replace(/weights:\n +v1: 100/, "weights: { v1: 60, v2: 40 }"),
  );
  await world.run("apply --yes");
  const refused = await world.run("drain east --yes");
  expect([refused.code, refused.err.replaceAll(/\s+/g, " ")]).toEqual([
    1,
    expect.stringContaining("route helloworld loses v2 (40 %)"),
  ]);
  const weightsIn = (cluster: string): readonly number[] => {
    const found = world.servers[cluster]?.store.find(
      { apiVersion: "networking.istio.io/v1", kind: "VirtualService" },
      "sample",
      "helloworld",
    ) as unknown as { readonly spec: { readonly http: readonly [{ readonly route: readonly { weight: number }[] }] } };
    return found.spec.http[0].route.map(({ weight }) => weight).toSorted((a, b) => a - b);
  };
  expect((await world.run("drain east --yes --force")).code).toBe(0);
  expect([weightsIn("west"), weightsIn("east")]).toEqual([
    [0, 100],
    [0, 100],
  ]);
  expect(await readFile(file, "utf8")).toContain("weights: { v1: 60, v2: 40 }");
  const raised = await world.run("shift helloworld v1=10 v2=90 --yes --no-verify");
  expect([raised.code, raised.err]).toEqual([1, expect.stringContaining("ISM613")]);
  const lowered = await world.run("shift helloworld v1=70 v2=30 --yes --no-verify");
  expect([lowered.code, lowered.err]).toEqual([0, expect.stringContaining("warning[ISM613]")]);
  expect(weightsIn("west")).toEqual([0, 100]);
  expect((await world.run("undrain east --yes --force")).code).toBe(0);
  expect(weightsIn("west")).toEqual([30, 70]);
});
