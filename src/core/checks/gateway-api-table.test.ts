import { describe, expect, it } from "vitest";
import { eastWestGateway, ingressGateway } from "../render/names.ts";
import { gatewayApiFacts } from "../testing/gateway-api-facts.ts";
import { findingsOf, foundBy } from "../testing/found-by.ts";
import type { MeshFacts, ReachedCluster } from "./facts.ts";
import type { ProxyConfig, ProxyRouteFacts } from "./proxy-facts.ts";
import { runChecks } from "./run-checks.ts";

function inEast(change: (one: ReachedCluster) => Partial<ReachedCluster>): MeshFacts {
  return gatewayApiFacts((one) => (one.cluster === "east" ? change(one) : {}));
}

/** What one of east's gateways holds, changed. */
function withHeld(gateway: string, change: (config: ProxyConfig) => Partial<ProxyConfig>): MeshFacts {
  return inEast(({ gateways }) => ({
    gateways: gateways.map((one) =>
      one.name === gateway
        ? {
            ...one,
            pods: one.pods.map((pod) =>
              pod.config === undefined ? pod : { ...pod, config: { ...pod.config, ...change(pod.config) } },
            ),
          }
        : one,
    ),
  }));
}

function withRoute(change: Partial<ProxyRouteFacts>): MeshFacts {
  return withHeld(ingressGateway, ({ routeTables }) => ({
    routeTables: routeTables.map((table) => ({
      ...table,
      virtualHosts: table.virtualHosts.map((host) => ({
        ...host,
        routes: host.routes.map((route) => ({ ...route, ...change })),
      })),
    })),
  }));
}

const heldAsBefore = {
  "outbound|5000||helloworld-v1.sample.svc.cluster.local": 50,
  "outbound|5000||helloworld-v2.sample.svc.cluster.local": 50,
};

describe("the checks of a route of the Gateway API", () => {
  it("find nothing where all is as the mesh file has it, without a VirtualService and a DestinationRule", () => {
    const { causes, results } = runChecks(gatewayApiFacts(), { pre: false });
    expect(causes).toEqual([]);
    expect(results.find(({ id }) => id === "routes/weights")?.state).toBe("ok");
  });

  it("find weights that somebody has changed, at the HTTPRoute", () => {
    const facts = inEast(({ routing }) => ({
      routing: {
        ...routing,
        ...(routing.beside === undefined
          ? {}
          : {
              beside: {
                ...routing.beside,
                gatewayRoutes: (routing.beside.gatewayRoutes ?? []).map((route) => ({
                  ...route,
                  weights: { "helloworld-v1": 50, "helloworld-v2": 40, other: 10 },
                })),
              },
            }),
      },
    }));
    const [only, ...others] = findingsOf("routes/weights", facts);
    expect([only?.code, only?.object, others]).toEqual([
      "ISM445",
      { group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: "sample", name: "helloworld" },
      [],
    ]);
    expect(only?.detail).toBe(
      "HTTPRoute sample/helloworld of east has v1=50 v2=40 other=10, and the mesh file asks for v1=10 v2=90.",
    );
  });

  it("say no word of the weights of an HTTPRoute that is not among those listed, which others read by its name", () => {
    const facts = inEast(({ routing: { beside, ...routing } }) => {
      const { gatewayRoutes: _unread, ...read } = beside ?? {};
      return { routing: { ...routing, beside: read as NonNullable<typeof beside> } };
    });
    expect(foundBy("routes/weights", facts)).toEqual([]);
    const { results, complete } = runChecks(facts, { pre: false });
    expect(results.find(({ id }) => id === "routes/weights")).toMatchObject({
      state: "unknown",
      unseen: [
        "the weights of HTTPRoute sample/helloworld of east: it is not among the HTTPRoutes that could be listed",
      ],
    });
    expect(complete).toBe(false);
  });

  it("find a proxy that goes on by the weights of before, as something of our own", () => {
    const [only, ...others] = findingsOf("routes/in-proxies", withRoute({ clusters: heldAsBefore }));
    expect([only?.code, only?.object?.kind, others]).toEqual(["ISM475", "HTTPRoute", []]);
    expect(only?.fix).not.toContain("Whoever made");
  });

  it("find a VirtualService that goes before it", () => {
    const theirs = { source: "sample/old", clusters: { "outbound|5000|v1|helloworld.sample.svc.cluster.local": 100 } };
    const { rule: _none, ...route } = { rule: "", ...theirs };
    const found = findingsOf("routes/in-proxies", withRoute(route));
    expect(found.map(({ code }) => code)).toEqual(["ISM475"]);
    expect(found[0]?.detail).toContain("(VirtualService sample/old), and the mesh file asks for");
  });

  it("find an east-west gateway that resets what other networks ask of a version's Service", () => {
    const [only, ...others] = findingsOf(
      "gateways/subset-chains",
      withHeld(eastWestGateway, () => ({ chains: [] })),
    );
    expect([only?.code, others]).toEqual(["ISM477", []]);
    expect(only?.fix).toContain("Service sample/helloworld-v1, Service sample/helloworld-v2 and Gateway");
  });
});
