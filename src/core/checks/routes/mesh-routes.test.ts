import { expect, it } from "vitest";
import type { Service } from "../../model/mesh.ts";
import { changeConfigs } from "../../testing/changed-proxies.ts";
import { healthyFacts } from "../../testing/healthy-facts.ts";
import type { CallerFacts } from "../caller-facts.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import type { ProxyConfig, ProxyRouteFacts } from "../proxy-facts.ts";
import { runChecks } from "../run-checks.ts";

/** What a sidecar holds whose routes are those of its cluster's ingress. */
function asAtTheIngress({ gateways }: ReachedCluster): Pick<CallerFacts, "ways" | "clusters"> {
  const [config] = gateways.flatMap(({ pods }) => pods.map((pod) => pod.config));
  return {
    ways: [
      {
        service: "sample/helloworld",
        port: 5000,
        kind: "http",
        routes: config?.routeTables.flatMap(({ virtualHosts }) => virtualHosts.flatMap(({ routes }) => routes)) ?? [],
      },
    ],
    clusters: config?.clusters.map((cluster) => ({ ...cluster, tls: "auto" })) ?? [],
  };
}

/** The healthy mesh, whose service has a route more, as every cluster's API server has it too. */
function withMeshRoute(): MeshFacts {
  const facts = healthyFacts();
  const change = (service: Service): Service => ({
    ...service,
    routes: service.routes.flatMap((route) => [
      route,
      {
        ...route,
        name: "inside",
        gateways: ["mesh"],
        hosts: [`${service.name}.${service.namespace}.svc.cluster.local`],
      },
    ]),
  });
  return {
    ...facts,
    mesh: { ...facts.mesh, services: facts.mesh.services.map(change) },
    clusters: facts.clusters.map((one) =>
      one.kind === "reached"
        ? {
            ...one,
            routing: {
              ...one.routing,
              virtualServices: one.routing.virtualServices.flatMap((route) => [route, { ...route, name: "inside" }]),
            },
            callers: one.callers.map((caller) => ({ ...caller, ...asAtTheIngress(one) })),
          }
        : one,
    ),
  };
}

it("does not look for routes of callers inside the mesh at the ingress", () => {
  const facts = withMeshRoute();
  expect(facts.mesh.services.some(({ routes }) => routes.length > 1)).toBe(true);
  expect(runChecks(facts, { pre: false }).causes).toEqual([]);
});

/** The healthy mesh, whose service has a route for GET more, in front of the one for all methods, in proxies as in the mesh file. */
function withRouteForGet(): MeshFacts {
  const facts = healthyFacts();
  const get = { methods: ["GET"] };
  const change = (service: Service): Service => {
    const [route] = service.routes;
    return route === undefined
      ? service
      : {
          ...service,
          routes: [
            { ...route, name: "get", match: { ...route.match, ...get }, weights: { v1: 100, v2: 0 } },
            ...service.routes,
          ],
        };
  };
  const forGet = { name: ":method", kind: "exact", value: "GET", inverted: false } as const;
  const inFront = (config: ProxyConfig): ProxyConfig => ({
    ...config,
    routeTables: config.routeTables.map((table) => ({
      ...table,
      virtualHosts: table.virtualHosts.map((host) => ({
        ...host,
        routes: host.routes.flatMap((route) => [
          { ...route, headers: [forGet], clusters: { "outbound|5000|v1|helloworld.sample.svc.cluster.local": 100 } },
          route,
        ]),
      })),
    })),
  });
  return {
    ...facts,
    mesh: { ...facts.mesh, services: facts.mesh.services.map(change) },
    clusters: facts.clusters.map((one) =>
      one.kind === "reached"
        ? {
            ...one,
            gateways: changeConfigs(one.gateways, inFront),
            routing: {
              ...one.routing,
              virtualServices: one.routing.virtualServices.flatMap((route) => [
                route,
                { ...route, name: "get", weights: { v1: 100, v2: 0 } },
              ]),
            },
          }
        : one,
    ),
  };
}

it("does not take a route by method for a wrong answer of the route for all methods", () => {
  expect(runChecks(withRouteForGet(), { pre: false }).causes).toEqual([]);
});

/** The healthy mesh, whose route redirects, with what the ingress proxies answer for it. */
function withRedirect(held: Partial<ProxyRouteFacts>): readonly string[] {
  const facts = healthyFacts();
  const redirect = { authority: "b.example", uri: "/new" };
  const answering = (config: ProxyConfig): ProxyConfig => ({
    ...config,
    routeTables: config.routeTables.map((table) => ({
      ...table,
      virtualHosts: table.virtualHosts.map((host) => ({
        ...host,
        routes: host.routes.map((route) => ({ ...route, clusters: {}, ...held })),
      })),
    })),
  });
  const moved = {
    ...facts,
    mesh: {
      ...facts.mesh,
      services: facts.mesh.services.map((service) => ({
        ...service,
        routes: service.routes.map((route) => ({ ...route, weights: { v1: 0, v2: 0 }, redirect })),
      })),
    },
    clusters: facts.clusters.map((one) =>
      one.kind === "reached"
        ? {
            ...one,
            gateways: changeConfigs(one.gateways, answering),
            routing: {
              ...one.routing,
              virtualServices: one.routing.virtualServices.map((route) => ({ ...route, weights: {} })),
            },
          }
        : one,
    ),
  };
  return [...new Set(runChecks(moved, { pre: false }).causes.map(({ code, detail }) => `${code} ${detail}`))];
}

it("compares what proxies answer for a redirect", () => {
  expect(withRedirect({ redirect: { code: 301, host: "b.example", path: "/new" } })).toEqual([]);
  const wrong = expect.stringMatching(/^ISM475 .*and the mesh file asks for redirect 301 to b\.example\/new/) as string;
  expect(withRedirect({ redirect: { code: 302, host: "b.example", path: "/new" } })).toEqual([wrong, wrong]);
  expect(withRedirect({ redirect: { code: 301, host: "c.example", path: "/new" } })).toEqual([wrong, wrong]);
  expect(withRedirect({ answers: 503 })).toEqual([
    expect.stringContaining("with status 503 itself"),
    expect.stringContaining("with status 503 itself"),
  ]);
  expect(withRedirect({})).toHaveLength(2);
});
