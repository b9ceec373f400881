import { expect, it } from "vitest";
import { runTool } from "./run-tool.ts";

it("has no type errors", () => {
  expect(runTool("tsc", ["-p", ".", "--pretty", "false"])).toEqual({ code: 0, said: "" });
});

it("has nothing that the linter calls wrong", () => {
  const { code, said } = runTool("oxlint", ["-f", "unix", "--quiet"]);
  expect(said.replace(/\d+ problems?$/, "")).toBe("");
  expect(code).toBe(0);
});

it("is formatted (npm run format)", () => {
  const { code, said } = runTool("oxfmt", ["--check", "."]);
  expect(said).toContain("All matched files use the correct format");
  expect(code).toBe(0);
});
