import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { bundle } from "../../scripts/build.mjs";
import { root } from "./tracked-files.ts";

describe("the bundle", () => {
  it("starts without anything slow: what the entry loads before a command runs is small", async () => {
    const { metafile } = await bundle();
    const early = loadedEarly(metafile.outputs, entryOf(metafile.outputs, "src/cli/bin.ts"));
    const packages = new Set(
      early
        .flatMap((name) => Object.keys(metafile.outputs[name]?.inputs ?? {}))
        .flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []),
    );
    const bytes = early
      .flatMap((name) => Object.values(metafile.outputs[name]?.inputs ?? {}))
      .reduce((sum, { bytesInOutput }) => sum + bytesInOutput, 0);
    expect([...packages].toSorted()).toEqual(["commander", "picocolors"]);
    expect(bytes).toBeLessThan(160_000);
  });

  it("keeps what order its modules need: certificates can be issued, the mesh file can be read", async () => {
    const { files, metafile } = await bundle({ probe: "test/house/probe.ts" });
    const entry = entryOf(metafile.outputs, "test/house/probe.ts");
    expect(Object.keys(metafile.outputs).length).toBeGreaterThan(2);
    const folder = writeFiles(files);
    writeFileSync(path.join(folder, "package.json"), '{"type":"commonjs"}');
    const said = JSON.parse(execFileSync(process.execPath, [path.join(folder, entry)], { encoding: "utf8" })) as {
      readonly root: { readonly subject: string };
      readonly problems: number;
    };
    expect(said.root.subject).toContain("probe");
    expect(said.problems).toBeGreaterThan(0);
  });

  it("shows its help with few chunks and few of Node's modules, none of which asks or runs anything", async () => {
    const { files, metafile } = await bundle();
    const dist = path.join(writeFiles(files), "dist");
    const main = path.relative("dist", entryOf(metafile.outputs, "src/cli/bin.ts"));
    writeFileSync(path.join(dist, "package.json"), JSON.stringify({ type: "commonjs", main, build: "tried" }));
    copyFileSync(path.join(root, "scripts", "start.cjs"), path.join(dist, "isthmus.js"));
    const tell = path.join(dist, "tell.cjs");
    writeFileSync(
      tell,
      `process.on("exit", () => require("node:fs").writeSync(2, JSON.stringify(process.moduleLoadList)));`,
    );
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["--require", tell, path.join(dist, "isthmus.js"), "--help"],
      {
        encoding: "utf8",
      },
    );
    expect(stdout).toContain("isthmus apply");
    const own = (JSON.parse(stderr) as readonly string[]).map((one) => one.replace("NativeModule ", ""));
    expect(own).toContain("fs");
    const heavy = [
      "child_process",
      "readline",
      "readline/promises",
      "http",
      "https",
      "tls",
      "crypto",
      "worker_threads",
    ];
    expect(own.filter((one) => heavy.includes(one))).toEqual([]);
    const chunks = earlyWith(metafile.outputs, "src/cli/views/human/show-help.ts");
    expect(chunks.length).toBeLessThanOrEqual(30);
  });
});

/** The files of a bundle below a folder that goes with the test. */
function writeFiles(files: Awaited<ReturnType<typeof bundle>>["files"]): string {
  const folder = mkdtempSync(path.join(tmpdir(), "isthmus-bundle-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const file of files) {
    const to = path.join(folder, path.relative(root, file.path));
    mkdirSync(path.dirname(to), { recursive: true });
    writeFileSync(to, file.text);
  }
  return folder;
}

type Outputs = Awaited<ReturnType<typeof bundle>>["metafile"]["outputs"];

function entryOf(outputs: Outputs, source: string): string {
  return Object.entries(outputs).find(([, one]) => one.entryPoint === source)?.[0] ?? "";
}

/** The entry, what it imports, and what `bin.ts` imports before it runs a command: run-cli and what that imports. */
function loadedEarly(outputs: Outputs, entry: string): readonly string[] {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) {
      return;
    }
    seen.add(name);
    for (const one of outputs[name]?.imports ?? []) {
      if (one.external !== true && (one.kind === "import-statement" || name === entry)) {
        visit(one.path);
      }
    }
  };
  visit(entry);
  return [...seen];
}

/** What is loaded early, and a late chunk with what it imports. */
function earlyWith(outputs: Outputs, source: string): readonly string[] {
  const late = entryOf(outputs, source);
  return [...new Set([entryOf(outputs, "src/cli/bin.ts"), late].flatMap((entry) => loadedEarly(outputs, entry)))];
}
