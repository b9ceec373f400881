import { beforeAll, describe, expect, it } from "vitest";
import type { FakeClusters } from "../../src/cli/testing/fake-clusters.ts";
import { policies, proxiesOf, runEverywhere } from "../../src/cli/testing/fake-drain.ts";
import { endpointSlices } from "../../src/cli/testing/fake-service.ts";
import type { Outcome } from "./comparable-store.ts";
import { outcomeOf } from "./comparable-store.ts";
import { inFreshWorld } from "./fresh-world.ts";
import type { KilledCommand } from "./kill-at-writes.ts";
import { countWrites, killAtEveryWrite } from "./kill-at-writes.ts";
import { buildProgram } from "./run-program.ts";

const names = ["west", "east"];

/** Gateways have the endpoints that rules and policies leave, and nothing is in flight. */
const options: KilledCommand["world"] = {
  kinds: [endpointSlices, policies],
  answer: (here, store, asked) =>
    asked.startsWith("/clusters")
      ? proxiesOf({ clusters: names, here, stubborn: false }, store, { active: 0, total: 10 })
      : undefined,
};

async function run(world: FakeClusters, ...lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    const { code, err } = await world.run(line);
    expect([line, code, /error\[[\s\S]*/.exec(err)?.[0]]).toEqual([line, 0, undefined]);
  }
}

async function applied(world: FakeClusters): Promise<void> {
  runEverywhere(world);
  await run(world, "apply --yes");
}

async function drained(world: FakeClusters): Promise<void> {
  await applied(world);
  await run(world, "drain east --yes");
}

async function outcomeAfter(...lines: readonly string[]): Promise<Outcome> {
  return inFreshWorld(async (world) => {
    await applied(world);
    await run(world, ...lines);
    return outcomeOf(world);
  }, options);
}

let over: Outcome;
let away: Outcome;

beforeAll(async () => {
  buildProgram();
  [away, over] = await Promise.all([
    outcomeAfter("drain east --yes"),
    outcomeAfter("drain east --yes", "undrain east --yes"),
  ]);
});

/** Of a drain that was begun, whatever was done of it: an apply between keeps a mesh, `status` tells of it. */
async function expectTold(world: FakeClusters): Promise<void> {
  const traces = JSON.stringify(outcomeOf(world)).includes("isthmus-drain");
  const { out } = await world.run("status");
  expect([traces, /east: (?:out of traffic|a drain or an undrain) since/.test(out) || !traces]).toEqual([traces, true]);
}

/** Every other kill is followed by the way back. */
function wayOn(verb: "drain" | "undrain"): KilledCommand["expectAfter"] {
  let kills = 0;
  const back = verb === "drain" ? "undrain" : "drain";
  return async (world) => {
    kills += 1;
    const isBack = kills % 2 === 0;
    await expectTold(world);
    await run(world, `${isBack ? back : verb} east --yes`);
    const isAway = (isBack ? back : verb) === "drain";
    if (isAway) {
      expect(outcomeOf(world)).toEqual(away);
    } else {
      const traces = Object.values(outcomeOf(world)).flatMap((objects) => Object.keys(objects));
      expect(traces.filter((key) => key.includes("isthmus-drain"))).toEqual([]);
    }
    await run(world, "plan --detailed-exitcode");
    await run(world, `${isAway ? "undrain" : "drain"} east --yes`);
    expect(outcomeOf(world)).toEqual(isAway ? over : away);
  };
}

describe.each([
  ["drain", applied],
  ["undrain", drained],
] as const)("a cluster whose %s is killed", (verb, prepare) => {
  it.each([
    ["before it takes effect", false],
    ["after it took effect and before its answer", true],
  ])(
    "is told by status, and goes on or back from every write on, when the kill comes %s",
    async (_when, done) => {
      const command = { prepare, words: [verb, "east", "--yes"], world: options, expectAfter: wayOn(verb) };
      const writes = await countWrites(command);
      expect(writes).toBeGreaterThan(8);
      await killAtEveryWrite(command, writes, done);
    },
    900_000,
  );
});
