import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseGoLine, parseWheelPin, pinnedFiles, requiredModule } from "../engine/engine-pins.ts";
import { computePartKey, frontDoorSource, goPartRecipes, goParts, goPartSource } from "./go-parts.ts";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "isthmus-parts-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("the parts of a sandbox's front door", () => {
  it("are no part of the engine: a change of one does not make Kubernetes and Istio anew", () => {
    expect(pinnedFiles.filter((file) => file.startsWith("front-door"))).toEqual([]);
  });

  it.each(goParts)("%s has a key that follows every file of it, and nothing else", async (part) => {
    const copy = path.join(folder, part);
    await cp(goPartSource(part), copy, { recursive: true });
    const key = computePartKey(copy);
    expect(key).toBe(computePartKey(goPartSource(part)));
    const sums = path.join(copy, "go.sum");
    await writeFile(sums, `${await readFile(sums, "utf8")}\n`);
    expect(computePartKey(copy)).not.toBe(key);
  });

  it.each(goParts)("%s is pinned by its go.mod, and the Go that compiles it by the shared file", async (part) => {
    const goMod = await readFile(path.join(goPartSource(part), "go.mod"), "utf8");
    const file = "requirements-go.txt";
    const pinned = parseWheelPin(file, await readFile(path.join(frontDoorSource(), file), "utf8"));
    expect(requiredModule(goMod, goPartRecipes[part].module)).toMatch(/^\d+\.\d+\.\d+$/);
    expect(Number(parseGoLine(goMod).split(".")[1])).toBeLessThanOrEqual(Number(pinned.version.split(".")[1]));
  });
});
