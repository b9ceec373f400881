import { expect, it } from "vitest";
import { listFiles, readText } from "./tracked-files.ts";

type Rules = Readonly<Record<string, unknown>>;

const config = JSON.parse(readText(".oxlintrc.json")) as {
  readonly rules: Rules;
  readonly overrides: readonly { readonly files: readonly string[]; readonly rules: Rules }[];
};
const limits: Rules = {
  "eslint/complexity": ["error", 15],
  "eslint/max-depth": ["error", 4],
  "eslint/max-lines": ["error", { max: 300, skipBlankLines: false, skipComments: false }],
  "eslint/max-lines-per-function": ["error", { max: 50, skipBlankLines: true, skipComments: true }],
  "eslint/max-params": ["error", 4],
};

it("has the limits of size that the linter holds", () => {
  expect(config.rules).toMatchObject(limits);
});

it("excepts no file of the program from them", () => {
  const excepted = config.overrides.filter(({ rules }) => Object.keys(limits).some((rule) => rule in rules));
  expect(excepted.map(({ files }) => files)).toEqual([["**/*.test.ts", "test/**"]]);
  expect(config).toHaveProperty("ignorePatterns", ["dist", "node_modules"]);
});

it("has no mark in the code by which the linter or the compiler is told to look away", () => {
  const mark = /(?:oxlint|eslint)-(?:disable|enable)|@ts-(?:ignore|nocheck|expect-error)/;
  const files = listFiles().filter((file) => /\.(?:ts|mts|mjs)$/.test(file) && file !== "test/house/limits.test.ts");
  expect(files.filter((file) => mark.test(readText(file)))).toEqual([]);
});
