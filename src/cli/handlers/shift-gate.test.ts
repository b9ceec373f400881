import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventLinesOf, expectDocumented } from "../testing/event-lines.ts";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { giveTwoVersions, startFakeClusters } from "../testing/fake-clusters.ts";
import { answerPod } from "../testing/fake-control-plane.ts";
import { endpointSlices, runEastWest, runPod, triesPage } from "../testing/fake-service.ts";

type Tries = Readonly<Record<string, { readonly answered: number; readonly failed: number }>>;

let world: FakeClusters;
/** What comes in between two looks at the ingress. */
let between: Tries;
let counted: Record<string, { answered: number; failed: number }>;
let applied: boolean;
/** How many looks see requests. */
let busyLooks: number;

beforeEach(async () => {
  [between, counted, applied] = [{}, { v1: { answered: 5000, failed: 900 }, v2: { answered: 0, failed: 0 } }, false];
  busyLooks = Number.POSITIVE_INFINITY;
  world = await startFakeClusters(["west"], {
    living: true,
    kinds: [endpointSlices],
    podResponse: (asked) => (asked.startsWith("/clusters") ? look() : answerPod(world.servers["west"]?.store, asked)),
  });
  await giveTwoVersions(world);
  await world.run("apply --yes");
  applied = true;
  runPod(world.servers["west"], "v1", "10.42.0.6");
  runPod(world.servers["west"], "v2", "10.42.0.7");
  runEastWest(world.servers["west"], "172.30.1.2");
});

afterEach(async () => {
  await world.close();
});

function look(): string {
  if (!applied) {
    return triesPage({}, {});
  }
  busyLooks -= 1;
  for (const [version, { answered, failed }] of Object.entries(busyLooks < 0 ? {} : between)) {
    const known = counted[version] ?? { answered: 0, failed: 0 };
    counted[version] = { answered: known.answered + answered, failed: known.failed + failed };
  }
  return triesPage({ v1: "10.42.0.6:5000", v2: "10.42.0.7:5000" }, counted);
}

async function weights(): Promise<string> {
  return /weights: (.*)/.exec(await readFile(path.join(world.folder, "mesh.yaml"), "utf8"))?.[1] ?? "";
}

const shift = "shift helloworld v1=0 v2=100 --yes --no-verify --every 1ms --max-error-rate 1%";

describe("a shift that goes by how requests of clients end", () => {
  it("refuses to hold no step, which would judge nothing, and steps that are forgotten", async () => {
    const held = await world.run(shift.replace("1ms", "0s"));
    expect([held.code, held.err]).toEqual([64, expect.stringContaining("--every, and 0s holds none.")]);
    const gap = await world.run(`${shift} --steps 5,,6`);
    expect([gap.code, gap.err]).toEqual([64, expect.stringContaining("none of them empty.")]);
    expect(await weights()).not.toBe("{ v1: 0, v2: 100 }");
  });

  it("reaches the end where few of the raised version fail, whatever failed before it began", async () => {
    between = { v1: { answered: 50, failed: 0 }, v2: { answered: 150, failed: 0 } };
    const ran = await world.run(`${shift} --steps 10,50`);
    expect(ran.err).not.toContain("error[");
    expect([ran.code, await weights()]).toEqual([0, "{ v1: 0, v2: 100 }"]);
    expect(ran.out).toMatch(/\? v2 {2}0 of \d+ tries failed \(0 %\), too few to tell 1 %: it takes 299\n/);
    expect(ran.out).toMatch(/√ v2 {2}0 of \d+ tries failed \(0 %\), at most 1 % may/);
  });

  it("stops at the step where a version fails, says what was counted, and names the way back", async () => {
    between = { v1: { answered: 500, failed: 1 }, v2: { answered: 30, failed: 20 } };
    const ran = await world.run(`${shift} --steps 10,50`);
    expect([ran.code, await weights()]).toEqual([3, "{ v1: 90, v2: 10 }"]);
    const said = ran.err.replaceAll(/\s+/g, " ");
    expect(said).toContain("error[ISM681]");
    expect(said).toMatch(/\d+ of \d+ tries of v2 failed \(40 %\), more than the 1 % of --max-error-rate/);
    expect(said).toContain("isthmus shift helloworld v1=100 v2=0");
  });

  it("goes back with --rollback", async () => {
    between = { v2: { answered: 0, failed: 20 } };
    const ran = await world.run(`${shift} --rollback`);
    expect([ran.code, await weights()]).toEqual([3, "{ v1: 100, v2: 0 }"]);
    expect(ran.err.replaceAll(/\s+/g, " ")).toContain("With v1=0 v2=100 too many requests of clients failed.");
  });

  it("neither goes on nor back where all versions fail alike", async () => {
    between = { v1: { answered: 30, failed: 20 }, v2: { answered: 30, failed: 20 } };
    const ran = await world.run(`${shift} --steps 10,50 --rollback`);
    expect([ran.code, await weights()]).toEqual([3, "{ v1: 90, v2: 10 }"]);
    expect(ran.err).toContain("error[ISM682]");
  });

  it("stops where no request came, and goes on with --allow-unproven", async () => {
    between = { v1: { answered: 50, failed: 0 } };
    const stopped = await world.run(`${shift} --steps 10`);
    expect([stopped.code, await weights()]).toEqual([3, "{ v1: 90, v2: 10 }"]);
    expect(stopped.err.replaceAll(/\s+/g, " ")).toContain("no request has reached v2");
    const allowed = await world.run(`${shift} --allow-unproven`);
    expect([allowed.code, await weights()]).toEqual([0, "{ v1: 0, v2: 100 }"]);
    expect(allowed.err).toContain("warning[ISM683]");
  });

  it("stops in a step that gets no request, whatever came in those before it", async () => {
    between = { v1: { answered: 50, failed: 0 }, v2: { answered: 500, failed: 0 } };
    // Enough for the look ahead of the shift, the beginning and the first step.
    busyLooks = 4;
    const ran = await world.run(`${shift} --steps 10,20,30,40`);
    expect(ran.code).toBe(3);
    expect(await weights()).not.toBe("{ v1: 0, v2: 100 }");
    expect(ran.err.replaceAll(/\s+/g, " ")).toContain("no request has reached v2");
    expect(ran.out).toContain("√ v2  0 of 500 tries failed");
  });

  it("is judged in the stream of events, which the reference describes", async () => {
    between = { v1: { answered: 50, failed: 0 }, v2: { answered: 10, failed: 10 } };
    const lines = eventLinesOf((await world.run(`${shift} -o jsonl`)).out);
    expectDocumented(lines);
    expect(lines.find(({ event }) => event === "gate")).toMatchObject({
      step: "step-1",
      verdict: "exceeds",
      judged: ["v2"],
      maxErrorPercent: 1,
      unread: [],
    });
  });
});

it("is refused without an end to it, and steps in two ways", async () => {
  for (const [flags, words] of [
    ["--steps 10 --step 5", "--step and --steps"],
    ["--rollback", "--no-verify leaves it out"],
    ["--max-error-rate 0", "above 0 and below 100"],
  ] as const) {
    const ran = await world.run(`shift helloworld v1=0 v2=100 --yes --no-verify ${flags}`);
    expect(ran.code).toBe(64);
    expect(ran.err.replaceAll(/\s+/g, " ")).toContain(words);
  }
  expect(await weights()).toBe("{ v1: 100, v2: 0 }");
});
