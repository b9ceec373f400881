import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkedFiles, writeManifest } from "./engine-manifest.ts";
import { findEngine, locateEngine } from "./find-engine.ts";

let cache: string;

beforeEach(async () => {
  cache = await mkdtemp(path.join(tmpdir(), "isthmus-find-"));
});

afterEach(async () => {
  await rm(cache, { recursive: true });
});

describe("finding the engine", () => {
  it("gives nothing from an empty cache", () => {
    expect(findEngine({ env: { ISTHMUS_CACHE_DIR: cache } })).toBeUndefined();
  });

  it("gives nothing, and is no error, for a program without pinned files", () => {
    expect(findEngine({ sourceDir: "/nowhere", env: { ISTHMUS_CACHE_DIR: cache } })).toBeUndefined();
  });

  it("gives the complete engine of exactly these pins", async () => {
    const env = { ISTHMUS_CACHE_DIR: cache };
    const { dir, key } = locateEngine({ env });
    expect(dir).toBe(path.join(cache, "engine", key));
    for (const file of checkedFiles) {
      await mkdir(path.dirname(path.join(dir, file)), { recursive: true });
      await writeFile(path.join(dir, file), "x");
    }
    const images = { pause: "a", coredns: "b", pilot: "c", proxyv2: "d", helloworld: "e" };
    const versions = { kubernetes: "1", istio: "2", envoy: "3", coredns: "4", etcd: "5" };
    await writeManifest(dir, { key, images, versions });
    expect(findEngine({ env })).toMatchObject({ key, dir, images, versions });
  });
});
