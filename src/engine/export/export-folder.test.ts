import { mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { ExportedFiles } from "./export-folder.ts";
import { openExportFolder } from "./export-folder.ts";

let top = "";
let folder = "";

beforeEach(async () => {
  top = await mkdtemp(path.join(tmpdir(), "isthmus-export-"));
  folder = path.join(top, "out");
});
afterEach(async () => rm(top, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>, force = false): Promise<ExportedFiles> {
  const open = await openExportFolder(folder, { name: "out", force });
  try {
    for (const [file, text] of Object.entries(files)) {
      await open.stage({ path: file, text });
    }
    return await open.commit();
  } finally {
    await open.close();
  }
}

/** Every file below the folder but the marker, with its text. */
async function found(): Promise<Readonly<Record<string, string>>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names
    .filter((one) => one.isFile() && one.name !== ".isthmus-export")
    .map((one) => path.relative(folder, path.join(one.parentPath, one.name)));
  const texts = await Promise.all(files.map(async (file) => [file, await readFile(path.join(folder, file), "utf8")]));
  return Object.fromEntries(texts) as Readonly<Record<string, string>>;
}

async function codesOf(work: Promise<unknown>): Promise<readonly string[]> {
  const error = await work.then(
    () => undefined,
    (one: unknown) => one,
  );
  return error instanceof UserError ? error.diagnostics.map((one) => one.code) : [];
}

describe("the folder of an export", () => {
  it("is made, and holds exactly the files", async () => {
    expect(await write({ "a.yaml": "a", "west/b.yaml": "b" })).toEqual({ written: 2, unchanged: 0, removed: 0 });
    expect(await found()).toEqual({ "a.yaml": "a", "west/b.yaml": "b" });
  });

  it("may be there already when it is empty", async () => {
    await mkdir(folder);
    await write({ "a.yaml": "a" });
    expect(await found()).toEqual({ "a.yaml": "a" });
  });

  it("loses what is no longer exported, with the folders that were left empty, and keeps what did not change", async () => {
    await write({ "a.yaml": "a", "west/x/b.yaml": "b", "east/c.yaml": "c" });
    const before = await stat(path.join(folder, "a.yaml"));
    expect(await write({ "a.yaml": "a", "east/c.yaml": "new" })).toEqual({ written: 1, unchanged: 1, removed: 1 });
    expect(await found()).toEqual({ "a.yaml": "a", "east/c.yaml": "new" });
    expect((await readdir(folder)).toSorted()).toEqual([".isthmus-export", "a.yaml", "east"]);
    expect((await stat(path.join(folder, "a.yaml"))).ino).toBe(before.ino);
  });

  it("keeps the files of others, also in its own folders", async () => {
    await write({ "west/a.yaml": "a" });
    await writeFile(path.join(folder, "west", "mine.txt"), "mine");
    await mkdir(path.join(folder, ".git"));
    await write({ "east/a.yaml": "a" });
    expect(await found()).toEqual({ "east/a.yaml": "a", "west/mine.txt": "mine" });
    expect(await readdir(folder)).toContain(".git");
  });
});

describe("a folder that holds something else", () => {
  beforeEach(async () => {
    await mkdir(folder);
    await writeFile(path.join(folder, "mine.txt"), "mine");
  });

  it("is refused before anything is written", async () => {
    expect(await codesOf(write({ "a.yaml": "a" }))).toEqual(["ISM230"]);
    expect(await readdir(folder)).toEqual(["mine.txt"]);
  });

  it("is written beside with force", async () => {
    await write({ "a.yaml": "a" }, true);
    expect(await found()).toEqual({ "a.yaml": "a", "mine.txt": "mine" });
  });

  it.each([
    ["no JSON", "files"],
    ["of another kind", '{"kind":"Other","files":{}}'],
    ["with a path outside of the folder", '{"kind":"Export","files":{"../other.txt":["x"]}}'],
    ["with an absolute path", '{"kind":"Export","files":{"/etc/hosts":["x"]}}'],
  ])("is refused also with a marker that is %s", async (_, text) => {
    await writeFile(path.join(folder, ".isthmus-export"), text);
    expect(await codesOf(write({ "a.yaml": "a" }))).toEqual(["ISM230"]);
  });
});

describe("a file that is in the way", () => {
  it("of somebody else is replaced only with force", async () => {
    await write({ "a.yaml": "a" });
    await writeFile(path.join(folder, "b.yaml"), "mine");
    expect(await codesOf(write({ "b.yaml": "b" }))).toEqual(["ISM231"]);
    expect(await found()).toEqual({ "a.yaml": "a", "b.yaml": "mine" });
    await write({ "b.yaml": "b" }, true);
    expect(await found()).toEqual({ "b.yaml": "b" });
  });

  it("that somebody changed since is replaced, or removed, only with force", async () => {
    await write({ "a.yaml": "a", "b.yaml": "b" });
    await writeFile(path.join(folder, "a.yaml"), "edited");
    expect(await codesOf(write({ "a.yaml": "new" }))).toEqual(["ISM232"]);
    expect(await codesOf(write({ "b.yaml": "new" }))).toEqual(["ISM232"]);
    expect(await found()).toEqual({ "a.yaml": "edited", "b.yaml": "b" });
    await write({ "b.yaml": "new" }, true);
    expect(await found()).toEqual({ "b.yaml": "new" });
  });

  it("that was deleted is written again", async () => {
    await write({ "a.yaml": "a" });
    await rm(path.join(folder, "a.yaml"));
    expect(await write({ "a.yaml": "a" })).toEqual({ written: 1, unchanged: 0, removed: 0 });
  });

  it("where a folder has to be, or a link that leads out, is never replaced", async () => {
    await write({ "a.yaml": "a" });
    await mkdir(path.join(top, "elsewhere"));
    await symlink(path.join(top, "elsewhere"), path.join(folder, "west"));
    await writeFile(path.join(folder, "east"), "a file");
    for (const file of ["west/b.yaml", "east/b.yaml"]) {
      expect(await codesOf(write({ [file]: "b" }, true))).toEqual(["ISM231"]);
    }
    expect(await readdir(path.join(top, "elsewhere"))).toEqual([]);
    expect(await found()).toEqual({ "a.yaml": "a", east: "a file" });
  });
});

describe("an export that fails", () => {
  it("leaves the old files, and nothing of its own", async () => {
    await write({ "a.yaml": "a" });
    const open = await openExportFolder(folder, { name: "out", force: false });
    await open.stage({ path: "a.yaml", text: "new" });
    await open.stage({ path: "b.yaml", text: "b" });
    await open.close();
    expect(await found()).toEqual({ "a.yaml": "a" });
    expect((await readdir(folder)).toSorted()).toEqual([".isthmus-export", "a.yaml"]);
  });

  it("takes the folder away again that it made", async () => {
    const open = await openExportFolder(folder, { name: "out", force: false });
    await open.stage({ path: "a.yaml", text: "a" });
    await open.close();
    expect(await readdir(top)).toEqual([]);
  });

  it("is told from the next one when it was killed half way", async () => {
    await write({ "a.yaml": "a" });
    // As a killed export leaves it: the marker knows both, the file is still the old one.
    const marker = JSON.parse(await readFile(path.join(folder, ".isthmus-export"), "utf8")) as {
      files: Record<string, string[]>;
    };
    marker.files["a.yaml"]?.push("0".repeat(64));
    marker.files["b.yaml"] = ["1".repeat(64)];
    await writeFile(path.join(folder, ".isthmus-export"), JSON.stringify(marker));
    // No process has this ID.
    await mkdir(path.join(folder, ".isthmus-export.99999999.new"));
    expect(await write({ "a.yaml": "new" })).toEqual({ written: 1, unchanged: 0, removed: 1 });
    expect(await found()).toEqual({ "a.yaml": "new" });
    expect((await readdir(folder)).toSorted()).toEqual([".isthmus-export", "a.yaml"]);
  });

  it("says why, when the folder is a file", async () => {
    await writeFile(folder, "a file");
    expect(await codesOf(write({ "a.yaml": "a" }))).toEqual(["ISM233"]);
    expect(await readFile(folder, "utf8")).toBe("a file");
  });
});
