import { describe, expect, it } from "vitest";
import { isAtLeast, parseGoVersion } from "./go-toolchain.ts";

describe("the Go toolchain", () => {
  it.each([
    ["go version go1.26.8 linux/amd64", "1.26.8"],
    ["go version go1.19 linux/amd64", "1.19"],
    ["go version devel +abc linux/amd64", undefined],
    ["", undefined],
  ])("says %j, which is %s", (output, version) => {
    expect(parseGoVersion(output)).toBe(version);
  });

  it.each([
    ["1.26.8", "1.26.0", true],
    ["1.26.0", "1.26.0", true],
    ["1.26", "1.26.0", true],
    ["1.27", "1.26.9", true],
    ["1.9.7", "1.26.0", false],
    ["1.26.0", "1.26.1", false],
    ["2.0", "1.26.0", true],
  ])("%s is new enough for %s: %s", (version, least, expected) => {
    expect(isAtLeast(version, least)).toBe(expected);
  });
});
