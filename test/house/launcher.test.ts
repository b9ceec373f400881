import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { programVersion } from "../../src/cli/terminal/program-version.ts";
import { root } from "./tracked-files.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "isthmus-launcher-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function launch(
  file: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): { code: number | null; out: string; err: string } {
  const ran = spawnSync(file, [...args], {
    cwd: options.cwd ?? root,
    encoding: "utf8",
    env: { ...process.env, ...options.env },
  });
  return { code: ran.status, out: ran.stdout, err: ran.stderr };
}

describe("./isthmus", () => {
  it("runs from any folder and through symbolic links, relative ones too, and says nothing of its own", () => {
    mkdirSync(path.join(folder, "bin"));
    symlinkSync(path.join(root, "isthmus"), path.join(folder, "first"));
    symlinkSync("../first", path.join(folder, "bin", "second"));
    // Built by the run of the tests, so that there is nothing to do.
    launch(path.join(root, "isthmus"), ["version"]);
    const ran = launch(path.join(folder, "bin", "second"), ["version"], { cwd: folder });
    expect(ran).toEqual({ code: 0, out: `isthmus ${programVersion}\n`, err: "" });
  });

  it("hands every argument over as it is, and the exit code back", () => {
    const ran = launch(path.join(root, "isthmus"), ["explain", "a b  'c' $HOME *"]);
    expect(ran.err).toContain("a b  'c' $HOME * is no field");
    expect(ran.code).toBe(64);
  });

  it("says what is missing without Node.js", () => {
    for (const tool of ["sh", "readlink"]) {
      const found = spawnSync("/bin/sh", ["-c", `command -v ${tool}`], { encoding: "utf8" }).stdout.trim();
      symlinkSync(found, path.join(folder, tool));
    }
    const ran = launch(path.join(root, "isthmus"), ["version"], { env: { PATH: folder } });
    expect(ran.err).toBe(
      "isthmus: Node.js is not installed (or not in PATH). isthmus needs Node.js 20.18.1 or newer.\n",
    );
    expect(ran.code).toBe(1);
  });

  it("says so when Node.js is too old, before it installs anything", () => {
    const copy = path.join(folder, "checkout");
    mkdirSync(path.join(copy, "scripts"), { recursive: true });
    for (const file of ["isthmus", "scripts/bootstrap"]) {
      spawnSync("cp", ["-p", path.join(root, file), path.join(copy, file)]);
    }
    writeFileSync(path.join(copy, "package-lock.json"), "{}");
    const old = path.join(folder, "old");
    mkdirSync(old);
    writeFileSync(path.join(old, "node"), '#!/bin/sh\n[ "$1" = -e ] && exit 1\necho v18.19.0\n');
    chmodSync(path.join(old, "node"), 0o755);
    const ran = launch(path.join(copy, "isthmus"), ["version"], {
      env: { PATH: `${old}:${process.env["PATH"] ?? ""}` },
    });
    expect(ran.err).toBe("isthmus: Node.js v18.19.0 is too old. isthmus needs Node.js 20.18.1 or newer.\n");
    expect(ran.code).toBe(1);
  });

  it.each(["/dev/null", "/proc/nothing", ""])("installs and builds for a user without a home: HOME=%s", (home) => {
    const copy = path.join(folder, "checkout");
    for (const below of ["scripts", "src", "dist"]) {
      mkdirSync(path.join(copy, below), { recursive: true });
    }
    for (const file of ["isthmus", "scripts/bootstrap"]) {
      spawnSync("cp", ["-p", path.join(root, file), path.join(copy, file)]);
    }
    const named = { name: "checkout", version: "1.0.0" };
    writeFileSync(path.join(copy, "package.json"), JSON.stringify(named));
    writeFileSync(
      path.join(copy, "package-lock.json"),
      JSON.stringify({ ...named, lockfileVersion: 3, packages: { "": named } }),
    );
    writeFileSync(path.join(copy, "scripts", "build.mjs"), "");
    writeFileSync(path.join(copy, "dist", "isthmus.js"), 'console.log("ran")');
    const ran = launch(path.join(copy, "isthmus"), ["version"], { env: { HOME: home, npm_config_cache: "" } });
    expect(ran.err).toMatch(/^isthmus: installing npm packages\n[^]*isthmus: building\n$/);
    expect([ran.code, ran.out]).toEqual([0, "ran\n"]);
  });
});
