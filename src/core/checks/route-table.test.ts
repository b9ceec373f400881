import type { EnvoyRoute } from "../proxy/envoy-route.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KubeObject } from "../model/kube-object.ts";
import { renderVirtualService } from "../render/virtual-service.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { askRoutes, compareRoutes, describeShares, routesHeld } from "./route-table.ts";

const service = twoClusters.services[0] as (typeof twoClusters.services)[number];
const route = service.routes[0] as (typeof service.routes)[number];
const host = "helloworld.sample.svc.cluster.local";

function asked(weights: Readonly<Record<string, number>>): KubeObject {
  return renderVirtualService(twoClusters, service, { ...route, weights });
}

/** A page of Envoy with one route, as istiod 1.31 makes it. */
function dump(of: Pick<EnvoyRoute, "match" | "route"> & { readonly config?: string }) {
  const {
    match = { path: "/hello", case_sensitive: true },
    config = "/apis/networking.istio.io/v1/namespaces/sample/virtual-service/helloworld",
    route: to = { weighted_clusters: { clusters: [cluster("v1", 10), cluster("v2", 90)] } },
  } = of;
  const routes = [{ match, route: to, metadata: { filter_metadata: { istio: { config } } } }];
  return { configs: [{ route_config: { name: "http.8080", virtual_hosts: [{ name: "*:80", routes }] } }] };
}

function cluster(version: string, weight: number) {
  return { name: `outbound|5000|${version}|${host}`, weight };
}

/** What is asked of a VirtualService without delegates. */
function allOf(object: KubeObject) {
  return askRoutes([object])[0] ?? { key: "", asked: [], others: [] };
}

function find(weights: Readonly<Record<string, number>>, page: Parameters<typeof dump>[0]) {
  return compareRoutes(allOf(asked(weights)), routesHeld(dump(page)).get("sample/helloworld") ?? []);
}

