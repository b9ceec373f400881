import { describe, expect, it } from "vitest";
import { withDrains } from "../drain/drained-mesh.ts";
import type { Drain } from "../model/drain.ts";
import type { Mesh, Route, Service } from "../model/mesh.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { isDrainedFor, publishedNames, recordTtl } from "./published-names.ts";

const [shop] = twoClusters.services as readonly [Service];
const [route] = shop.routes as readonly [Route];

function routeFor(name: string, hosts: readonly string[], via?: "isthmus" | "externalDns"): Route {
  return { ...route, name, hosts, ...(via === undefined ? {} : { dns: { via } }) };
}

const mesh: Mesh = {
  ...twoClusters,
  services: [
    { ...shop, name: "shop", routes: [routeFor("a", ["app.example", "*.app.example"], "isthmus")] },
    {
      ...shop,
      name: "basket",
      routes: [
        routeFor("b", ["app.example"], "isthmus"),
        routeFor("c", ["other.example"], "externalDns"),
        routeFor("d", ["quiet.example"]),
      ],
    },
  ],
};

function drainOf(service: string, stage: Drain["stage"] = "all"): Drain {
  const at = "2026-11-30T00:00:00.000Z";
  return { cluster: "east", namespace: "sample", service, since: at, selector: {}, instead: "west", stage, at };
}

describe("the names that isthmus publishes", () => {
  it("are those of routes that ask it to, each once, with all of its routes", () => {
    expect(
      publishedNames(mesh).map(({ name, routes }) => [
        name,
        routes.map((one) => `${one.service.name}/${one.route.name}`),
      ]),
    ).toEqual([
      ["app.example", ["shop/a", "basket/b"]],
      ["*.app.example", ["shop/a"]],
    ]);
  });

  it("keep a cluster while its ingress leads to something that is not drained", () => {
    const leaving = (drains: readonly Drain[]): readonly string[] =>
      publishedNames(withDrains(mesh, drains)).flatMap((one) => (isDrainedFor(one, "east") ? [one.name] : []));
    expect(leaving([])).toEqual([]);
    expect(leaving([drainOf("shop", "callers")])).toEqual(["*.app.example"]);
    expect(leaving([drainOf("shop"), drainOf("basket")])).toEqual(["app.example", "*.app.example"]);
    expect(leaving([drainOf("shop"), drainOf("basket", "ended")])).toEqual(["*.app.example"]);
  });

  it("live for a minute where the mesh file says nothing", () => {
    expect(recordTtl(mesh)).toBe(60);
    expect(recordTtl({ dns: { zone: "example", provider: { name: "rfc2136", settings: {} }, ttlSeconds: 5 } })).toBe(5);
  });
});
