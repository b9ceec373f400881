import { describe, expect, it } from "vitest";
import type { HeaderMatch, PathMatch, ProxyConfig, ProxyRouteFacts } from "../checks/proxy-facts.ts";
import type { Route } from "../model/mesh.ts";
import { findRoute, sampleRequests } from "./find-route.ts";

const plain = { port: 8080, secure: false };

function route(source: string, path: PathMatch, more: Partial<ProxyRouteFacts> = {}): ProxyRouteFacts {
  return { path, headers: [], conditional: false, clusters: {}, source, ...more };
}

function config(hosts: Readonly<Record<string, readonly ProxyRouteFacts[]>>): ProxyConfig {
  return {
    chains: [{ port: 8080, serverNames: [], routeTable: "http.8080" }],
    routeTables: [
      {
        name: "http.8080",
        virtualHosts: Object.entries(hosts).map(([domains, routes]) => ({ domains: domains.split(" "), routes })),
      },
    ],
    awaitedSecrets: [],
    warming: [],
    clusters: [],
  };
}

function asked(kind: Route["match"]["path"]["kind"], value: string, headers: Route["match"]["headers"] = {}): Route {
  return {
    name: "r",
    gateways: ["g"],
    hosts: ["web.example"],
    match: { path: { kind, value }, headers, fromRegions: [] },
    weights: {},
  };
}

/** By which route a request of the asked one is answered, or why by none. */
function answer(one: ProxyConfig, route: Route, at = plain): string {
  const [request] = sampleRequests(route, () => []);
  const outcome = request === undefined ? { kind: "no-request" } : findRoute(one, at, request);
  return "route" in outcome ? outcome.route.source : outcome.kind;
}

const exactly = (value: string) => ({ kind: "exact", value }) as const;

const blue: HeaderMatch = { name: "x-team", kind: "exact", value: "blue", inverted: false };

describe("the route of a request", () => {
  it.each([
    ["an exact domain before a wildcard", { "*": "any", "*.example": "suffix", "web.example": "own" }, "own"],
    ["the longest suffix", { "*": "any", "*example": "short", "*.example": "long" }, "long"],
    ["a suffix before a prefix", { "web.*": "prefix", "*.example": "suffix" }, "suffix"],
    ["a domain in other letters", { "WEB.example": "own" }, "own"],
    ["nothing but everything", { "*": "any" }, "any"],
    ["no other domain", { "shop.example": "other" }, "no-host"],
  ])("is in the virtual host of %s", (_, hosts, expected) => {
    const all = Object.fromEntries(
      Object.entries(hosts).map(([domain, source]) => [domain, [route(source, { kind: "prefix", value: "/" })]]),
    );
    expect(answer(config(all), asked("exact", "/hello"))).toBe(expected);
  });

  it.each([
    ["the exact path", asked("exact", "/hello"), [route("own", { kind: "exact", value: "/hello" })], "own"],
    ["no other path", asked("exact", "/hello"), [route("own", { kind: "exact", value: "/other" })], "no-route"],
    ["a prefix of it", asked("exact", "/hello"), [route("own", { kind: "prefix", value: "/he" })], "own"],
    [
      "not a prefix of segments",
      asked("exact", "/hello"),
      [route("own", { kind: "segments", value: "/he" })],
      "no-route",
    ],
    [
      "the first of several",
      asked("prefix", "/s"),
      [route("first", { kind: "prefix", value: "/" }), route("own", { kind: "prefix", value: "/s" })],
      "first",
    ],
    [
      "not a longer prefix for paths below a short one",
      asked("prefix", "/s"),
      [route("api", { kind: "prefix", value: "/s/api" }), route("own", { kind: "prefix", value: "/s" })],
      "own",
    ],
    [
      "an expression that matches it whole",
      asked("exact", "/hello"),
      [route("own", { kind: "regex", value: "/h.*" })],
      "own",
    ],
    ["none that matches a part", asked("exact", "/hello"), [route("own", { kind: "regex", value: "/h" })], "no-route"],
    [
      "an expression that this language does not read",
      asked("exact", "/a"),
      [route("own", { kind: "regex", value: "(?P<x>.*)" })],
      "unknown",
    ],
    ["one that may take for ever", asked("exact", "/a"), [route("own", { kind: "regex", value: "(a+)+b" })], "unknown"],
    ["the same expression", asked("regex", "/h.*"), [route("own", { kind: "regex", value: "/h.*" })], "own"],
    [
      "a condition that is not known",
      asked("exact", "/a"),
      [route("own", { kind: "prefix", value: "/" }, { conditional: true })],
      "unknown",
    ],
    [
      "a header that the request has",
      asked("prefix", "/", { "X-Team": { kind: "exact", value: "blue" } }),
      [route("own", { kind: "prefix", value: "/" }, { headers: [blue] })],
      "own",
    ],
    [
      "no header that it has not",
      asked("prefix", "/"),
      [
        route("blue", { kind: "prefix", value: "/" }, { headers: [blue] }),
        route("own", { kind: "prefix", value: "/" }),
      ],
      "own",
    ],
    [
      "no query parameter that it has not",
      asked("prefix", "/"),
      [
        route("beta", { kind: "prefix", value: "/" }, { queryParams: ["version"] }),
        route("own", { kind: "prefix", value: "/" }),
      ],
      "own",
    ],
    [
      "a query parameter whose value is not known",
      { ...asked("prefix", "/"), match: { ...asked("prefix", "/").match, queryParams: { version: exactly("beta") } } },
      [route("beta", { kind: "prefix", value: "/" }, { queryParams: ["version"] })],
      "unknown",
    ],
    [
      "no other method than its own",
      { ...asked("prefix", "/"), match: { ...asked("prefix", "/").match, methods: ["POST"] } },
      [
        route("get", { kind: "prefix", value: "/" }, { headers: [{ ...blue, name: ":method", value: "GET" }] }),
        route(
          "own",
          { kind: "prefix", value: "/" },
          { headers: [{ ...blue, name: ":method", kind: "regex", value: "PUT|POST" }] },
        ),
      ],
      "own",
    ],
    [
      "another value of the header",
      asked("prefix", "/", { "x-team": { kind: "exact", value: "red" } }),
      [route("blue", { kind: "prefix", value: "/" }, { headers: [blue] })],
      "no-route",
    ],
    [
      "a value that must not be",
      asked("prefix", "/", { "x-team": { kind: "exact", value: "red" } }),
      [route("own", { kind: "prefix", value: "/" }, { headers: [{ ...blue, inverted: true }] })],
      "own",
    ],
  ] as const)("is %s", (_, one, routes, expected) => {
    expect(answer(config({ "*": routes }), one)).toBe(expected);
  });

  it("comes in by the filter chain of its server name, and by none of another port", () => {
    const tables = config({ "*": [route("own", { kind: "prefix", value: "/" })] });
    const chain = (
      port: number,
      serverNames: readonly string[],
      routeTable = "http.8080",
    ): ProxyConfig["chains"][number] => ({
      port,
      serverNames,
      routeTable,
    });
    const at = { port: 8443, secure: true };
    const behind = (...chains: ProxyConfig["chains"]): string => answer({ ...tables, chains }, asked("exact", "/"), at);
    expect(behind(chain(8443, ["web.example"]))).toBe("own");
    expect(behind(chain(8443, ["*.example"], "gone"), chain(8443, ["web.example"]))).toBe("own");
    expect(behind(chain(8443, ["shop.example"]))).toBe("no-listener");
    expect(behind(chain(8080, []))).toBe("no-listener");
  });

  it("is that of a pattern where the mesh file asks for the pattern", () => {
    const all = config({
      "*.example": [route("own", { kind: "prefix", value: "/" })],
      "*": [route("any", { kind: "prefix", value: "/" })],
    });
    expect(answer(all, { ...asked("prefix", "/"), hosts: ["*.example"] })).toBe("own");
    expect(answer(all, { ...asked("prefix", "/"), hosts: ["*"] })).toBe("any");
  });
});

