import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "../process/run-command.ts";
import { writeLayer } from "./write-layer.ts";

const signal = new AbortController().signal;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "isthmus-layer-"));
});

afterAll(async () => {
  await rm(dir, { recursive: true });
});

async function makeRoot(name: string, files: readonly string[]): Promise<string> {
  const root = path.join(dir, name);
  await mkdir(path.join(root, "usr/bin"), { recursive: true, mode: 0o700 });
  for (const file of files) {
    await writeFile(path.join(root, file), file);
  }
  await symlink("usr/bin", path.join(root, "bin"));
  return root;
}

describe.runIf(process.platform === "linux")("an image layer", () => {
  it("is the same whatever the order and the times of its files", async () => {
    const one = await makeRoot("one", ["usr/bin/a", "usr/bin/b"]);
    const two = await makeRoot("two", ["usr/bin/b", "usr/bin/a"]);
    await utimes(path.join(two, "usr/bin/a"), 1, 1);
    const layers = await Promise.all(
      [one, two].map(async (root) => await writeLayer({ root, file: `${root}.tar`, env: process.env, signal })),
    );
    expect(layers[0]?.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(layers[1]?.digest).toBe(layers[0]?.digest);
  });

  it("belongs to root and can be read by every user of a container", async () => {
    const root = await makeRoot("three", ["usr/bin/program"]);
    await chmod(path.join(root, "usr/bin/program"), 0o700);
    const { file } = await writeLayer({ root, file: `${root}.tar`, env: process.env, signal });
    const { stdout } = await runCommand("tar", ["--numeric-owner", "-tvf", file], {
      signal,
      timeoutMs: 10_000,
    });
    const line = (end: string): string | undefined => stdout.split("\n").find((one) => one.endsWith(end));
    expect(line("./usr/bin/program")).toMatch(/^-rwxr-xr-x 0\/0 .* 1970-01-01/);
    expect(line("./usr/")).toMatch(/^drwxr-xr-x 0\/0/);
    expect(line("./bin -> usr/bin")).toMatch(/^l/);
  });
});
