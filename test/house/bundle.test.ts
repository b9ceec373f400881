import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { transform } from "esbuild";
import { bundle, packStart } from "../../scripts/build.mjs";
import { root } from "./tracked-files.ts";

let whole: ReturnType<typeof bundle> | undefined;

/** The program's bundle: making it takes most of the time of these tests. */
async function bundleOnce(): ReturnType<typeof bundle> {
  whole ??= bundle();
  return whole;
}

describe("the bundle", () => {
  it("starts without anything slow: what the entry loads before a command runs is small", async () => {
    const { metafile } = await bundleOnce();
    const early = loadedEarly(metafile.outputs, entryOf(metafile.outputs, "src/cli/bin.ts"));
    const packages = new Set(
      early
        .flatMap((name) => Object.keys(metafile.outputs[name]?.inputs ?? {}))
        .flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []),
    );
    const bytes = early
      .flatMap((name) => Object.values(metafile.outputs[name]?.inputs ?? {}))
      .reduce((sum, { bytesInOutput }) => sum + bytesInOutput, 0);
    expect([...packages].toSorted()).toEqual(["picocolors"]);
    expect(bytes).toBeLessThan(30_000);
  });

  it("has of zod what is used: `import * as z`, since what is in the object `z` is never left out", async () => {
    const { metafile } = await bundleOnce();
    const inputs = Object.values(metafile.outputs).flatMap((output) =>
      Object.entries(output.inputs).flatMap(([input, { bytesInOutput }]) =>
        input.includes("node_modules/zod/") && bytesInOutput > 0 ? [input.replace(/^.*\/zod\/v4\//, "")] : [],
      ),
    );
    expect(inputs).toContain("core/schemas.js");
    expect(inputs.filter((input) => input.startsWith("locales/"))).toEqual(["locales/en.js"]);
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
    const bundled = await bundleOnce();
    const { files, metafile } = bundled;
    const start = packStart(bundled);
    const dist = path.join(writeFiles(files), "dist");
    const main = path.relative("dist", entryOf(metafile.outputs, "src/cli/bin.ts"));
    writeFileSync(path.join(dist, "package.json"), JSON.stringify({ type: "commonjs", main, build: "tried" }));
    writeFileSync(path.join(dist, "chunks", "start-tried.js"), start.text);
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
    const late = ["src/cli/views/human/show-help.ts", "src/cli/command-table.ts"];
    const beside = importedBy(
      metafile.outputs,
      late.map((source) => entryOf(metafile.outputs, source)),
    ).filter((chunk) => !start.names.includes(chunk));
    expect(beside.length).toBeLessThanOrEqual(3);
    const parser = entryOf(metafile.outputs, "src/cli/command-line/parse-command-line.ts");
    expect([...start.names, ...beside]).not.toContain(parser);
  });
});

describe("what says that a Node is too old", () => {
  it("is read by such a Node: the loader and the entry's chunks have no syntax that Node 12 lacks", async () => {
    const { files, metafile } = await bundleOnce();
    const chunks = importedBy(metafile.outputs, [entryOf(metafile.outputs, "src/cli/bin.ts")]);
    expect(chunks.length).toBeGreaterThan(0);
    const texts = [
      readFileSync(path.join(root, "scripts", "start.cjs"), "utf8"),
      ...chunks.map((name) => files.find((file) => path.relative(root, file.path) === name)?.text ?? ""),
    ];
    for (const text of texts) {
      const [old, now] = await Promise.all(["node12", "esnext"].map(async (target) => transform(text, { target })));
      expect(old?.code).toBe(now?.code);
      expect(now?.code).not.toBe("");
    }
  });

  it("is loaded alone there, and says which Node is needed", async () => {
    const { files, metafile } = await bundleOnce();
    const dist = path.join(writeFiles(files), "dist");
    const main = path.relative("dist", entryOf(metafile.outputs, "src/cli/bin.ts"));
    writeFileSync(path.join(dist, "package.json"), JSON.stringify({ type: "commonjs", main, build: "tried" }));
    // No Node reads this: whoever loads more than the entry fails.
    writeFileSync(path.join(dist, "chunks", "start-tried.js"), "a syntax of tomorrow");
    copyFileSync(path.join(root, "scripts", "start.cjs"), path.join(dist, "isthmus.js"));
    const old = path.join(dist, "old.cjs");
    writeFileSync(
      old,
      'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "16.20.2" } });',
    );
    const { status, stderr } = spawnSync(process.execPath, ["--require", old, path.join(dist, "isthmus.js"), "check"], {
      encoding: "utf8",
    });
    expect(stderr).toBe("isthmus: Node.js 16.20.2 is too old. isthmus needs Node.js 20.18.1 or newer.\n");
    expect(status).not.toBe(0);
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
  return importedBy(outputs, [
    entry,
    ...(outputs[entry]?.imports ?? []).filter(({ external }) => external !== true).map(({ path: to }) => to),
  ]);
}

/** The chunks with those that they import at once. */
function importedBy(outputs: Outputs, chunks: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (!seen.has(name)) {
      seen.add(name);
      const now = (outputs[name]?.imports ?? []).filter(
        ({ external, kind }) => external !== true && kind === "import-statement",
      );
      now.forEach((one) => visit(one.path));
    }
  };
  chunks.forEach(visit);
  return [...seen];
}
