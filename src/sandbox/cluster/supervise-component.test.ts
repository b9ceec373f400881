import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identifyProcess } from "./process-identity.ts";
import { superviseComponent } from "./supervise-component.ts";

interface Change {
  readonly state: string;
  readonly pid?: number;
  readonly restarts: number;
  readonly lastExit?: string;
}

let folder: string;
let controller: AbortController;
let changes: Change[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "isthmus-"));
  controller = new AbortController();
  changes = [];
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function supervise(program: string, ...args: readonly string[]): Promise<void> {
  await superviseComponent(
    { name: "part", program, args, after: "start" },
    {
      logFile: path.join(folder, "part.log"),
      env: { PATH: "/usr/bin:/bin" },
      folder,
      signal: controller.signal,
      onChange: (change) => changes.push(change),
    },
  );
}

describe("superviseComponent", () => {
  it("starts a program again that was killed, and says how it ended", async () => {
    const running = supervise("sleep", "60");
    await expect.poll(() => changes).toHaveLength(1);
    const first = changes[0]?.pid ?? 0;
    process.kill(first, "SIGKILL");
    await expect.poll(() => changes.at(-1)).toMatchObject({ state: "running", restarts: 1 });
    expect(changes[1]).toEqual({ state: "restarting", restarts: 1, lastExit: "ended by SIGKILL" });
    expect(changes.at(-1)?.pid).not.toBe(first);
    controller.abort();
    await running;
    expect(identifyProcess(changes.at(-1)?.pid ?? 0)).toBeUndefined();
  });

  it("waits longer and longer for a program that keeps ending, and keeps what it printed", async () => {
    const began = performance.now();
    const running = supervise("sh", "-c", "echo no luck; exit 3");
    await expect.poll(() => changes.filter((one) => one.state === "restarting").length).toBeGreaterThanOrEqual(3);
    // Pauses of 0.2 s and 0.4 s lie between three ends.
    expect(performance.now() - began).toBeGreaterThan(550);
    controller.abort();
    await running;
    const log = await readFile(path.join(folder, "part.log"), "utf8");
    expect(log.match(/no luck/g)?.length).toBeGreaterThanOrEqual(3);
    expect(log).toMatch(/part: exit code 3/);
  });

  it("says that a program is not there", async () => {
    const running = supervise(path.join(folder, "nothing"));
    await expect.poll(() => changes[0]?.lastExit).toMatch(/cannot be started/);
    controller.abort();
    await running;
  });
});
