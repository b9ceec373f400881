import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { programVersion } from "../../src/cli/terminal/program-version.ts";
import { root } from "./tracked-files.ts";

let folder = "";
beforeAll(() => {
  // Built where the run of the tests did not do so.
  spawnSync(path.join(root, "isthmus"), ["version"]);
  folder = mkdtempSync(path.join(tmpdir(), "isthmus-start-"));
  cpSync(path.join(root, "dist"), path.join(folder, "dist"), {
    recursive: true,
    filter: (source) => path.basename(source) !== "cache",
  });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  rmSync(path.join(folder, "dist", "cache"), { recursive: true, force: true });
});

function start(flags: readonly string[] = []): readonly [number | null, string, string] {
  const ran = spawnSync(process.execPath, [...flags, path.join(folder, "dist", "isthmus.js"), "version"], {
    encoding: "utf8",
  });
  return [ran.status, ran.stdout, ran.stderr];
}

const asAlways = [0, `isthmus ${programVersion}\n`, ""] as const;

/** File → when it was written. Newer Nodes keep a folder in this folder. */
function kept(): ReadonlyMap<string, number> {
  const cache = path.join(folder, "dist", "cache");
  const names = existsSync(cache) ? (readdirSync(cache, { recursive: true }) as string[]) : [];
  const files = names.map((name) => path.join(cache, name)).filter((file) => statSync(file).isFile());
  return new Map(files.map((file) => [file, statSync(file).mtimeMs]));
}

describe("the start", () => {
  it("keeps what the first command compiled, and writes nothing at the second", () => {
    expect(start()).toEqual(asAlways);
    const first = kept();
    expect(first.size).toBeGreaterThan(0);
    expect(start()).toEqual(asAlways);
    expect(kept()).toEqual(first);
  });

  it("goes on where nothing can be kept", () => {
    writeFileSync(path.join(folder, "dist", "cache"), "in the way");
    expect(start()).toEqual(asAlways);
    expect(start(["--max-lazy"])).toEqual(asAlways);
  });

  it("compiles anew what was kept under other flags, and what lost its end", () => {
    start();
    expect(start(["--max-lazy"])).toEqual(asAlways);
    for (const file of kept().keys()) {
      truncateSync(file, 10);
    }
    expect(start()).toEqual(asAlways);
    expect(start()).toEqual(asAlways);
  });
});
