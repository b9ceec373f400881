import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { keptManifests } from "./kept-manifests.ts";

const objects = [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } }];
let folder = "";
let renders = 0;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "isthmus-test-"));
  renders = 0;
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function kept(): Promise<unknown> {
  return keptManifests(folder, ["input"], async () => {
    renders += 1;
    return objects;
  });
}

it("renders the same input once", async () => {
  expect([await kept(), await kept()]).toEqual([objects, objects]);
  expect(renders).toBe(1);
});

it("renders again what a power failure has left in pieces, and keeps that", async () => {
  await kept();
  const [name = ""] = await readdir(path.join(folder, "manifests"));
  await writeFile(path.join(folder, "manifests", name), "");
  expect([await kept(), await kept()]).toEqual([objects, objects]);
  expect(renders).toBe(2);
});
