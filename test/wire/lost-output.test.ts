import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { FakeClusters } from "../../src/cli/testing/fake-clusters.ts";
import type { WireObject } from "../../src/kube/fake/fake-store.ts";
import type { Outcome } from "./comparable-store.ts";
import { outcomeOf } from "./comparable-store.ts";
import { expectConverges, isWrite } from "./expect-converges.ts";
import { inFreshWorld, undisturbedOutcome } from "./fresh-world.ts";
import { buildProgram, program, runProgram } from "./run-program.ts";

let undisturbed: Outcome;

beforeAll(async () => {
  buildProgram();
  undisturbed = await undisturbedOutcome();
});

/** No file grows beyond this, in blocks of 512 bytes: the plan and the first objects fit in, all events do not. */
const limit = 32;

/** Runs the program with its stdout in a file, where files do not grow as on a full disk. */
async function runOnFullDisk(
  world: FakeClusters,
  words: string,
  blocks = limit,
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  const file = path.join(world.folder, "stdout");
  const stdout = createWriteStream(file);
  await new Promise((resolve) => stdout.once("open", resolve));
  const script = `ulimit -f ${blocks}; exec "$0" ${program} ${words}`;
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

it("an apply is done also when whoever reads its output goes away", async () =>
  inFreshWorld(async (world) => {
    const running = runProgram(world, ["apply", "--yes"], ({ child }) => child.stdout.destroy());
    const ended = await running.ended;
    expect(running.lines.map(({ event }) => event)).not.toContain("summary");
    expect(ended.err).not.toContain("Writing the output failed");
    expect(ended.code).toBe(0);
    expect(outcomeOf(world)).toEqual(undisturbed);
  }));

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

describe("an apply whose files cannot be written", () => {
  const kubernetes = (world: FakeClusters): number =>
    Object.values(world.servers).flatMap((server) => server.requests.filter(isWrite)).length;

  it("changes nothing and leaves nothing when there is no room for what istioctl works on", async () =>
    inFreshWorld(async (world) => {
      const before = await readdir(world.folder);
      const ran = await runOnFullDisk({ ...world, env: { ...world.env, TMPDIR: world.folder } }, "apply --yes", 0);
      expect(ran.err).toContain("error[ISM069] The temporary folder cannot be written");
      expect(ran.err).toContain("file too large");
      expect(ran.code).toBe(1);
      expect(kubernetes(world)).toBe(0);
      expect((await readdir(world.folder)).filter((name) => name !== "stdout")).toEqual(before);
      await expectConverges(world, undisturbed);
    }));

  it("signs nothing with a root that could not be kept", async () =>
    inFreshWorld(async (world) => {
      // What istioctl renders is kept from now on, so that the root is the first file that is written.
      await world.run("plan");
      const ran = await runOnFullDisk(world, "apply --yes", 0);
      expect(ran.err).toContain("error[ISM507] The mesh's root cannot be kept");
      expect(ran.code).toBe(1);
      const secrets = Object.values(world.servers).flatMap(({ store }) => store.all().filter(isSecret));
      expect(secrets).toEqual([]);
      await expectConverges(world, undisturbed);
    }));

  it("is done without its cache", async () =>
    inFreshWorld(async (world) => {
      const ran = await world.run("apply --yes", { env: { XDG_CACHE_HOME: "/dev/null/cache" } });
      expect(ran.err).not.toContain("error[");
      expect(ran.code).toBe(0);
      expect(outcomeOf(world)).toEqual(undisturbed);
    }));
});

function isSecret({ kind }: WireObject): boolean {
  return kind === "Secret";
}