describe("the routes of a gateway against a VirtualService", () => {
  it("are as asked with the same weights", () => {
    expect(find({ v1: 10, v2: 90 }, {})).toBeUndefined();
  });

  it("are as asked when a version without weight is left out, alone or among others", () => {
    expect(find({ v1: 0, v2: 100 }, { route: { cluster: cluster("v2", 1).name } })).toBeUndefined();
    expect(
      find({ v1: 0, v2: 100 }, { route: { weighted_clusters: { clusters: [cluster("v2", 100)] } } }),
    ).toBeUndefined();
  });

  it("are not with the weights from before, which are named", () => {
    const finding = find({ v1: 50, v2: 50 }, {});
    expect(finding?.missing.map(describeShares)).toEqual(["v1=50 v2=50"]);
    expect(finding?.foreign.map(describeShares)).toEqual(["v1=10 v2=90"]);
  });

  it("are not when the route is missing, of another path or of another VirtualService", () => {
    expect(compareRoutes(allOf(asked({ v1: 10, v2: 90 })), [])?.missing).toHaveLength(1);
    expect(find({ v1: 10, v2: 90 }, { match: { path: "/other" } })).toBeDefined();
    const config = "/apis/networking.istio.io/v1/namespaces/other/virtual-service/helloworld";
    expect(find({ v1: 10, v2: 90 }, { config })?.missing).toHaveLength(1);
  });

  it("know every kind of path by its text, and no path as the prefix of all", () => {
    const object: KubeObject = {
      ...asked({}),
      spec: {
        gateways: ["g"],
        http: [
          { match: [{ uri: { regex: "/a.*" } }, { uri: { prefix: "/b" } }], route: [{ destination: { host } }] },
          { route: [{ destination: { host } }] },
          {
            match: [{ uri: { exact: "/old" } }],
            redirect: { uri: "/new?by=us", authority: "b.example", redirectCode: 308 },
          },
        ],
      },
    };
    const to = { cluster: `outbound|5000||${host}` };
    const config = "/apis/networking.istio.io/v1/namespaces/sample/virtual-service/helloworld";
    const metadata = { filter_metadata: { istio: { config } } };
    const matches = [{ safe_regex: { regex: "/a.*" } }, { path_separated_prefix: "/b" }, { prefix: "/" }];
    const redirected = (redirect: object) => ({ match: { path: "/old" }, redirect, metadata });
    const routes = [
      ...matches.map((match) => ({ match, route: to, metadata })),
      redirected({ host_redirect: "b.example", path_redirect: "/new?by=us", response_code: "PERMANENT_REDIRECT" }),
      // A direct response shares nothing out, and is not looked at.
      { match: { prefix: "/" }, direct_response: { status: 404 }, metadata },
    ];
    const compare = (all: typeof routes) => {
      const held = routesHeld({ configs: [{ route_config: { virtual_hosts: [{ routes: all }] } }] });
      return compareRoutes(allOf(object), held.get("sample/helloworld") ?? []);
    };
    expect(compare(routes)).toBeUndefined();
    const elsewhere = compare([...routes.slice(0, 3), redirected({ host_redirect: "c.example" })]);
    expect(elsewhere?.missing.map(describeShares)).toEqual(["redirect 308 to b.example/new"]);
    expect(elsewhere?.foreign.map(describeShares)).toEqual(["redirect 301 to c.example"]);
  });

  it("of a host with several routes have the mark of the host, and the weights of the delegates", () => {
    const delegate = (name: string, weights: readonly [number, number]): KubeObject => ({
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: { name, namespace: "sample" },
      spec: {
        http: [
          {
            route: ["v1", "v2"].map((subset, index) => ({
              destination: { host, subset },
              weight: weights[index] ?? 0,
            })),
          },
        ],
      },
    });
    const root: KubeObject = {
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: { name: "isthmus-http-any", namespace: "istio-system" },
      spec: {
        gateways: ["sample/g"],
        hosts: ["*"],
        http: ["/a", "/b"].map((exact, index) => ({
          match: [{ uri: { exact } }],
          delegate: { name: index === 0 ? "a" : "b", namespace: "sample" },
        })),
      },
    };
    const all = [root, delegate("a", [10, 90]), delegate("b", [100, 0])];
    const pages = [
      { path: "/a", shares: { [`v1 of ${host}`]: 0.1, [`v2 of ${host}`]: 0.9 } },
      { path: "/b", shares: { [`v1 of ${host}`]: 1 } },
    ];
    expect(askRoutes(all)).toEqual([{ key: "istio-system/isthmus-http-any", asked: pages, others: [] }]);
    const one = askRoutes(all, all[1]);
    expect(one).toEqual([{ key: "istio-system/isthmus-http-any", asked: [pages[0]], others: [pages[1]] }]);
    // Another route of the host that is not as the file asks is not this one's matter; an older weight of this one is.
    const changed = { path: "/b", shares: { [`v2 of ${host}`]: 1 } };
    const older = { path: "/a", shares: { [`v1 of ${host}`]: 1 } };
    const asks = one[0] ?? { asked: [], others: [] };
    expect(compareRoutes(asks, [...pages, changed])).toBeUndefined();
    expect(compareRoutes(asks, [...pages, older])?.foreign).toEqual([older]);
  });

  it("are none of a VirtualService for sidecars alone", () => {
    const mesh: KubeObject = { ...asked({ v1: 1 }), spec: { gateways: ["mesh"], http: [{ route: [] }] } };
    expect(askRoutes([mesh])).toEqual([]);
  });

  it("are as asked exactly when every share is the same, whatever the weights", () => {
    const weight = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(weight, weight, (wanted, seen) => {
        const clusters = [cluster("v1", seen), cluster("v2", 100 - seen)].filter((one) => one.weight > 0);
        const finding = find({ v1: wanted, v2: 100 - wanted }, { route: { weighted_clusters: { clusters } } });
        expect(finding === undefined).toBe(wanted === seen);
      }),
    );
  });
});
