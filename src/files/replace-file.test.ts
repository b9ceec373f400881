import { execFileSync } from "node:child_process";
import { chmod, chown, lstat, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { replaceFile } from "./replace-file.ts";

let folder = "";
let file = "";

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "isthmus-replace-"));
  file = path.join(folder, "file");
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const modeOf = async (name: string): Promise<number> => (await stat(name)).mode & 0o777;

describe("a file that is replaced", () => {
  it("has the new text and the mode, and nothing is left beside it", async () => {
    await writeFile(file, "old", { mode: 0o644 });
    await replaceFile(file, "new", { mode: 0o600 });
    expect([await readFile(file, "utf8"), await modeOf(file), await readdir(folder)]).toEqual(["new", 0o600, ["file"]]);
  });

  it("is another file than before, so that who has the old one open reads that to its end", async () => {
    await writeFile(file, "old");
    const { ino } = await stat(file);
    await replaceFile(file, "new", { mode: 0o600, keepAccess: true });
    expect((await stat(file)).ino).not.toBe(ino);
  });

  it("keeps its permissions where that is asked for, whatever the umask", async () => {
    await writeFile(file, "old");
    await chmod(file, 0o666);
    await replaceFile(file, "new", { mode: 0o600, keepAccess: true });
    expect([await readFile(file, "utf8"), await modeOf(file)]).toEqual(["new", 0o666]);
  });

  it.runIf(process.getuid?.() === 0)("keeps its owner where that is asked for", async () => {
    await writeFile(file, "old");
    await chown(file, 1234, 5678);
    await replaceFile(file, "new", { mode: 0o600, keepAccess: true });
    expect(await stat(file)).toMatchObject({ uid: 1234, gid: 5678 });
  });

  it("stays behind the link by which it is named", async () => {
    await mkdir(path.join(folder, "real"));
    await writeFile(path.join(folder, "real", "mesh.yaml"), "old");
    await symlink("real/mesh.yaml", file);
    await replaceFile(file, "new", { mode: 0o600, keepAccess: true });
    expect((await lstat(file)).isSymbolicLink()).toBe(true);
    expect(await readFile(path.join(folder, "real", "mesh.yaml"), "utf8")).toBe("new");
  });

  it.skipIf(process.getuid?.() === 0)("is written in place where its folder takes no other file", async () => {
    await writeFile(file, "old");
    await chmod(folder, 0o500);
    await replaceFile(file, "new", { mode: 0o600, keepAccess: true });
    await chmod(folder, 0o700);
    expect([await readFile(file, "utf8"), await readdir(folder)]).toEqual(["new", ["file"]]);
  });

  it("is as it was when the new text cannot be written", async () => {
    await mkdir(file);
    await expect(replaceFile(file, "new", { mode: 0o600 })).rejects.toMatchObject({ code: "EISDIR" });
    expect(await readdir(folder)).toEqual(["file"]);
    await expect(replaceFile(path.join(folder, "no", "file"), "new", { mode: 0o600 })).rejects.toMatchObject({
      code: "ENOENT",
    });
  });
});

it("a new file gets the mode", async () => {
  await replaceFile(file, "new", { mode: 0o640, keepAccess: true });
  expect([await readFile(file, "utf8"), await modeOf(file)]).toEqual(["new", 0o640]);
});

it("a device is written to and stays what it is", async () => {
  await replaceFile("/dev/null", "new", { mode: 0o600, keepAccess: true });
  expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
});

it.skipIf(process.platform === "win32")("a pipe that nobody reads is an error, and stays a pipe", async () => {
  execFileSync("mkfifo", [file]);
  await expect(replaceFile(file, "new", { mode: 0o600 })).rejects.toMatchObject({ code: "ENXIO" });
  expect((await stat(file)).isFIFO()).toBe(true);
});
