import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { runTool } from "./run-tool.ts";
import { listFiles, readText } from "./tracked-files.ts";

type Level = readonly ["error", number | { readonly max: number }];

interface Override {
  readonly files: readonly string[];
  readonly rules: Readonly<Record<string, Level | string>>;
}

const limits = ["eslint/complexity", "eslint/max-lines", "eslint/max-lines-per-function", "eslint/max-params"];
const config = JSON.parse(readText(".oxlintrc.json")) as {
  readonly rules: Readonly<Record<string, Level>>;
  readonly overrides: readonly Override[];
};
const isException = ({ files, rules }: Override): boolean =>
  files.every((file) => file.startsWith("src/") && !file.includes("*")) && limits.some((rule) => rule in rules);

/** `rule file` → the largest that the file may have. */
const exceptions = Object.fromEntries(
  config.overrides.filter(isException).flatMap(({ files, rules }) =>
    Object.entries(rules).flatMap(([rule, level]) => {
      const max = typeof level === "string" ? undefined : level[1];
      return files.map((file) => [`${rule} ${file}`, typeof max === "object" ? max.max : max] as const);
    }),
  ),
);

/** What is above the house's own limits, by a run of the linter without the exceptions. */
function measure(): Readonly<Record<string, number>> {
  const folder = mkdtempSync(path.join(tmpdir(), "isthmus-limits-"));
  try {
    const file = path.join(folder, "oxlintrc.json");
    const rules = Object.fromEntries(limits.map((rule) => [rule, config.rules[rule]]));
    // A pattern begins at the folder of its configuration, which here is another one.
    const overrides = config.overrides
      .filter((one) => !isException(one) && limits.some((rule) => rule in one.rules))
      .map((one) => ({ ...one, files: one.files.map((glob) => (glob.startsWith("**/") ? glob : `**/${glob}`)) }));
    writeFileSync(
      file,
      JSON.stringify({ plugins: ["typescript"], categories: { correctness: "off" }, rules, overrides }),
    );
    const { said } = runTool("oxlint", ["-c", file, "--format", "json", "src", "test", "scripts", "vitest.config.ts"]);
    const { diagnostics } = JSON.parse(said) as {
      readonly diagnostics: readonly { readonly code: string; readonly filename: string; readonly message: string }[];
    };
    const found = new Map<string, number>();
    for (const { code, filename, message } of diagnostics) {
      const key = `eslint/${/^eslint\(([\w-]+)\)$/.exec(code)?.[1] ?? code} ${filename}`;
      const size = Number(/(?:complexity of |\()(\d+)/.exec(message)?.[1]);
      found.set(key, Math.max(found.get(key) ?? 0, size));
    }
    return Object.fromEntries(found);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it("excepts from the limits of size exactly what is above them, and lets none of it grow", () => {
  expect(exceptions).toEqual(measure());
});

it("has no exception more than there were: lower this number when one is gone", () => {
  expect(Object.keys(exceptions).length).toBeLessThanOrEqual(40);
});

it("has no mark in the code by which the linter or the compiler is told to look away", () => {
  const mark = /(?:oxlint|eslint)-(?:disable|enable)|@ts-(?:ignore|nocheck|expect-error)/;
  const files = listFiles().filter((file) => /\.(?:ts|mts|mjs)$/.test(file) && file !== "test/house/limits.test.ts");
  expect(files.filter((file) => mark.test(readText(file)))).toEqual([]);
});
