import { describe, expect, it } from "vitest";
import type { EnvoyHeaderMatch, EnvoyRouteMatch } from "../proxy/envoy-route.ts";
import { describeConditions, describePath, takesRequest } from "./takes-request.ts";

function taken(match: EnvoyRouteMatch, path = "/", headers: Readonly<Record<string, string>> = {}): unknown {
  return takesRequest(match, { method: "GET", host: "shop.example", path, headers }, "http");
}

describe("a path", () => {
  it.each([
    [{ path: "/cart" }, "/cart", "yes"],
    [{ path: "/cart" }, "/cart/", "no"],
    [{ path: "/cart" }, "/cart?x=1", "yes"],
    [{ path: "/cart" }, "/cart#top", "yes"],
    [{ path: "/Cart", case_sensitive: false }, "/cART", "yes"],
    [{ path: "/Cart" }, "/cart", "no"],
    [{ prefix: "/cart" }, "/carton", "yes"],
    [{ prefix: "/" }, "/anything", "yes"],
    [{ path_separated_prefix: "/cart" }, "/carton", "no"],
    [{ path_separated_prefix: "/cart" }, "/cart", "yes"],
    [{ path_separated_prefix: "/cart" }, "/cart/1", "yes"],
    [{ safe_regex: { regex: "/c.*" } }, "/cart", "yes"],
    [{ safe_regex: { regex: "/c" } }, "/cart", "no"],
    [{ safe_regex: { regex: "/cart" } }, "/cart?x=1", "yes"],
  ])("%j and %s: %s", (match, path, verdict) => {
    expect(taken(match, path)).toBe(verdict);
  });
});

describe("a header", () => {
  it.each<readonly [Omit<EnvoyHeaderMatch, "name">, string | undefined, "yes" | "no"]>([
    [{ string_match: { exact: "red" } }, "red", "yes"],
    [{ string_match: { exact: "red" } }, "Red", "no"],
    [{ string_match: { exact: "red", ignore_case: true } }, "Red", "yes"],
    [{ string_match: { prefix: "re" } }, "red", "yes"],
    [{ string_match: { suffix: "ed" } }, "red", "yes"],
    [{ string_match: { contains: "e" } }, "red", "yes"],
    [{ string_match: { safe_regex: { regex: "r.d" } } }, "red", "yes"],
    [{ string_match: { safe_regex: { regex: "r" } } }, "red", "no"],
    [{ exact_match: "red" }, "red", "yes"],
    [{ safe_regex_match: { regex: "r.*" } }, "red", "yes"],
    [{ present_match: true }, "", "yes"],
    [{ present_match: true }, undefined, "no"],
    [{ present_match: false }, undefined, "yes"],
    [{ present_match: true, invert_match: true }, undefined, "yes"],
    [{}, "any", "yes"],
    [{ string_match: { exact: "red" }, invert_match: true }, "blue", "yes"],
    [{ string_match: { exact: "red" }, invert_match: true }, "red", "no"],
    // A header that is not there is taken by no comparison, also by one that is inverted.
    [{ string_match: { exact: "red" }, invert_match: true }, undefined, "no"],
    [{ string_match: { exact: "red" }, invert_match: true, treat_missing_header_as_empty: true }, undefined, "yes"],
  ])("%j and %s: %s", (match, value, verdict) => {
    const headers: Record<string, string> = value === undefined ? {} : { Team: value };
    expect(taken({ headers: [{ name: "team", ...match }] }, "/", headers)).toBe(verdict);
  });

  it("is also what Envoy has method, host and path as", () => {
    expect(taken({ headers: [{ name: ":scheme", string_match: { exact: "http" } }] })).toBe("yes");
    const of = (name: string, exact: string): unknown =>
      taken({ headers: [{ name, string_match: { exact } }] }, "/a?b");
    expect([of(":method", "GET"), of(":authority", "shop.example"), of(":path", "/a?b"), of(":method", "PUT")]).toEqual(
      ["yes", "yes", "yes", "no"],
    );
  });
});

describe("a query parameter", () => {
  it.each([
    [{ string_match: { exact: "1" } }, "/?a=1", "yes"],
    [{ string_match: { exact: "1" } }, "/?a=2&a=1", "no"],
    [{ string_match: { exact: "%31" } }, "/?a=%31", "yes"],
    [{ string_match: { exact: "1" } }, "/?b=1", "no"],
    [{ string_match: { exact: "b=c" } }, "/?a=b=c", "yes"],
    [{ present_match: true }, "/?a", "yes"],
    [{}, "/", "no"],
  ])("%j and %s: %s", (match, path, verdict) => {
    expect(taken({ query_parameters: [{ name: "a", ...match }] }, path)).toBe(verdict);
  });
});

describe("what cannot be judged", () => {
  it("is named, and not guessed", () => {
    expect(taken({ prefix: "/", runtime_fraction: {} })).toEqual({ unknown: "`runtime_fraction`" });
    expect(taken({ prefix: "/", headers: [{ name: "age", range_match: {} }] }, "/", { age: "1" })).toEqual({
      unknown: "header `age`",
    });
  });

  it("is a header that the proxy adds itself, unless the request has it already", () => {
    const match = { headers: [{ name: "X-Forwarded-Proto", string_match: { exact: "https" } }] };
    expect(taken(match)).toEqual({ unknown: "header `X-Forwarded-Proto`, which the proxy adds itself" });
    expect(taken(match, "/", { "x-forwarded-proto": "https" })).toBe("yes");
  });

  it("does not matter where another part of the match says no", () => {
    expect(taken({ path: "/cart", runtime_fraction: {} }, "/other")).toBe("no");
  });
});

it("says what a match asks for, and no value of a header", () => {
  const match = { prefix: "/", headers: [{ name: ":method" }, { name: "cookie", string_match: { exact: "secret" } }] };
  expect(describePath(match)).toBe("any path");
  expect(describeConditions({ ...match, query_parameters: [{ name: "beta" }] })).toEqual([
    "method",
    "header cookie",
    "query parameter beta",
  ]);
  expect(describePath({ path_separated_prefix: "/cart" })).toBe("prefix /cart");
});