describe("the method of the request for a route", () => {
  const at = asked("prefix", "/api");
  const by = (methods: readonly string[] | undefined, one: Route = at): Route["match"] =>
    methods === undefined ? one.match : { ...one.match, methods };

  it.each([
    ["GET where nothing else is asked for", undefined, [], { kind: "text", value: "GET" }],
    ["one that no route before it takes", undefined, [by(["GET"])], { kind: "text", value: "POST" }],
    [
      "one that no route can name",
      undefined,
      [by(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"])],
      { kind: "text", value: "ISTHMUS-CHECK" },
    ],
    ["one of its own that is free", ["GET", "PUT"], [by(["GET", "POST"])], { kind: "text", value: "PUT" }],
    ["not known where all of them are taken", ["GET"], [by(["GET", "POST"])], { kind: "regex", value: "GET" }],
    [
      "GET where the other route is for other paths",
      undefined,
      [by(["GET"], asked("prefix", "/other"))],
      { kind: "text", value: "GET" },
    ],
    [
      "GET where the other route asks for a header",
      ["GET"],
      [by(["GET"], asked("prefix", "/api", { "x-team": exactly("blue") }))],
      { kind: "text", value: "GET" },
    ],
  ] as const)("is %s", (_, methods, before, expected) => {
    const [request] = sampleRequests({ ...at, match: by(methods) }, () => before);
    expect(request?.headers[":method"]).toEqual(expected);
  });

  it("is free for a route whose path is an expression, too", () => {
    const expression = asked("regex", "/api/[0-9]+");
    const methodBeside = (other: Route): unknown =>
      sampleRequests(expression, () => [by(["GET"], other)])[0]?.headers[":method"];
    expect(methodBeside(at)).toEqual({ kind: "text", value: "POST" });
    expect(methodBeside(asked("prefix", "/other"))).toEqual({ kind: "text", value: "GET" });
  });
});
