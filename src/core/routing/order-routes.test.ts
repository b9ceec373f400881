import { runsOfToday } from "../../../test/part-of-today.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ComparedRequest, Comparison, RequestMatch } from "./match-relation.ts";
import { relate, takes } from "./match-relation.ts";
import { orderRoutes } from "./order-routes.ts";

function route(path: string, headers: Record<string, string> = {}): RequestMatch {
  return {
    path: compare(path),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, compare(value)])),
    fromRegions: [],
  };
}

/** `=text` is exact, `~text` an expression, anything else a prefix. */
function compare(text: string): Comparison {
  const kind = text.startsWith("=") ? "exact" : text.startsWith("~") ? "regex" : "prefix";
  return { kind, value: kind === "prefix" ? text : text.slice(1) };
}

function ordered(...routes: readonly RequestMatch[]): readonly number[] {
  return orderRoutes(routes).order;
}

describe("how two routes lie to each other", () => {
  it.each([
    ["/s", "/s", "same"],
    ["/s/api", "/s", "inside"],
    ["=/s", "/s", "inside"],
    ["/s", "=/s", "around"],
    ["=/a", "=/b", "apart"],
    ["/a", "/b", "apart"],
    ["~/a/.*", "/a/", "same"],
    ["~/a\\.b", "=/a.b", "same"],
    ["~/a/[0-9]+", "/a/", "inside"],
    ["~/a/[0-9]+", "=/a/12", "around"],
    ["~/a/[0-9]+", "=/a/b", "apart"],
    ["~/a/[0-9]+", "/b", "apart"],
    ["~/a/[0-9]+", "~/b/[0-9]+", "apart"],
    ["~/a/[0-9]+", "~/a/[a-z0-9]+", "unknown"],
    ["~/[a-z]+/.*", "/shop/", "around"],
    ["~/[a-z]+/.*", "/shop", "unknown"],
    ["~(/a|/b).*", "/a", "around"],
    ["~/a|/b.*", "/b", "unknown"],
    ["~(?i)/a.*", "/b", "unknown"],
    ["~/a\\.*", "/a.", "unknown"],
    ["~/a[|]*", "/a", "inside"],
    ["~.*", "/", "around"],
  ])("%s and %s: %s", (left, right, relation) => {
    expect(relate(route(left), route(right))).toBe(relation);
  });

  it("counts every condition: headers, regions and the port that is called", () => {
    expect(relate(route("/", { a: "=1" }), route("/"))).toBe("inside");
    expect(relate(route("/", { a: "=1" }), route("/", { b: "=1" }))).toBe("overlapping");
    expect(relate(route("/", { a: "=1" }), route("/", { a: "=2" }))).toBe("apart");
    expect(relate(route("/", { a: "=12" }), route("/", { a: "1" }))).toBe("inside");
    expect(relate(route("/s", { a: "=1" }), route("/s/api"))).toBe("overlapping");
    expect(relate({ ...route("/"), port: 80 }, { ...route("/"), port: 81 })).toBe("apart");
    expect(relate({ ...route("/"), methods: ["GET"] }, route("/"))).toBe("inside");
    expect(relate({ ...route("/"), methods: ["GET"] }, { ...route("/"), methods: ["POST"] })).toBe("apart");
    expect(relate({ ...route("/"), methods: ["PUT", "GET"] }, { ...route("/"), methods: ["GET", "PUT"] })).toBe("same");
    expect(relate({ ...route("/"), queryParams: { a: compare("=1") } }, route("/"))).toBe("inside");
    expect(
      relate(
        { ...route("/"), queryParams: { a: compare("=1") } },
        { ...route("/"), queryParams: { a: compare("=2") } },
      ),
    ).toBe("apart");
    expect(relate({ ...route("/"), fromRegions: ["a"] }, route("/"))).toBe("inside");
    expect(relate({ ...route("/"), fromRegions: ["a", "b"] }, { ...route("/"), fromRegions: ["b", "c"] })).toBe(
      "overlapping",
    );
  });
});

describe("the order of routes", () => {
  it("is longest and most exact first, whatever the file's order", () => {
    const routes = [route("/"), route("/s"), route("/s/api"), route("=/s"), route("/s", { "x-user": "=me" })];
    expect(ordered(...routes)).toEqual([3, 2, 4, 1, 0]);
    expect(ordered(...routes.toReversed())).toEqual([1, 2, 0, 3, 4]);
  });

  it("puts an expression before the prefix that has all of its requests, and behind what it has all of", () => {
    expect(ordered(route("/s/"), route("~/s/[0-9]+"))).toEqual([1, 0]);
    expect(ordered(route("~/[a-z]+/.*"), route("/shop/"), route("=/shop/x"))).toEqual([2, 1, 0]);
  });

  it("is the same for routes of some regions, which count only between routes for the same requests", () => {
    const narrow = { ...route("/"), methods: ["GET"] };
    expect(ordered({ ...route("/"), methods: ["GET", "POST"], fromRegions: ["eu"] }, narrow)).toEqual([1, 0]);
    const blue = route("/", { "x-team": "=blue" });
    expect(ordered({ ...route("/", { "x-team": "b" }), fromRegions: ["eu"] }, blue)).toEqual([1, 0]);
    expect(ordered(route("/"), { ...route("/"), fromRegions: ["eu"] })).toEqual([1, 0]);
  });

  it("keeps the file's order where expressions decide, and says so", () => {
    const [numbers, words] = [route("~/a/[0-9]+x?"), route("~/a/[a-z0-9]+")];
    expect(orderRoutes([numbers, words])).toEqual({ order: [0, 1], undecided: [[0, 1]] });
    expect(orderRoutes([words, numbers])).toEqual({ order: [0, 1], undecided: [[0, 1]] });
  });

  it("keeps the file's order of routes that overlap and are equally exact, and says so", () => {
    const [read, write] = [
      ["GET", "POST"],
      ["GET", "PUT"],
    ].map((methods) => ({ ...route("/"), methods }));
    const both = [read, write].flatMap((one) => one ?? []);
    expect(orderRoutes(both)).toEqual({ order: [0, 1], undecided: [[0, 1]] });
    expect(orderRoutes([...both, { ...route("/"), methods: ["DELETE"] }, route("/")])).toEqual({
      order: [0, 1, 2, 3],
      undecided: [[0, 1]],
    });
    expect(orderRoutes([route("/", { a: "=1" }), route("/", { b: "=1" })]).undecided).toEqual([[0, 1]]);
    // The longer beginning is the more exact one.
    expect(orderRoutes([route("/", { a: "=1" }), route("/s")]).undecided).toEqual([]);
  });

  it("keeps what is known although the file's order of expressions says otherwise", () => {
    const routes = [route("~/[a-z]+/x.*"), route("/"), route("~/[a-z]+/.*"), route("/shop/x")];
    const { order } = orderRoutes(routes);
    expect(order.indexOf(1)).toBe(3);
    expect(order.indexOf(3)).toBeLessThan(order.indexOf(2));
  });
});

