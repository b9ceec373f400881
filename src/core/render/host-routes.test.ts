import { describe, expect, it } from "vitest";
import type { KubeObject } from "../model/kube-object.ts";
import { parseMesh } from "../mesh-file/parse.ts";
import { meshWithRoutes } from "../testing/mesh-with-routes.ts";
import { renderMesh } from "./render-mesh.ts";
import { noMaterials } from "./materials.ts";

interface VirtualService {
  readonly gateways?: readonly string[];
  readonly hosts?: readonly string[];
  readonly http: readonly {
    readonly name?: string;
    readonly match?: readonly { readonly uri: object; readonly port?: number; readonly headers?: object }[];
    readonly delegate?: { readonly namespace: string; readonly name: string };
    readonly route?: readonly { readonly weight: number }[];
  }[];
}

/** `namespace/name` → spec of every VirtualService, the same in both clusters. */
function virtualServices(...routes: readonly string[]): Readonly<Record<string, VirtualService>> {
  const { objects } = rendered(...routes);
  return Object.fromEntries(
    objects
      .filter((one) => one.kind === "VirtualService")
      .map((one) => [`${one.metadata.namespace}/${one.metadata.name}`, one["spec"] as unknown as VirtualService]),
  );
}

function rendered(...routes: readonly string[]): {
  readonly objects: readonly KubeObject[];
  readonly waves: readonly string[];
} {
  const parsed = parseMesh(meshWithRoutes(...routes), "mesh.yaml");
  if (parsed.mesh === undefined) {
    throw new Error(JSON.stringify(parsed.diagnostics));
  }
  const [west, east] = renderMesh(parsed.mesh, noMaterials).clusters;
  const placed = west?.objects ?? [];
  const routing = (all: typeof placed): string =>
    JSON.stringify(all.map(({ object }) => object).filter((one) => one.kind === "VirtualService"));
  expect(routing(east?.objects ?? [])).toBe(routing(placed));
  return {
    objects: placed.map(({ object }) => object),
    waves: placed.map(({ wave, object }) => `${wave} ${object.kind} ${object.metadata.name}`),
  };
}

const tried = (one: VirtualService | undefined): readonly string[] =>
  (one?.http ?? []).map(
    ({ match, delegate }) => `${JSON.stringify(match?.[0]?.uri)} ${delegate?.namespace}/${delegate?.name}`,
  );

