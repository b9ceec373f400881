import { appendFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { giveTwoVersions, startFakeClusters } from "../testing/fake-clusters.ts";
import { clustersPage, endpointSlices, runEastWest, runPod } from "../testing/fake-service.ts";
import { answerPod, ingressPod } from "../testing/fake-control-plane.ts";
import type { RunOptions, RunResult } from "../testing/run-isthmus.ts";
import type { EventLine } from "../testing/event-lines.ts";
import { eventLinesOf, expectDocumented } from "../testing/event-lines.ts";

let world: FakeClusters;
let endpoints: Readonly<Record<string, readonly string[]>>;
/** Happens when a proxy is asked for its endpoints, which a shift does before it writes. */
let meanwhile: () => void;

/** A mesh with v1 and v2 in one cluster, all requests to v1; its ingress has no address, so that no proof can be made. */
beforeEach(async () => {
  [endpoints, meanwhile] = [{}, () => {}];
  world = await startFakeClusters(["west"], {
    living: true,
    kinds: [endpointSlices],
    podResponse: (asked) => {
      if (!asked.startsWith("/clusters")) {
        return answerPod(world.servers["west"]?.store, asked);
      }
      meanwhile();
      return clustersPage(endpoints);
    },
  });
  await giveTwoVersions(world);
  await world.run("apply --yes");
  endpoints = { v1: ["10.42.0.6:5000"], v2: ["10.42.0.7:5000"] };
  runPod(world.servers["west"], "v1", "10.42.0.6");
  runPod(world.servers["west"], "v2", "10.42.0.7");
  runEastWest(world.servers["west"], "172.30.1.2");
});

afterEach(async () => {
  await world.close();
});

/** The weights that the mesh file and the cluster have. */
async function weights(): Promise<readonly [string, readonly number[]]> {
  const text = await readFile(path.join(world.folder, "mesh.yaml"), "utf8");
  const route = world.servers["west"]?.store.find(
    { apiVersion: "networking.istio.io/v1", kind: "VirtualService" },
    "sample",
    "helloworld",
  ) as unknown as { readonly spec: { readonly http: readonly [{ readonly route: readonly { weight: number }[] }] } };
  return [/weights: (.*)/.exec(text)?.[1] ?? "", route.spec.http[0].route.map((one) => one.weight)];
}

const before = ["{ v1: 100, v2: 0 }", [100, 0]];
const after = ["{ v1: 0, v2: 100 }", [0, 100]];

describe("a shift to a version that cannot answer", () => {
  it("is refused before anything is written, with the cause", async () => {
    runPod(world.servers["west"], "v2", "10.42.0.7", false);
    const ran = await world.run("shift helloworld v1=0 v2=100 --yes --no-verify");
    expect(ran.code).toBe(1);
    expect(ran.err.replaceAll(/\s+/g, " ")).toContain("no pod of it is ready in west");
    expect(await weights()).toEqual(before);
  });

  it("is refused when the pods are ready and the ingress has none of them", async () => {
    endpoints = { v1: ["10.42.0.6:5000"], v2: [] };
    const ran = await world.run("shift helloworld v1=0 v2=100 --yes --no-verify");
    expect(ran.code).toBe(1);
    expect(ran.err.replaceAll(/\s+/g, " ")).toContain("the ingress of west has no endpoint of it");
    expect(await weights()).toEqual(before);
  });

  it("is done with --force", async () => {
    endpoints = { v1: ["10.42.0.6:5000"], v2: [] };
    expect((await world.run("shift helloworld v1=0 v2=100 --yes --no-verify --force")).code).toBe(0);
    expect(await weights()).toEqual(after);
  });

  it("is a warning where the ingress cannot be asked", async () => {
    world.servers["west"]?.store.remove(ingressPod);
    const ran = await world.run("shift helloworld v1=0 v2=100 --yes --no-verify");
    expect([ran.code, ran.err.includes("ISM343")]).toEqual([0, true]);
  });

  it("may always be left: less for a version is never refused", async () => {
    await world.run("shift helloworld v1=0 v2=100 --yes --no-verify");
    runPod(world.servers["west"], "v2", "10.42.0.7", false);
    endpoints = { v1: ["10.42.0.6:5000"], v2: [] };
    expect((await world.run("shift helloworld v1=100 v2=0 --yes --no-verify")).code).toBe(0);
    expect(await weights()).toEqual(before);
  });
});

describe("a shift whose proof fails", () => {
  it("ends with 3, stays, and prints the command that goes back", async () => {
    const ran = await world.run("shift helloworld v1=0 v2=100 --yes");
    expect(ran.code).toBe(3);
    expect(ran.err.replaceAll(/\s+/g, " ")).toContain(
      "go back to v1=100 v2=0: isthmus shift helloworld v1=100 v2=0 -f mesh.yaml -n sample --route helloworld",
    );
    expect(await weights()).toEqual(after);
  });

  it("goes back with --rollback, file and cluster, and still ends with 3", async () => {
    const ran = await world.run("shift helloworld v1=0 v2=100 --yes --rollback");
    expect(ran.code).toBe(3);
    expect(ran.err).toContain("ISM345");
    expect(await weights()).toEqual(before);
  });

  it("stops at the step that fails", async () => {
    const ran = await world.run("shift helloworld v1=0 v2=100 --yes --step 10 --every 1ms");
    expect(ran.code).toBe(3);
    expect(await weights()).toEqual(["{ v1: 90, v2: 10 }", [90, 10]]);
  });

  it("cannot go back by a proof that is left out", async () => {
    const ran = await world.run("shift helloworld v1=0 v2=100 --yes --rollback --no-verify");
    expect(ran.code).toBe(64);
    expect(await weights()).toEqual(before);
  });
});

interface PlannedCluster {
  readonly name: string;
  readonly tasks: readonly { readonly id: string; readonly onFailure?: true }[];
}

/** The ids of the tasks of which there is such an event, without those that no plan names. */
function idsOf(lines: readonly EventLine[], event: EventLine["event"]): readonly string[] {
  return lines.flatMap((line) => (line.event === event && line["id"] !== undefined ? [String(line["id"])] : []));
}

function tasksOf(lines: readonly EventLine[]): PlannedCluster["tasks"] {
  return ((lines[0]?.["clusters"] ?? []) as readonly PlannedCluster[]).flatMap(({ tasks }) => tasks);
}

describe("shift -o jsonl", () => {
  const inSteps = "shift helloworld v1=0 v2=100 --step 50 --every 1ms --yes --no-verify -o jsonl";

  it("prints what changes first, then every task that it has named, and how it ended last", async () => {
    const ran = await world.run(inSteps);
    const lines = eventLinesOf(ran.out);
    expect(ran.code).toBe(0);
    expect(lines[0]).toMatchObject({
      event: "shift",
      mesh: "prod",
      file: "mesh.yaml",
      route: { service: "helloworld", namespace: "sample", name: "helloworld" },
      from: { v1: 100, v2: 0 },
      steps: [
        { v1: 50, v2: 50 },
        { v1: 0, v2: 100 },
      ],
      clusters: [{ name: "west", state: "planned", object: { kind: "VirtualService", name: "helloworld" } }],
    });
    const [planned] = (lines[0]?.["clusters"] ?? []) as readonly { readonly fields: readonly unknown[] }[];
    expect(planned?.fields).toEqual([
      { path: "spec.http[0].route[0].weight", before: 100, after: 50 },
      { path: "spec.http[0].route[1].weight", before: 0, after: 50 },
    ]);
    expect(lines.slice(1).map((line) => [line.event, line["id"] ?? line["cluster"]].filter(Boolean).join(" "))).toEqual(
      [1, 2]
        .flatMap((step) => [
          `task.started west/step-${step}/write`,
          "object.applied west",
          `task.done west/step-${step}/write`,
          `task.started west/step-${step}/taken`,
          `task.done west/step-${step}/taken`,
        ])
        .concat("summary"),
    );
    expect(lines.at(-1)).toMatchObject({
      exitCode: 0,
      clusters: [{ name: "west", state: "shifted", applied: 2, deleted: 0 }],
    });
  });

  it("has the same ids in the next run, which changes nothing", async () => {
    const first = eventLinesOf((await world.run("shift helloworld v1=50 v2=50 --yes --no-verify -o jsonl")).out);
    const again = eventLinesOf((await world.run("shift helloworld v1=50 v2=50 --yes --no-verify -o jsonl")).out);
    expect(idsOf(first, "task.started")).toEqual(
      tasksOf(first).flatMap(({ id, onFailure }) => (onFailure === true ? [] : [id])),
    );
    for (const event of ["task.started", "task.done"] as const) {
      expect(idsOf(again, event)).toEqual(idsOf(first, event));
    }
    expect(again.map((line) => line.event)).not.toContain("object.applied");
    expect(again.at(-1)).toMatchObject({ clusters: [{ name: "west", state: "unchanged", applied: 0 }] });
  });

  it("names a proof that fails, and the way back that it has planned for that", async () => {
    const ran = await world.run("shift helloworld v1=0 v2=100 --yes --rollback -o jsonl");
    const lines = eventLinesOf(ran.out);
    expect(ran.code).toBe(3);
    const tasks = tasksOf(lines);
    expect(tasks.filter((one) => one.onFailure === true).map(({ id }) => id)).toEqual([
      "west/rollback/write",
      "west/rollback/taken",
      "west/rollback/proof",
    ]);
    expect(idsOf(lines, "task.started")).toEqual(tasks.map(({ id }) => id));
    expect(idsOf(lines, "task.failed")).toEqual(["west/step-1/proof", "west/rollback/proof"]);
    const proofs = lines.filter((line) => line.event === "verification");
    expect(proofs).toMatchObject([
      { step: "step-1", verification: { kind: "Verification", failed: 1 } },
      { step: "rollback", verification: { kind: "Verification", failed: 1 } },
    ]);
    expect(lines.at(-1)).toMatchObject({
      exitCode: 3,
      clusters: [{ name: "west", state: "rolledBack", applied: 2 }],
      diagnostics: expect.arrayContaining([expect.objectContaining({ code: "ISM345" })]) as unknown,
    });
  });

  it("says how far it came when it is interrupted between two steps, and what goes back", async () => {
    const ran = await interruptedBetweenSteps({});
    expect(ran.code).toBe(130);
    expect(eventLinesOf(ran.out).at(-1)).toMatchObject({
      event: "summary",
      exitCode: 130,
      clusters: [{ name: "west", state: "shifted", applied: 1 }],
    });
    expect(ran.err.replaceAll(/\s+/g, " ")).toContain(
      "Go on with the same command, or go back to v1=100 v2=0: isthmus shift helloworld v1=100 v2=0 -f mesh.yaml",
    );
    expect(await weights()).toEqual(["{ v1: 50, v2: 50 }", [50, 50]]);
  });

  it("asks at a terminal whether to go back, and does so", async () => {
    const ran = await interruptedBetweenSteps({ tty: true, stdin: "y\n" });
    expect(ran.code).toBe(130);
    expect(ran.err).toContain("The shift stopped at v1=50 v2=50. Go back to v1=100 v2=0? [y/N]");
    expect(eventLinesOf(ran.out).at(-1)).toMatchObject({
      exitCode: 130,
      clusters: [{ state: "rolledBack", applied: 2 }],
    });
    expect(await weights()).toEqual(before);
  });

  it("stays where the answer is no", async () => {
    const ran = await interruptedBetweenSteps({ tty: true, stdin: "n\n" });
    expect(ran.code).toBe(130);
    expect(await weights()).toEqual(["{ v1: 50, v2: 50 }", [50, 50]]);
  });

  it("prints the summary alone where it is refused before it has a plan", async () => {
    runPod(world.servers["west"], "v2", "10.42.0.7", false);
    const ran = await world.run("shift helloworld v1=0 v2=100 --yes -o jsonl");
    expect(eventLinesOf(ran.out)).toMatchObject([{ event: "summary", exitCode: 1, clusters: [] }]);
  });

  it("has only fields that the reference names, in the file of --events-to too", async () => {
    const file = path.join(world.folder, "events.jsonl");
    const ran = await world.run(`shift helloworld v1=0 v2=100 --yes --rollback --events-to ${file}`);
    expect(ran.out).toContain("√ west  helloworld v1=0 v2=100: shifted");
    const lines = eventLinesOf(await readFile(file, "utf8"));
    expect(new Set(lines.map((line) => line.event))).toEqual(
      new Set(["shift", "task.started", "task.done", "task.failed", "object.applied", "verification", "summary"]),
    );
    expectDocumented(lines);
  });
});

async function interruptedBetweenSteps(options: Pick<RunOptions, "tty" | "stdin">): Promise<RunResult> {
  const file = path.join(world.folder, "events.jsonl");
  const stop = new AbortController();
  const running = world.run(
    `shift helloworld v1=0 v2=100 --step 50 --every 1h --yes --no-verify -o jsonl --events-to ${file}`,
    { ...options, signal: stop.signal },
  );
  await vi.waitFor(
    async () => {
      const ids = idsOf(eventLinesOf(await readFile(file, "utf8")), "task.done");
      expect(ids).toContain("west/step-1/taken");
    },
    { timeout: 30_000, interval: 50 },
  );
  stop.abort();
  return running;
}

describe("shift --on-event", () => {
  it("hands a command every event that --events-to has, and ends when it has them all", async () => {
    const [file, handed] = ["events.jsonl", "handed.jsonl"].map((name) => path.join(world.folder, name));
    const ran = await world.run(
      `shift helloworld v1=50 v2=50 --yes --no-verify --events-to ${file} --on-event 'cat >>${handed}'`,
    );
    expect([ran.code, ran.err]).toEqual([0, expect.not.stringContaining("ISM871")]);
    expect(await readFile(handed ?? "", "utf8")).toBe(await readFile(file ?? "", "utf8"));
  });

  it("is refused for a URL without a secret, before anything is asked of a cluster", async () => {
    const ran = await world.run("shift helloworld v1=50 v2=50 --yes --on-event http://127.0.0.1:1/hook");
    expect(ran.code).toBe(64);
    expect(ran.err).toContain("error[ISM870]");
    expect(await weights()).toEqual(before);
  });
});

describe("a shift whose mesh file somebody else writes meanwhile", () => {
  it("writes nothing, and what was written stays", async () => {
    meanwhile = () => appendFileSync(path.join(world.folder, "mesh.yaml"), "# of a colleague\n");
    const ran = await world.run("shift helloworld v1=0 v2=100 --yes --no-verify");
    expect(ran.code).toBe(75);
    expect(ran.err).toContain("error[ISM309]");
    expect(await weights()).toEqual(before);
    expect(await readFile(path.join(world.folder, "mesh.yaml"), "utf8")).toContain("# of a colleague");
  });
});
