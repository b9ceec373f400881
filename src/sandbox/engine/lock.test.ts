import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { acquireLock } from "./lock.ts";

const never = new AbortController().signal;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "isthmus-lock-"));
});

afterAll(async () => {
  await rm(dir, { recursive: true });
});

describe.runIf(process.platform === "linux")("the engine's lock", () => {
  it("goes to one at a time, and the next one says for whom it waits", async () => {
    const file = path.join(dir, "two");
    const first = await acquireLock(file, {
      signal: never,
      timeoutMs: 5_000,
      onWait: () => expect.unreachable(),
    });
    const notes: string[] = [];
    let secondHas = false;
    const second = acquireLock(file, {
      signal: never,
      timeoutMs: 5_000,
      onWait: (note) => notes.push(note),
    }).then((release) => {
      secondHas = true;
      return release;
    });
    await expect.poll(() => notes).toHaveLength(1);
    expect(notes[0]).toContain(`process ${process.pid}`);
    expect(secondHas).toBe(false);
    await first();
    await (
      await second
    )();
    expect(secondHas).toBe(true);
  });

  it("is free again when its holder was killed", async () => {
    const file = path.join(dir, "killed");
    const holder = await startHolder(file);
    holder.kill("SIGKILL");
    const release = await acquireLock(file, {
      signal: never,
      timeoutMs: 5_000,
      onWait: () => undefined,
    });
    expect(JSON.parse(await readFile(`${file}.holder`, "utf8"))).toMatchObject({
      pid: process.pid,
    });
    await release();
  });

  it("is not waited for beyond the time given: ISM718", async () => {
    const file = path.join(dir, "late");
    const release = await acquireLock(file, {
      signal: never,
      timeoutMs: 5_000,
      onWait: () => undefined,
    });
    const late = acquireLock(file, { signal: never, timeoutMs: 300, onWait: () => undefined });
    await expect(late).rejects.toMatchObject({ diagnostics: [{ code: "ISM718" }], exitCode: 75 });
    await release();
  });

  it("is not waited for once the user has left", async () => {
    const file = path.join(dir, "left");
    const reason = new Error("the user has left");
    const controller = new AbortController();
    const release = await acquireLock(file, {
      signal: never,
      timeoutMs: 5_000,
      onWait: () => undefined,
    });
    const waiting = acquireLock(file, {
      signal: controller.signal,
      timeoutMs: 5_000,
      onWait: () => controller.abort(reason),
    });
    await expect(waiting).rejects.toBe(reason);
    await release();
  });
});

/** Another process that takes the lock with the same code and keeps it. */
async function startHolder(file: string): Promise<ReturnType<typeof spawn>> {
  const script = path.join(dir, "holder.mjs");
  await build({
    stdin: {
      contents: `import { acquireLock } from "./lock.ts";
        await acquireLock(${JSON.stringify(file)}, { signal: new AbortController().signal, timeoutMs: 5000, onWait: () => {} });
        process.stdout.write("held");
        setInterval(() => {}, 1000);`,
      resolveDir: import.meta.dirname,
      loader: "ts",
    },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: script,
  });
  const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return child;
}