const path = fc.oneof(
  fc.constantFrom("/", "/s", "/s/", "/s/api", "/s/api/v1", "/t", "=/", "=/s", "=/s/api", "=/t"),
  fc.stringMatching(/^=?\/[ab]{0,3}$/),
);
const value = fc.constantFrom("=1", "=12", "1", "12", "=2");
const anyRoute = fc
  .tuple(path, fc.dictionary(fc.constantFrom("x-a", "x-b"), value, { maxKeys: 2, noNullPrototype: true }))
  .map(([one, headers]) => route(one, headers));

/** A request that the route takes and as few others as possible: no path and no value goes on like this. */
function witnessOf(match: RequestMatch): ComparedRequest {
  const text = (one: Comparison): string => (one.kind === "exact" ? one.value : `${one.value}~own`);
  return {
    path: text(match.path),
    headers: Object.fromEntries(Object.entries(match.headers).map(([name, one]) => [name, text(one)])),
    method: "GET",
    query: "",
  };
}

it("puts methods before headers and headers before query parameters, where paths are as exact", () => {
  const [byQuery, byHeader, byMethod] = [
    { ...route("/"), queryParams: { a: compare("=1"), b: compare("=2") } },
    route("/", { a: "=1" }),
    { ...route("/"), methods: ["GET"] },
  ];
  expect(ordered(route("/"), byQuery, byHeader, byMethod)).toEqual([3, 2, 1, 0]);
});

it("takes requests by method and by the first value of a query parameter, as it is sent", () => {
  const match = {
    ...route("/"),
    methods: ["GET", "HEAD"],
    queryParams: { team: compare("=a%20b"), v: compare("~[0-9]*") },
  };
  const asked = (method: string, query: string): boolean => takes(match, { path: "/x", headers: {}, method, query });
  expect(asked("HEAD", "v=&team=a%20b&team=c")).toBe(true);
  expect(asked("POST", "v=1&team=a%20b")).toBe(false);
  expect(asked("GET", "team=a%20b")).toBe(false);
  expect(asked("GET", "v=1&team=c&team=a%20b")).toBe(false);
  expect(asked("GET", "v=1&team=a+b")).toBe(false);
});

describe("for any routes of one host", () => {
  it("every route gets requests, unless another one is for the same", () => {
    fc.assert(
      fc.property(fc.array(anyRoute, { maxLength: 12 }), (routes) => {
        const { order, undecided } = orderRoutes(routes);
        for (const [first, second] of undecided) {
          const [one, other] = [routes[first], routes[second]];
          expect(one === undefined || other === undefined ? "apart" : relate(one, other)).toBe("overlapping");
        }
        expect(order.toSorted((a, b) => a - b)).toEqual(routes.map((_, index) => index));
        const sorted = order.flatMap((index) => routes[index] ?? []);
        for (const one of sorted) {
          const taker = sorted.find((other) => takes(other, witnessOf(one)));
          expect(taker === undefined ? "apart" : relate(taker, one)).toBe("same");
        }
      }),
      { numRuns: runsOfToday(500) },
    );
  });

  it("the order does not depend on the order of the file, as long as no two are the same", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyRoute, { maxLength: 8, comparator: (a, b) => relate(a, b) === "same" }),
        fc.infiniteStream(fc.nat()),
        (routes, keys) => {
          const shuffled = routes
            .map((one) => ({ one, key: keys.next().value ?? 0 }))
            .toSorted((a, b) => a.key - b.key)
            .map(({ one }) => one);
          for (const request of routes.map(witnessOf)) {
            const first = (list: readonly RequestMatch[]): RequestMatch | undefined =>
              orderRoutes(list)
                .order.flatMap((index) => list[index] ?? [])
                .find((other) => takes(other, request));
            const [one, other] = [first(routes), first(shuffled)];
            // Two routes of which neither has all requests of the other and that are equally exact keep the file's order.
            expect(
              one === undefined || other === undefined
                ? one === other
                : one === other || relate(one, other) === "overlapping",
            ).toBe(true);
          }
        },
      ),
      { numRuns: runsOfToday(200) },
    );
  });
});
