import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { bundle } from "../../scripts/build.mjs";

describe("the bundle", () => {
  it("starts without anything slow: what the entry loads before a command runs is small", async () => {
    const { metafile } = await bundle();
    const early = loadedEarly(metafile.outputs, "dist/isthmus.js");
    const packages = new Set(
      early
        .flatMap((name) => Object.keys(metafile.outputs[name]?.inputs ?? {}))
        .flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []),
    );
    const bytes = early.reduce((sum, name) => sum + (metafile.outputs[name]?.bytes ?? 0), 0);
    expect([...packages].toSorted()).toEqual(["commander", "picocolors"]);
    expect(bytes).toBeLessThan(160_000);
  });

  it("keeps what order its modules need: certificates can be issued, the mesh file can be read", async () => {
    const { outputFiles, metafile } = await bundle({ probe: "test/house/probe.ts" });
    expect(Object.keys(metafile.outputs).some((name) => name.includes("chunks/"))).toBe(true);
    const folder = mkdtempSync(path.join(tmpdir(), "isthmus-bundle-"));
    try {
      writeFileSync(path.join(folder, "package.json"), '{"type":"module"}');
      for (const file of outputFiles) {
        const to = path.join(folder, file.path.slice(file.path.indexOf(`${path.sep}dist${path.sep}`) + 1));
        mkdirSync(path.dirname(to), { recursive: true });
        writeFileSync(to, file.contents);
      }
      const said = JSON.parse(
        execFileSync(process.execPath, [path.join(folder, "dist", "probe.js")], { encoding: "utf8" }),
      ) as {
        readonly root: { readonly subject: string };
        readonly problems: number;
      };
      expect(said.root.subject).toContain("probe");
      expect(said.problems).toBeGreaterThan(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

type Outputs = Awaited<ReturnType<typeof bundle>>["metafile"]["outputs"];

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
