import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { markProcess } from "../files/process-mark.ts";
import { inTemporaryFolder, removeAbandoned } from "./temporary-folder.ts";

let parent: string;

beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), "isthmus-test-"));
});

afterEach(async () => {
  await rm(parent, { recursive: true, force: true });
});

describe("a temporary folder", () => {
  it("is there while work goes on, and not afterwards", async () => {
    const [folder, names] = await inTemporaryFolder("kustomize", { "a.yaml": "a" }, async (one) => [
      one,
      await readdir(one),
    ]);
    expect(names).toEqual(["a.yaml"]);
    await expect(readdir(folder)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe.runIf(process.platform === "linux")("what killed processes have left", () => {
  function nameOf(mark: string): string {
    return `isthmus-kustomize-${mark.replaceAll("/", ".")}-AbC123`;
  }

  it("goes, and everything else stays", async () => {
    const own = markProcess(process.pid) ?? "";
    const [boot = "", namespace = "", , start = ""] = own.split("/");
    const ended = spawnSync("true").pid;
    const gone = [`${boot}/${namespace}/${ended}/${start}`, `${"0".repeat(8)}${boot.slice(8)}/${namespace}/1/${start}`];
    const kept = [own, `${boot}/1/${ended}/${start}`];
    const names = [...[...gone, ...kept].map(nameOf), "isthmus-kustomize-AbC123", "isthmus-notes", "kustomize-1"];
    for (const name of names) {
      await mkdir(path.join(parent, name, "below"), { recursive: true });
    }
    removeAbandoned(parent);
    expect((await readdir(parent)).toSorted()).toEqual(
      [...kept.map(nameOf), "isthmus-kustomize-AbC123", "isthmus-notes", "kustomize-1"].toSorted(),
    );
  });
});
