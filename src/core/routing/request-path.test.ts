import { describe, expect, it } from "vitest";
import type { PathNormalization } from "./request-path.ts";
import { findPathProblem } from "./request-path.ts";

function instead(path: string, exact = true, normalization: PathNormalization = "BASE"): string | undefined {
  const problem = findPathProblem(path, { exact, normalization });
  return problem === undefined ? "fine" : problem.instead;
}

describe("paths that proxies compare", () => {
  // Each of them matched in Envoy 1.40 with normalize_path, as an exact path.
  it.each([
    "/",
    "/hello",
    "//hello",
    "/a//b",
    "/..a",
    "/a/...",
    "/a%2fb",
    "/a%2Fb",
    "/a%20b",
    "/a%25b",
    "/gr%C3%BCn",
    "/a;b",
    "/*",
    "/!$&'()*+,-./:;=@[]_~",
    "/a%21b%24%3A%5Bb",
    "/a%5Cb",
  ])("may be %s", (path) => {
    expect(instead(path)).toBe("fine");
  });
});

describe("paths that no request has", () => {
  // None of them matched in Envoy 1.40 with normalize_path, neither as it stands nor encoded by a client.
  it.each([
    ["/hello?x=1", "/hello"],
    ["/a#b", "/a"],
    ["/grün", "/gr%C3%BCn"],
    ["/zero\u200bwidth", "/zerowidth"],
    ["/a b", "/a%20b"],
    ["/%zz", "/%25zz"],
    ["/a%2", "/a%252"],
    ["/a%00b", undefined],
    ["/%68ello", "/hello"],
    ["/%7Eb", "/~b"],
    ["/a%2Db", "/a-b"],
    ["/a\\b", "/a/b"],
    ["/a/../b", "/b"],
    ["/a/./b", "/a/b"],
    ["/a/..", "/"],
    ["/a/.", "/a/"],
    ["/a/%2e%2E/b", "/b"],
    ['/a"b', "/a%22b"],
    ["/a<b>", "/a%3Cb%3E"],
    ["/{id}", "/%7Bid%7D"],
    ["/a|b^c`d", "/a%7Cb%5Ec%60d"],
  ])("are such as %s: %s", (path, meant) => {
    expect(instead(path)).toBe(meant);
  });

  it("may be the beginning of one that a request has", () => {
    expect(instead("/a/..", false)).toBe("fine");
    expect(instead("/a/../b", false)).toBe("/b");
  });

  it("depend on what Istio's pathNormalization asks of proxies", () => {
    expect(instead("/a/../b", true, "NONE")).toBe("fine");
    expect(instead("/hello?x=1", true, "NONE")).toBe("/hello");
    expect(instead("/a//b", true, "MERGE_SLASHES")).toBe("/a/b");
    expect(instead("/a%2Fb", true, "MERGE_SLASHES")).toBe("fine");
    expect(instead("/a%2Fb", true, "DECODE_AND_MERGE_SLASHES")).toBe("/a/b");
  });
});
