import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { FakeClusters } from "../../src/cli/testing/fake-clusters.ts";
import type { Outcome } from "./comparable-store.ts";
import { outcomeOf } from "./comparable-store.ts";
import { expectConverges } from "./expect-converges.ts";
import { inFreshWorld, undisturbedOutcome } from "./fresh-world.ts";
import { buildProgram, program } from "./run-program.ts";

let undisturbed: Outcome;

beforeAll(async () => {
  buildProgram();
  undisturbed = await undisturbedOutcome();
});

/** No file grows beyond this, in blocks of 512 bytes: the plan fits in, all events do not. */
const limit = 24;

/** Runs the program with its stdout in a file, where files do not grow as on a full disk. */
async function runOnFullDisk(
  world: FakeClusters,
  words: string,
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  const file = path.join(world.folder, "stdout");
  const stdout = createWriteStream(file);
  await new Promise((resolve) => stdout.once("open", resolve));
  const script = `ulimit -f ${limit}; exec "$0" ${program} ${words}`;
  const child = spawn("/bin/sh", ["-c", script, process.execPath], {
    cwd: world.folder,
    env: world.env,
    stdio: ["ignore", stdout, "pipe"],
  });
  let err = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  stdout.close();
  return { code, out: await readFile(file, "utf8"), err };
}

describe("an apply on a disk that fills up in the middle", () => {
  it("is done, and says once that the events file lacks the rest", async () =>
    inFreshWorld(async (world) => {
      const ran = await runOnFullDisk(world, "apply --yes --events-to events.jsonl");
      expect(ran.err.match(/ISM063/g)).toHaveLength(1);
      expect(ran.err).toContain("file too large");
      expect(ran.out).toContain("√ west");
      expect(ran.code).toBe(0);
      expect(outcomeOf(world)).toEqual(undisturbed);
      const kept = await readFile(path.join(world.folder, "events.jsonl"), "utf8");
      expect(kept).toContain('"event":"plan"');
      expect(kept).not.toContain('"event":"summary"');
      await expectConverges(world, undisturbed);
    }));

  it("is done, and fails at the end, when it is the output itself that is lost", async () =>
    inFreshWorld(async (world) => {
      const ran = await runOnFullDisk(world, "apply --yes -o jsonl");
      expect(ran.err.match(/Writing the output failed: .*The command goes on without it/g)).toHaveLength(1);
      expect(ran.out).toContain('"event":"object.applied"');
      expect(ran.out).not.toContain('"event":"summary"');
      expect(ran.code).toBe(1);
      expect(outcomeOf(world)).toEqual(undisturbed);
      await expectConverges(world, undisturbed);
    }));
});
