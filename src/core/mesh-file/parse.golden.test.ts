import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { formatDiagnostic } from "../diagnostics/format.ts";
import { parseMesh } from "./parse.ts";

const folder = fileURLToPath(new URL("./testdata/bad", import.meta.url));
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => file.slice(0, -".yaml".length));

describe("what people read about a bad mesh file", () => {
  it("covers the files of testdata/bad", () => {
    expect(names.length).toBeGreaterThan(30);
  });

  it.each(names)("is as in testdata/bad/%s.txt", (name) => {
    const parsed = parseMesh(readFileSync(path.join(folder, `${name}.yaml`), "utf8"), `${name}.yaml`);
    expect(parsed.mesh).toBeUndefined();
    const text = parsed.diagnostics
      .map((diagnostic) => `${formatDiagnostic(diagnostic, { color: false })}\n`)
      .join("\n");
    const golden = path.join(folder, `${name}.txt`);
    if (process.env["UPDATE_GOLDEN"] === "1") {
      writeFileSync(golden, text);
    }
    expect(text).toBe(readFileSync(golden, "utf8"));
  });
});
