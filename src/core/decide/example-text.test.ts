import { describe, expect, it } from "vitest";
import { exampleOf } from "./example-text.ts";
import { matchesWhole } from "../routing/regex.ts";

const isPath = (text: string): boolean => text.startsWith("/");

describe("an example of an expression", () => {
  it.each([
    ["/api/v[0-9]+/.*", "/api/v0/"],
    ["/[^/]+/users/\\d+", "/-/users/0"],
    ["(?i)/Foo|/bar", "/fOO"],
    ["/a{3,5}b?", "/aaa"],
    ["/.*\\.(png|jpg)", "/.png"],
    ["/(?P<id>[a-z]+)", "/a"],
    ["/[[:alpha:]]+", "/a"],
    ["\\A/x\\.y\\z", "/x.y"],
    ["^/s(/|$)", "/s/"],
    [".*", "/"],
    ["/\\pL+", "/pL"],
  ])("of %s is %s, always the same", (expression, example) => {
    expect(exampleOf(expression, isPath, ["/"])).toBe(example);
    expect(exampleOf(expression, isPath, ["/"])).toBe(example);
    expect(matchesWhole(expression, example)).toBe(true);
  });

  it.each(["(", "/[^\\x00-\\x7f]+(?i)", "/a(?=b)", "\\Q/a.b\\E", "[0-9]+"])(
    "of %s that fits is not made up",
    (expression) => {
      expect(exampleOf(expression, isPath)).toBeUndefined();
    },
  );
});
