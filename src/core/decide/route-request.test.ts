import { describe, expect, it } from "vitest";
import type { Mesh, Route, Service } from "../model/mesh.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import type { RequestSettings } from "./route-request.ts";
import { chooseRequest } from "./route-request.ts";

const [service] = twoClusters.services;
const [first] = service?.routes ?? [];

function route(name: string, path: Route["match"]["path"], more: Partial<Route> = {}): Route {
  if (first === undefined) {
    throw new Error("the mesh has a route");
  }
  return { ...first, name, match: { path, headers: {}, fromRegions: [] }, ...more };
}

const exact = (value: string) => ({ kind: "exact", value }) as const;
const prefix = (value: string) => ({ kind: "prefix", value }) as const;
const regex = (value: string) => ({ kind: "regex", value }) as const;

/** The request for the first of the routes, all of which the mesh has. */
function choose(routes: readonly Route[], given: RequestSettings = {}) {
  const withRoutes: Service = { ...(service as Service), routes };
  const mesh: Mesh = { ...twoClusters, services: [withRoutes] };
  const [asked] = routes as readonly [Route];
  return chooseRequest(
    mesh,
    { service: withRoutes, route: asked, via: asked.gateways.includes("mesh") ? "mesh" : "ingress" },
    given,
  );
}

describe("the request that proves a route", () => {
  it.each([
    ["the exact path", [route("a", exact("/hello"))], "/hello"],
    ["the prefix itself", [route("a", prefix("/s"))], "/s"],
    ["an example of the expression", [route("a", regex("/v[12]/.*"))], "/v1/"],
    [
      "a path below, where another route takes the prefix itself",
      [route("a", prefix("/")), route("b", exact("/"))],
      "/isthmus-verify",
    ],
    [
      "the prefix, where another route takes only what is below",
      [route("a", prefix("/s")), route("b", prefix("/s/api"))],
      "/s",
    ],
    [
      "the longer prefix, though a shorter one takes it too",
      [route("a", prefix("/s/api")), route("b", prefix("/s"))],
      "/s/api",
    ],
    [
      "the path, where the other route wants a header",
      [
        route("a", prefix("/")),
        route("b", prefix("/"), { match: { path: prefix("/"), headers: { team: exact("blue") }, fromRegions: [] } }),
      ],
      "/",
    ],
    [
      "the path, where the other route is for another host",
      [route("a", prefix("/"), { hosts: ["a.example"] }), route("b", prefix("/"), { hosts: ["b.example"] })],
      "/",
    ],
    [
      "the prefix, of a route for callers inside, where the other route is for the gateway",
      [route("a", prefix("/"), { gateways: ["mesh"] }), route("b", prefix("/"))],
      "/",
    ],
    [
      "the path, where the other route is for callers inside",
      [route("a", prefix("/")), route("b", prefix("/"), { gateways: ["mesh"] })],
      "/",
    ],
  ])("asks for %s", (_, routes, path) => {
    expect(choose(routes)).toMatchObject({ kind: "request", request: { path, method: "GET" } });
  });

  it("sends the headers that the route wants, of expressions an example, and those that are given", () => {
    const match = {
      path: prefix("/"),
      headers: { "X-Team": exact("blue"), cookie: regex("^(.*;\\s*)?user=[0-9]+(;.*)?$") },
      fromRegions: [],
    };
    expect(choose([route("a", prefix("/"), { match })], { headers: { Accept: "text/html" } })).toMatchObject({
      request: { headers: { accept: "text/html", "x-team": "blue", cookie: "user=0" } },
    });
  });

  it("asks each host in its turn, a wildcard by a name below it, and * by the address", () => {
    expect(choose([route("a", prefix("/"), { hosts: ["*", "a.example", "*.b.example"] })])).toMatchObject({
      request: { hosts: ["", "a.example", "isthmus-verify.b.example"] },
    });
  });

  it("asks a route that is at a gateway and inside by its hosts there and by the service's name here", () => {
    const both = route("a", prefix("/"), { gateways: ["front", "mesh"], hosts: ["a.example"] });
    const other = route("b", exact("/"), { gateways: ["front"], hosts: ["a.example"] });
    const withRoutes: Service = { ...(service as Service), routes: [both, other] };
    const mesh: Mesh = { ...twoClusters, services: [withRoutes] };
    expect(chooseRequest(mesh, { service: withRoutes, route: both, via: "ingress" }, {})).toMatchObject({
      request: { hosts: ["a.example"], path: "/isthmus-verify" },
    });
    expect(chooseRequest(mesh, { service: withRoutes, route: both, via: "mesh" }, {})).toMatchObject({
      request: { hosts: ["helloworld.sample.svc.cluster.local"], path: "/" },
    });
  });

  it("asks by a method and with the query parameters that the route takes", () => {
    const match = {
      path: exact("/s"),
      headers: {},
      fromRegions: [],
      methods: ["POST", "PUT"],
      queryParams: { team: exact("blue"), v: regex("[1-3]") },
    };
    expect(choose([route("a", exact("/s"), { match }), route("b", exact("/s"))])).toMatchObject({
      request: { method: "POST", path: "/s?team=blue&v=1" },
    });
    expect(choose([route("a", exact("/s"), { match })], { path: "/s?v=2&team=blue" })).toMatchObject({
      request: { path: "/s?v=2&team=blue" },
    });
    expect(choose([route("a", exact("/s"), { match })], { path: "/s?v=2" })).toMatchObject({ kind: "none" });
    expect(choose([route("a", exact("/s"), { match })], { method: "GET" })).toMatchObject({
      reason: "it takes POST and PUT, and is asked by GET",
    });
    // The other one is in front of it for POST only.
    const posted = route("b", exact("/s"), { match: { ...match, queryParams: {}, methods: ["POST"] } });
    expect(choose([route("a", exact("/s")), posted])).toMatchObject({ request: { method: "GET", path: "/s" } });
  });

  it("takes path, method and expected status from what is given, the query not compared", () => {
    expect(choose([route("a", prefix("/s"))], { path: "/s/x?y=1", method: "HEAD", expect: [204] })).toMatchObject({
      request: { path: "/s/x?y=1", method: "HEAD", expect: [204] },
    });
  });
});

