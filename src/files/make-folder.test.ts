import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeFolder } from "./make-folder.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "isthmus-test-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("makeFolder", () => {
  it("makes what is missing, with its mode, and names the first", async () => {
    expect(await makeFolder(path.join(folder, "a", "b", "c"), 0o700)).toBe(path.join(folder, "a"));
    for (const one of ["a", "a/b", "a/b/c"]) {
      expect((await stat(path.join(folder, one))).mode & 0o777).toBe(0o700);
    }
    expect(await makeFolder(path.join(folder, "a", "b"))).toBeUndefined();
  });

  it("makes one folder for several who ask at once", async () => {
    const wanted = path.join(folder, "a", "b");
    await Promise.all(Array.from({ length: 8 }, async () => makeFolder(wanted)));
    expect((await stat(wanted)).isDirectory()).toBe(true);
  });

  it.each(["file", "file/below", "file/below/it"])("is refused where a file is: %s", async (name) => {
    await writeFile(path.join(folder, "file"), "");
    await expect(makeFolder(path.join(folder, name))).rejects.toMatchObject({ code: "ENOTDIR" });
  });

  it.runIf(process.platform === "linux").each(["/proc/nothing", "/proc/self/nothing/below"])(
    "ends in a file system that takes no folders: %s",
    async (name) => {
      await expect(makeFolder(name)).rejects.toMatchObject({ code: "ENOENT" });
    },
  );
});
