import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readText } from "./read-text.ts";
import { writeText } from "./write-text.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "isthmus-test-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("writeText", () => {
  it("replaces what was there", async () => {
    const file = path.join(folder, "file");
    writeText(file, "a long first text", 0o600);
    writeText(file, "second", 0o600);
    expect(await readFile(file, "utf8")).toBe("second");
  });

  it("writes into a pipe that somebody reads, and does not wait for a reader", async () => {
    const pipe = path.join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    expect(() => writeText(pipe, "text", 0o600)).toThrow("it is a pipe that nobody reads");
    const reading = readText(pipe);
    // Until the reader has opened it.
    for (;;) {
      try {
        writeText(pipe, "text", 0o600);
        break;
      } catch {
        await new Promise(setImmediate);
      }
    }
    expect(await reading).toBe("text");
  });
});
