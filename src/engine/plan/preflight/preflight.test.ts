import { expect, it } from "vitest";
import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../../core/diagnostics/user-error.ts";
import { RancherError } from "../../../providers/rancher/rancher-error.ts";
import type { ProgramLookup, RunOptions } from "../../options.ts";
import type { CurrentState } from "../current-state.ts";
import { preflight, preflightRules } from "./preflight.ts";
import type { PreflightRule } from "./preflight-rule.ts";

const current = {} as CurrentState;

function options(signal: AbortSignal = new AbortController().signal): RunOptions & ProgramLookup {
  return { signal } as RunOptions & ProgramLookup;
}

function finding(detail: string, severity: Diagnostic["severity"] = "error"): Diagnostic {
  return { code: "ISM300", severity, summary: "A finding", detail, fix: "" };
}

function rule(name: string, find: PreflightRule["find"], exitCode?: PreflightRule["exitCode"]): PreflightRule {
  return { name, find, ...(exitCode === undefined ? {} : { exitCode }) };
}

const fails = (error: unknown) => async (): Promise<never> => Promise.reject(error);

it("names everything that any rule finds, in the order of the rules", async () => {
  const found = await preflight(current, options(), [
    rule("a", () => [finding("first"), finding("warned", "warning")]),
    rule("b", async () => [finding("second")]),
    rule("c", fails(new UserError([finding("third")], exitCodes.unreachable))),
  ]);
  expect(found.refusals.map(({ detail }) => detail)).toEqual(["first", "second", "third"]);
  expect(found.warnings.map(({ detail }) => detail)).toEqual(["warned"]);
});

it.each([
  ["of the first rule that refuses", [rule("a", () => [finding("")], 65), rule("b", () => [finding("")])], 65],
  [
    "whatever a rule before it warns of",
    [rule("a", () => [finding("", "warning")], 65), rule("b", () => [finding("")])],
    1,
  ],
  ["of what a rule failed with", [rule("a", fails(new UserError([finding("")], exitCodes.unreachable)))], 69],
] as const)("has the exit code %s", async (_words, rules, exitCode) => {
  expect((await preflight(current, options(), rules)).exitCode).toBe(exitCode);
});

it("refuses by what Rancher says to a rule that asks it", async () => {
  const error = new RancherError({
    kind: "unauthorized",
    url: "https://rancher.example",
    subject: "list tokens",
    message: "the token has ended",
  });
  const { refusals } = await preflight(current, options(), [rule("a", fails(error)), rule("b", () => [finding("b")])]);
  expect(refusals.map(({ code }) => code)).toEqual([expect.stringMatching(/^ISM28/), "ISM300"]);
});

it("rejects with a bug in a rule, and with an interruption whatever was found", async () => {
  const bug = new Error("a bug");
  await expect(preflight(current, options(), [rule("a", fails(bug)), rule("b", () => [finding("b")])])).rejects.toBe(
    bug,
  );
  const stopped = new AbortController();
  stopped.abort(new Error("stopped"));
  await expect(preflight(current, options(stopped.signal), [rule("a", () => [finding("")])])).rejects.toThrow(
    "stopped",
  );
});

it("has a name for each rule, and each once", () => {
  const names = preflightRules.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
