import { beforeAll, describe, expect, it } from "vitest";
import type { SeenRequest } from "../../src/kube/fake/fake-api-server.ts";
import type { Outcome } from "./comparable-store.ts";
import { outcomeOf } from "./comparable-store.ts";
import { expectConverges, expectWrittenOnce, isWrite } from "./expect-converges.ts";
import { expectTold } from "./expect-told.ts";
import { inFreshWorld, undisturbedOutcome } from "./fresh-world.ts";
import { buildProgram, runProgram } from "./run-program.ts";

/** Processes at a time: they mostly wait. */
const side = 4;
const command = ["apply", "--yes"];

let undisturbed: Outcome;
let events = 0;
let writes = 0;

beforeAll(async () => {
  buildProgram();
  await inFreshWorld(async (world) => {
    const whole = runProgram(world, command);
    await whole.ended;
    undisturbed = outcomeOf(world);
    events = whole.lines.length;
    writes = Object.values(world.servers).flatMap((server) => server.requests.filter(isWrite)).length;
  });
}, 60_000);

describe("an apply that is killed and run again", () => {
  it("has a measure: one that nothing disturbs", async () => {
    expect(undisturbed).toEqual(await undisturbedOutcome());
  });

  it("converges from every event on, does nothing twice and calls nothing done that is not", async () => {
    expect(events).toBeGreaterThan(60);
    let kills = 0;
    await forEachSideBySide(numbers(events), async (last) =>
      inFreshWorld(async (world) => {
        const running = runProgram(world, command, ({ child, lines }) => {
          if (lines.length === last) {
            child.kill("SIGKILL");
          }
        });
        await running.ended;
        kills += running.child.signalCode === "SIGKILL" ? 1 : 0;
        await at(`killed after event ${last}, ${running.lines[last - 1]?.event}`, async () => {
          expectTold(running.lines, world, undisturbed);
          await expectConverges(world, undisturbed);
          expectWrittenOnce(world);
        });
      }),
    );
    // Notes come by chance, so that a run may have one event less than the first; after the last two it may end by itself.
    expect(kills).toBeGreaterThan(events - 10);
  });

  it.each([
    ["before it takes effect", false],
    ["after it took effect and before its answer", true],
  ])("converges from every write on, when the kill comes %s", async (_when, done) => {
    expect(writes).toBeGreaterThan(30);
    await forEachSideBySide(numbers(writes), async (last) =>
      inFreshWorld(async (world) => {
        let seen = 0;
        let struck: SeenRequest | undefined;
        const running = runProgram(world, command);
        const matches = (request: SeenRequest): boolean => {
          seen += isWrite(request) ? 1 : 0;
          if (!isWrite(request) || seen !== last) {
            return false;
          }
          running.child.kill("SIGKILL");
          struck = request;
          return true;
        };
        Object.values(world.servers).forEach((server) => server.inject({ kind: "reset", done }, { matches }));
        await running.ended;
        expect(running.child.signalCode).toBe("SIGKILL");
        await at(`killed at write ${last}, ${struck?.method} ${struck?.url}`, async () => {
          expectTold(running.lines, world, undisturbed);
          await expectConverges(world, undisturbed);
          expectWrittenOnce(world, done ? undefined : struck);
        });
      }),
    );
  });
});

/** Says of a failure when it came about. */
async function at(where: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new Error(where, { cause: error });
  }
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

async function forEachSideBySide<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const take = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: side }, take));
}
