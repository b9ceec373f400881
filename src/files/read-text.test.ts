import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { interruptibleBy } from "./interruptible.ts";
import { readText } from "./read-text.ts";

let folder: string;
let pipe: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "isthmus-test-"));
  pipe = path.join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("readText", () => {
  it("reads a file", async () => {
    await writeFile(path.join(folder, "file"), "grüße\n");
    expect(await readText(path.join(folder, "file"))).toBe("grüße\n");
  });

  it("reads a pipe to its end, also one whose writer comes late", async () => {
    const text = "0123456789".repeat(50_000);
    const reading = readText(pipe);
    await writeFile(pipe, text);
    expect(await reading).toBe(text);
  });

  it("reads an empty pipe", async () => {
    const reading = readText(pipe);
    await writeFile(pipe, "");
    expect(await reading).toBe("");
  });

  it("ends with the interruption while it waits for a writer", async () => {
    const stop = new AbortController();
    const reading = interruptibleBy(stop.signal, async () => readText(pipe));
    setTimeout(() => stop.abort(new Error("enough")), 20);
    await expect(reading).rejects.toThrow("enough");
  });

  it("does not begin after the interruption, whenever that comes", async () => {
    for (const ticks of [0, 1, 2, 3, 4, 5]) {
      const stop = new AbortController();
      const reading = interruptibleBy(stop.signal, async () => readText(pipe)).then(
        () => "read",
        (error: unknown) => error,
      );
      for (let tick = 0; tick < ticks; tick += 1) {
        await new Promise(setImmediate);
      }
      stop.abort(new Error("enough"));
      expect(await reading).toEqual(new Error("enough"));
    }
  });

  it("takes /dev/null for an empty file and refuses what has no end", async () => {
    expect(await readText("/dev/null")).toBe("");
    await expect(readText("/dev/zero")).rejects.toThrow("it is a device, not a file");
    const server = createServer();
    const socket = path.join(folder, "socket");
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    await expect(readText(socket)).rejects.toThrow("it is a socket, not a file");
    server.close();
  });

  it("says as the system does that there is none", async () => {
    await expect(readText(path.join(folder, "none"))).rejects.toMatchObject({ code: "ENOENT" });
    await expect(readText(folder)).rejects.toMatchObject({ code: "EISDIR" });
  });
});
