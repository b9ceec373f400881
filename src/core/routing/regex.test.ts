import { RE2JS } from "re2js";
import { describe, expect, it } from "vitest";
import { countInstructions } from "./regex-size.ts";
import { findRegexProblem, matchesWhole } from "./regex.ts";

describe("what proxies take as an expression", () => {
  it.each([
    "/s/.*",
    "(?i)/a",
    "(?P<name>a)",
    "[a-z]{1,200}[0-9]?",
    "\\pL{10}",
    "a{1000}",
    "/v[0-9]+/(items|orders)/.*",
    "/\\x{e9}\\x41€",
    "\\p{Any}\\p{^Greek}[\\P{Lu}\\pN]",
    "/\\Q\\p{Emoji}\\x{20ac}\\E\\\\p{Emoji}",
  ])("takes %s", (expression) => {
    expect(findRegexProblem(expression)).toBeUndefined();
  });

  it.each([
    ["(", "missing closing )"],
    ["a)", "unexpected )"],
    ["[a", "missing closing ]"],
    ["*", "missing argument to repetition operator"],
    ["a{1001}", "invalid repeat count"],
    ["(a{500}){500}", "invalid repeat count"],
    ["(?!x)a", "invalid or unsupported Perl syntax"],
    ["(?<=x)a", "is no RE2 expression"],
    ["(a)\\1", "invalid escape sequence"],
    ["a\\Z", "invalid escape sequence"],
    ["a**", "invalid nested repetition operator"],
    ["\\", "trailing backslash"],
    ["a".repeat(1025), "has 1025 bytes"],
    ["/\\p{Alphabetic}+", "names \\p{Alphabetic}, which RE2 does not have"],
    ["[a-z\\P{Emoji}]", "names \\P{Emoji}, which RE2 does not have"],
    ["\\p{Assigned}", "which RE2 does not have"],
    ["/\\x{20ac}", "names a character as \\x{20ac}, and proxies from Envoy 1.39.1 on take \\x{ff} at most"],
    ["[a-\\x{100}]", "take \\x{ff} at most"],
    ["\\pL{30}", "becomes a program of about"],
    [".{1000}.{1000}.{1000}.{1000}.{1000}", "becomes a program of about"],
  ])("refuses %s: %s", (expression, reason) => {
    expect(findRegexProblem(expression)).toContain(reason);
  });

  it("compares the whole text", () => {
    expect(matchesWhole("/a", "/a")).toBe(true);
    expect(matchesWhole("/a", "/ab")).toBe(false);
    expect(matchesWhole("/a|/ab", "/ab")).toBe(true);
  });
});

describe("the size of an expression", () => {
  // Measured with google-re2 1.1 (RE2's own programsize()).
  it.each([
    [".{1000}", 8004],
    ["[^/]{1000}", 8004],
    ["[a-z]{1,200}[0-9]?", 405],
    ["\\pL{100}", 119_604],
    ["\\PL{10}", 11_984],
    ["[À-ÿ]{100}", 204],
    ["\\w{100}", 304],
    ["(.*a.*b){10}", 204],
  ])("of %s is at least the %i of RE2, and at most twice as much", (expression, size) => {
    const counted = countInstructions(RE2JS.compile(expression));
    expect(counted).toBeGreaterThan(size * 0.95);
    expect(counted).toBeLessThan(size * 2 + 10);
  });
});
