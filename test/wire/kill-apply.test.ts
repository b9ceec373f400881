import { beforeAll, describe, expect, it } from "vitest";
import type { Outcome } from "./comparable-store.ts";
import { outcomeOf } from "./comparable-store.ts";
import { expectConverges, expectWrittenOnce } from "./expect-converges.ts";
import { expectReported } from "./expect-reported.ts";
import { inFreshWorld, undisturbedOutcome } from "./fresh-world.ts";
import type { KilledCommand } from "./kill-at-writes.ts";
import { at, countWrites, forEachSideBySide, killAtEveryWrite, killPoints } from "./kill-at-writes.ts";
import { buildProgram, runProgram } from "./run-program.ts";

const words = ["apply", "--yes"];
const prepare = async (): Promise<void> => {};

let undisturbed: Outcome;
let events = 0;

beforeAll(async () => {
  buildProgram();
  await inFreshWorld(async (world) => {
    const whole = runProgram(world, words);
    await whole.ended;
    undisturbed = outcomeOf(world);
    events = whole.lines.length;
  });
});

describe("an apply that is killed and run again", () => {
  it("has a measure: one that nothing disturbs", async () => {
    expect(undisturbed).toEqual(await undisturbedOutcome());
  });

  it("converges from every event on, does nothing twice and calls nothing done that is not", async () => {
    expect(events).toBeGreaterThan(60);
    let kills = 0;
    const points = killPoints(events);
    await forEachSideBySide(points, async (last) =>
      inFreshWorld(async (world) => {
        const running = runProgram(world, words, ({ child, lines }) => {
          if (lines.length === last) {
            child.kill("SIGKILL");
          }
        });
        await running.ended;
        kills += running.child.signalCode === "SIGKILL" ? 1 : 0;
        await at(`killed after event ${last}, ${running.lines[last - 1]?.event}`, async () => {
          expectReported(running.lines, world, undisturbed);
          await expectConverges(world, undisturbed);
          expectWrittenOnce(world);
        });
      }),
    );
    // Notes come by chance, so that a run may have one event less than the first; after the last two it may end by itself.
    expect(kills).toBeGreaterThan(points.length - 10);
  }, 900_000);

  it.each([
    ["before it takes effect", false],
    ["after it took effect and before its answer", true],
  ])(
    "converges from every write on, when the kill comes %s",
    async (_when, done) => {
      const writes = await countWrites({ prepare, words });
      expect(writes).toBeGreaterThan(30);
      const expectAfter: KilledCommand["expectAfter"] = async (world, lines, undone) => {
        expectReported(lines, world, undisturbed);
        await expectConverges(world, undisturbed);
        expectWrittenOnce(world, undone);
      };
      await killAtEveryWrite({ prepare, words, expectAfter }, writes, done);
    },
    900_000,
  );
});
