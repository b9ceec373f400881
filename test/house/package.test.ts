import { describe, expect, it } from "vitest";
import { listFiles, readText } from "./tracked-files.ts";

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly files: readonly string[];
}

interface LockFile {
  readonly packages: Readonly<
    Record<string, { readonly resolved?: string; readonly integrity?: string; readonly link?: boolean }>
  >;
}

describe("package.json", () => {
  const manifest = JSON.parse(readText("package.json")) as Manifest;

  it("names exact versions", () => {
    const all = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
    expect(all.length).toBeGreaterThan(10);
  });

  it("puts nothing into the package that is not there", () => {
    const tracked = listFiles();
    const missing = manifest.files.filter(
      (name) =>
        !name.startsWith("!") &&
        name !== "dist" &&
        !tracked.some((file) => file === name || file.startsWith(`${name}/`)),
    );
    expect(missing).toEqual([]);
  });
});

describe("package-lock.json", () => {
  const packages = Object.entries((JSON.parse(readText("package-lock.json")) as LockFile).packages).filter(
    ([name]) => name !== "",
  );

  it("says nothing about where packages come from", () => {
    expect(packages.filter(([, entry]) => entry.resolved !== undefined).map(([name]) => name)).toEqual([]);
  });

  it("carries a checksum for every package", () => {
    expect(packages.filter(([, entry]) => entry.integrity === undefined).map(([name]) => name)).toEqual([]);
  });
});