describe("a route of which another one takes some methods", () => {
  const api = { path: prefix("/api"), headers: {}, fromRegions: [] };
  const by = (...methods: readonly string[]): Partial<Route> => ({ match: { ...api, methods } });
  const all = route("all", prefix("/api"));

  it("is asked by one that changes nothing and that the other one does not take", () => {
    expect(choose([all, route("get", api.path, by("GET"))])).toMatchObject({
      request: { method: "HEAD", path: "/api" },
    });
    expect(choose([all, route("get", api.path, by("GET", "HEAD"))])).toMatchObject({ request: { method: "OPTIONS" } });
  });

  it("is asked by no other than the given one, and by none that may change something", () => {
    const get = route("get", api.path, by("GET", "HEAD", "OPTIONS"));
    expect(choose([all, get])).toMatchObject({
      reason: "route get takes /api before it",
      fix: expect.stringContaining("a method other than GET, HEAD, OPTIONS") as unknown,
    });
    expect(choose([all, get], { method: "POST" })).toMatchObject({ request: { method: "POST", path: "/api" } });
    expect(choose([all, route("get", api.path, by("GET"))], { method: "GET" })).toMatchObject({ kind: "none" });
  });
});

describe("no request", () => {
  it.each([
    [
      "is made to a path that the route does not take",
      [route("a", exact("/hello"))],
      { path: "/other" },
      "no path that it takes",
    ],
    [
      "is made to a path that another route takes first",
      [route("a", prefix("/")), route("b", exact("/hello"))],
      { path: "/hello" },
      "route b takes /hello",
    ],
    ["is made up for an expression without example", [route("a", regex("/[^\\x00-\\x7f]+"))], {}, "no path is known"],
    [
      "is made to a path that another route for callers inside the mesh takes first",
      [
        route("a", prefix("/"), { gateways: ["mesh"] }),
        route("b", exact("/hello"), { gateways: ["mesh"] }),
        route("c", exact("/hello")),
      ],
      { path: "/hello" },
      "route b takes /hello",
    ],
    [
      "is made with a header that the route does not take",
      [route("a", prefix("/"), { match: { path: prefix("/"), headers: { team: exact("blue") }, fromRegions: [] } })],
      { headers: { Team: "red" } },
      "header team",
    ],
  ])("%s", (_, routes, given, reason) => {
    const choice = choose(routes, given);
    expect(choice.kind === "none" && choice.reason).toContain(reason);
  });
});