describe("routes of one host", () => {
  it("are as before when there is only one: a VirtualService of the route's name with everything", () => {
    const all = virtualServices(
      "{ name: r, gateway: g, hosts: [a.example], match: { prefix: /s }, weights: { v1: 100 } }",
    );
    expect(Object.keys(all)).toEqual(["n/r"]);
    expect(all["n/r"]).toMatchObject({
      gateways: ["g"],
      hosts: ["a.example"],
      http: [{ match: [{ uri: { prefix: "/s" } }] }],
    });
  });

  it("match methods and query parameters beside paths and headers", () => {
    const match = "{ exact: /s, methods: [GET, HEAD], queryParams: { team: { exact: blue } } }";
    const all = virtualServices(
      `{ name: r, gateway: g, hosts: [a.example], match: ${match}, weights: { v1: 100 } }`,
      "{ name: q, gateway: g, hosts: [a.example], match: { exact: /s, methods: [POST] }, weights: { v1: 100 } }",
      "{ name: rest, gateway: g, hosts: [a.example], weights: { v1: 100 } }",
    );
    expect(all["istio-system/isthmus-http.a.example"]?.http.map(({ match: [one] = [] }) => one)).toEqual([
      { uri: { exact: "/s" }, method: { regex: "GET|HEAD" }, queryParams: { team: { exact: "blue" } } },
      { uri: { exact: "/s" }, method: { exact: "POST" } },
      { uri: { prefix: "/" } },
    ]);
  });

  it("are tried at a gateway by its hosts and inside by the service's name, with the weights of one object", () => {
    const all = virtualServices(
      "{ name: r, gateways: [mesh, g], hosts: ['*'], match: { prefix: /s }, weights: { v1: 100 } }",
    );
    const delegate = { name: "r", namespace: "n" };
    expect(all).toMatchObject({
      "istio-system/isthmus-http-any": {
        gateways: ["n/g"],
        hosts: ["*"],
        http: [{ match: [{ uri: { prefix: "/s" } }], delegate }],
      },
      "istio-system/isthmus-mesh.s.n.svc.cluster.local": {
        gateways: ["mesh"],
        hosts: ["s.n.svc.cluster.local"],
        http: [{ match: [{ uri: { prefix: "/s" }, port: 80 }], delegate }],
      },
    });
    expect(Object.keys(all)).toHaveLength(3);
    expect(all["n/r"]?.hosts).toBeUndefined();
    expect(all["n/r"]?.http).toMatchObject([{ route: [{ weight: 100 }, { weight: 0 }] }]);
  });

  it("are tried longest and most exact first, in whatever order the file has them", () => {
    const routes = [
      "{ name: all, gateway: g, hosts: [a.example], weights: { v1: 100 } }",
      "{ name: s, gateway: g, hosts: [a.example], match: { prefix: /s }, weights: { v1: 100 } }",
      "{ name: api, gateway: other, hosts: [a.example], match: { prefix: /s/api }, weights: { v2: 100 } }",
      "{ name: one, gateway: g, hosts: [a.example], match: { exact: /s }, weights: { v2: 100 } }",
    ];
    const order = ['{"exact":"/s"} n/one', '{"prefix":"/s/api"} n/api', '{"prefix":"/s"} n/s', '{"prefix":"/"} n/all'];
    for (const given of [routes, routes.toReversed()]) {
      const all = virtualServices(...given);
      expect(tried(all["istio-system/isthmus-http.a.example"])).toEqual(order);
      expect(all["istio-system/isthmus-http.a.example"]).toMatchObject({ gateways: ["n/g"], hosts: ["a.example"] });
    }
  });

  it("keep their weights in the VirtualService of their own name, and nothing else there", () => {
    const all = virtualServices(
      "{ name: s, gateway: g, hosts: [a.example], match: { prefix: /s }, weights: { v1: 70, v2: 30 } }",
      "{ name: api, gateway: g, hosts: [a.example], match: { prefix: /s/api }, weights: { v2: 100 } }",
    );
    expect(Object.keys(all["n/s"] ?? {})).toEqual(["http"]);
    expect(all["n/s"]?.http.map(({ route, match }) => [match, route?.map(({ weight }) => weight)])).toEqual([
      [undefined, [70, 30]],
    ]);
  });

  it("have one VirtualService for each host, also where the hosts of two routes are the same in part", () => {
    const all = virtualServices(
      "{ name: s, gateway: g, hosts: [a.example, b.example], weights: { v1: 100 } }",
      "{ name: api, gateway: g, hosts: [b.example, c.example], match: { prefix: /api }, weights: { v2: 100 } }",
      '{ name: alone, gateway: g, hosts: ["*"], weights: { v2: 100 } }',
    );
    expect(Object.keys(all).toSorted()).toEqual([
      "istio-system/isthmus-http.a.example",
      "istio-system/isthmus-http.b.example",
      "istio-system/isthmus-http.c.example",
      "n/alone",
      "n/api",
      "n/s",
    ]);
    expect(tried(all["istio-system/isthmus-http.b.example"])).toEqual([
      '{"prefix":"/api"} n/api',
      '{"prefix":"/"} n/s',
    ]);
    expect(tried(all["istio-system/isthmus-http.c.example"])).toEqual(['{"prefix":"/api"} n/api']);
  });

  it("do not meet where one is with tls and the other without: they are two ports", () => {
    const all = virtualServices(
      "{ name: s, gateway: g, hosts: [a.example], weights: { v1: 100 } }",
      "{ name: t, gateway: g, hosts: [A.example], tls: { secretName: a }, weights: { v1: 100 } }",
    );
    expect(Object.keys(all).toSorted()).toEqual(["istio-system/t", "n/s"]);
    expect(all["istio-system/t"]?.hosts).toEqual(["a.example"]);
  });

  it("are told to the proxies before a route gives its hosts up, so that no request is without a route", () => {
    const { waves } = rendered(
      "{ name: s, gateway: g, hosts: ['*.example'], weights: { v1: 100 } }",
      "{ name: api, gateway: g, hosts: ['*.example'], match: { prefix: /api }, weights: { v1: 100 } }",
    );
    expect(waves.filter((one) => one.includes("VirtualService"))).toEqual([
      "destinations VirtualService isthmus-http-any.example",
      "routes VirtualService api",
      "routes VirtualService s",
    ]);
  });
});

describe("a route for callers inside the mesh", () => {
  it("is for the sidecars, by the service's full name and its own port, and makes no Gateway", () => {
    const { objects } = rendered("{ name: r, gateway: mesh, weights: { v1: 100 } }");
    expect(objects.filter((one) => one.kind === "Gateway").map((one) => one.metadata.name)).toEqual([
      "cross-network-gateway",
    ]);
    expect(virtualServices("{ name: r, gateway: mesh, weights: { v1: 100 } }")["n/r"]).toMatchObject({
      gateways: ["mesh"],
      hosts: ["s.n.svc.cluster.local"],
      http: [{ match: [{ uri: { prefix: "/" }, port: 80 }] }],
    });
  });

  it("takes the names that pods write for one service, and names of elsewhere as they are", () => {
    const hosts = (given: string): unknown =>
      virtualServices(`{ name: r, gateway: mesh, hosts: [${given}], weights: { v1: 100 } }`)["n/r"]?.hosts;
    expect(hosts("s")).toEqual(["s.n.svc.cluster.local"]);
    expect(hosts("s, s.n, s.n.svc, s.n.svc.cluster.local")).toEqual(["s.n.svc.cluster.local"]);
    expect(hosts("api.partner.example")).toEqual(["api.partner.example"]);
  });

  it("is one VirtualService with the other routes of the name, since sidecars obey the oldest only", () => {
    const all = virtualServices(
      "{ name: r, gateway: mesh, weights: { v1: 100 } }",
      "{ name: q, gateway: mesh, hosts: [s], match: { prefix: /q }, weights: { v2: 100 } }",
    );
    expect(tried(all["istio-system/isthmus-mesh.s.n.svc.cluster.local"])).toEqual([
      '{"prefix":"/q"} n/q',
      '{"prefix":"/"} n/r',
    ]);
    expect(all["istio-system/isthmus-mesh.s.n.svc.cluster.local"]?.gateways).toEqual(["mesh"]);
  });
});
