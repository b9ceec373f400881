import { describe, expect, it } from "vitest";
import type { Mesh, Route, Service } from "../../core/model/mesh.ts";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import type { RequestQuestion } from "./explained-requests.ts";
import { requestsToExplain } from "./explained-requests.ts";

const [service] = twoClusters.services as readonly [Service];
const [first] = service.routes as readonly [Route];
const route = (name: string, more: Partial<Route> = {}): Route => ({ ...first, name, ...more });

function requests(routes: readonly Route[], question: Partial<RequestQuestion> = {}) {
  const own = { ...service, routes };
  const mesh: Mesh = { ...twoClusters, services: [own] };
  const { requests: all, unknown } = requestsToExplain(
    mesh,
    { service: own, via: "gateway", ask: {}, ...question },
    {},
  );
  return [
    ...all.map(({ listener, request: { method, host, path } }) => `${listener} ${method} ${host}${path}`),
    ...unknown.map((one) => `${one.route}: ${one.reason}`),
  ];
}

describe("the requests that are explained", () => {
  it("are those that prove the routes, at each host", () => {
    expect(
      requests([
        route("a", { hosts: ["a.example", "*.b.example"] }),
        route("b", { match: { path: { kind: "prefix", value: "/s" }, headers: {}, fromRegions: [] } }),
      ]),
    ).toEqual(["http GET a.example/hello", "http GET isthmus-verify.b.example/hello", "http GET */s"]);
  });

  it("are the one that is given, once for each host", () => {
    const both = [route("a"), route("b", { hosts: ["b.example"], tls: { secretName: "b" } })];
    expect(requests(both, { ask: { path: "/x?y=1", method: "PUT" } })).toEqual([
      "http PUT */x?y=1",
      "https PUT b.example/x?y=1",
    ]);
    expect(requests([route("a"), route("c")], { ask: { path: "/x" }, host: "c.example" })).toEqual([
      "http GET c.example/x",
    ]);
    expect(requests(both, { route: "a" })).toEqual(["http GET */hello"]);
  });

  it("say why none is known of a route", () => {
    const same = { match: { path: { kind: "exact", value: "/hello" }, headers: {}, fromRegions: [] } } as const;
    expect(requests([route("a", same), route("b", { ...same, verify: { path: "/other" } })]).at(-1)).toContain(
      "b: /other is no path that it takes",
    );
  });

  it("are for the service's own name at sidecars, also without any route", () => {
    const host = "helloworld.sample.svc.cluster.local";
    expect(requests([], { via: "mesh" })).toEqual([`mesh GET ${host}/`]);
    expect(requests([route("a", { gateways: ["mesh", "front"] })], { via: "mesh" })).toEqual([
      `mesh GET ${host}/hello`,
    ]);
    expect(requests([route("a")], { via: "mesh", route: "a" })).toEqual([]);
  });
});
