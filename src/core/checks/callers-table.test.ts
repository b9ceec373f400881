import { describe, expect, it } from "vitest";
import { changeConfigs } from "../testing/changed-proxies.ts";
import { healthyFacts, withCluster } from "../testing/healthy-facts.ts";
import type { BesideFacts } from "./beside-facts.ts";
import type { CallerCluster, CallerFacts } from "./caller-facts.ts";
import type { MeshFacts, RoutingFacts } from "./facts.ts";
import type { ProxyRouteFacts } from "./proxy-facts.ts";
import { runChecks } from "./run-checks.ts";

const host = "helloworld.sample.svc.cluster.local";
const written = { by: "kubectl-create", at: "2026-11-23T05:00:00Z" };
const plain: ProxyRouteFacts = {
  path: { kind: "prefix", value: "/" },
  headers: [],
  conditional: false,
  clusters: { [`outbound|5000||${host}`]: 100 },
  source: "",
};
const nothing: BesideFacts = { filters: [], sidecars: [], scopes: [], entries: [], exported: [] };

interface Change {
  readonly routes?: readonly ProxyRouteFacts[];
  readonly kind?: "http" | "tcp" | "past";
  readonly cluster?: Partial<CallerCluster>;
  readonly caller?: Partial<CallerFacts>;
  readonly beside?: Partial<BesideFacts>;
  readonly rules?: RoutingFacts["destinationRules"];
}

/** West, where somebody has a VirtualService default/by-hand, and what the sidecar there holds. */
function west({ routes = [plain], kind = "http", cluster, caller, beside, rules = [] }: Change): MeshFacts {
  return withCluster("west", (one) => ({
    routing: {
      ...one.routing,
      virtualServices: [
        ...one.routing.virtualServices,
        { namespace: "default", name: "by-hand", foreign: written, weights: {} },
      ],
      destinationRules: [...one.routing.destinationRules, ...rules],
      beside: { ...nothing, ...beside },
    },
    callers: one.callers.map((found) => ({
      ...found,
      ways: found.ways.map((way) => ({ ...way, kind, routes })),
      clusters: found.clusters.map((other) => ({ ...other, ...cluster })),
      ...caller,
    })),
  }));
}

const byHand = { ...plain, source: "default/by-hand" };

/** `severity code object: detail` of each cause. */
function causesOf(facts: MeshFacts): readonly string[] {
  return runChecks(facts, { pre: false }).causes.map(
    ({ severity, code, object, detail }) =>
      `${severity} ${code} ${object?.kind ?? ""} ${object?.namespace ?? ""}/${object?.name ?? ""}: ${detail}`,
  );
}

function rule(tls: string, namespace = "cart"): RoutingFacts["destinationRules"] {
  return [{ namespace, name: "mine", host, created: "", own: false, written, trafficPolicy: { tls }, subsets: [] }];
}

const elsewhere = { namespaces: ["cart"], namespace: "cart", name: "cart-1", labels: { app: "cart" } };

describe("what callers inside hold", () => {
  it.each<[string, Change, string]>([
    [
      "a fault of a VirtualService that is somebody else's",
      { routes: [{ ...byHand, fault: { abort: { status: 503, percent: 100 } } }] },
      "error ISM564 VirtualService default/by-hand: VirtualService default/by-hand (written by kubectl-create at 2026-11-23T05:00:00Z) of west decides over calls inside the mesh: requests from pods in sample to sample/helloworld (port 5000) are answered with 503 by fault injection.",
    ],
    [
      "a delay",
      { routes: [{ ...byHand, fault: { delay: { seconds: 7, percent: 50 } } }] },
      "warning ISM564 VirtualService default/by-hand: … wait 7 s by fault injection (50 % of them).",
    ],
    [
      "a fault for some requests",
      {
        routes: [
          {
            ...byHand,
            path: { kind: "prefix", value: "/v2" },
            headers: [{ name: "x-team", kind: "exact", value: "", inverted: false }],
            fault: { abort: { status: 0, percent: 100 } },
          },
          byHand,
        ],
      },
      "warning ISM564 VirtualService default/by-hand: … for /v2 with header x-team are answered with an error by fault injection.",
    ],
    [
      "a time that nobody answers in",
      { routes: [{ ...byHand, timeoutMs: 1 }] },
      "error ISM564 VirtualService default/by-hand: … are given up after 1 ms (timeout) and answered with 504.",
    ],
    [
      "a short time",
      { routes: [{ ...byHand, timeoutMs: 40 }] },
      "warning ISM564 VirtualService default/by-hand: … that take longer are given up after 40 ms (timeout) and answered with 504.",
    ],
    [
      "limits that two callers exceed",
      {
        cluster: { limits: { connections: 1, pending: 2, requests: 1, connectMs: 2 }, rule: "cart/mine" },
        caller: elsewhere,
        rules: rule("ISTIO_MUTUAL"),
      },
      "warning ISM565 DestinationRule cart/mine: DestinationRule cart/mine (written by kubectl-create at 2026-11-23T05:00:00Z) of west decides over calls inside the mesh: requests from pods in cart to sample/helloworld (port 5000) are limited (connectionPool: 1 connection, 2 waiting for one, 1 at the same time), and what is more is answered with 503; requests from pods in cart to sample/helloworld (port 5000) have 2 ms to connect (connectTimeout), and fail with 503 where that takes longer.",
    ],
    [
      "a direct answer",
      { routes: [{ ...byHand, clusters: {}, answers: 418 }] },
      "error ISM564 VirtualService default/by-hand: … are answered with 418 by the sidecars themselves.",
    ],
    [
      "a redirect",
      { routes: [{ ...byHand, clusters: {}, redirect: { code: 301, host: "", path: "/gone" } }] },
      "warning ISM564 VirtualService default/by-hand: … are answered with redirect 301 to /gone.",
    ],
    [
      "a version that no DestinationRule has",
      { routes: [{ ...byHand, clusters: { [`outbound|5000|v3|${host}`]: 100 } }] },
      "error ISM565 VirtualService default/by-hand: … fail with 503: there is no port 5000, version v3 since no DestinationRule of the service has it.",
    ],
    [
      "the same of TCP, for a part of the connections",
      {
        kind: "tcp",
        routes: [{ ...byHand, clusters: { ...plain.clusters, [`outbound|5000|v3|${host}`]: 300 } }],
      },
      "error ISM565 VirtualService default/by-hand: … (75 % of them) are reset: there is no port 5000, version v3 since no DestinationRule of the service has it.",
    ],
    [
      "a route to another service",
      {
        routes: [{ ...byHand, clusters: { "outbound|80||other.cart.svc.cluster.local": 100 } }],
        cluster: { name: "outbound|80||other.cart.svc.cluster.local" },
      },
      "warning ISM564 VirtualService default/by-hand: … go to other.cart.svc.cluster.local:80 instead.",
    ],
    [
      "a route to another service that has no endpoint",
      {
        routes: [{ ...byHand, clusters: { "outbound|80||other.cart.svc.cluster.local": 100 } }],
        cluster: { name: "outbound|80||other.cart.svc.cluster.local", endpoints: [] },
      },
      "error ISM565 VirtualService default/by-hand: … go to other.cart.svc.cluster.local:80, which has no healthy endpoint, and fail with 503.",
    ],
    [
      "a ServiceEntry with an address of the Service",
      {
        kind: "tcp",
        routes: [{ ...plain, clusters: { "outbound|5000||db.example": 100 } }],
        cluster: { name: "outbound|5000||db.example" },
        beside: {
          entries: [
            { kind: "ServiceEntry", namespace: "cart", name: "db", addresses: [], hosts: ["db.example"], written },
          ],
        },
      },
      "error ISM564 ServiceEntry cart/db: ServiceEntry cart/db (written by kubectl-create at 2026-11-23T05:00:00Z) of west decides over calls inside the mesh: requests from pods in sample to sample/helloworld (port 5000) go to db.example:5000 instead, since it names the Service's own address for its own.",
    ],
    [
      "no route for a request",
      { routes: [{ ...plain, path: { kind: "prefix", value: "/v2" } }] },
      "error ISM564 Service sample/helloworld: … are answered with 404.",
    ],
    [
      "a VirtualService of somebody else's that serves some paths only",
      { routes: [{ ...byHand, path: { kind: "prefix", value: "/v2" } }] },
      "warning ISM564 VirtualService default/by-hand: … are answered with 404 where none of its routes takes them.",
    ],
    [
      "TLS of another kind",
      { cluster: { tls: "other", rule: "cart/mine" }, caller: elsewhere, rules: rule("SIMPLE") },
      "error ISM565 DestinationRule cart/mine: DestinationRule cart/mine (written by kubectl-create at 2026-11-23T05:00:00Z) of west decides over calls inside the mesh: requests from pods in cart to sample/helloworld (port 5000) fail with 503: they are encrypted by TLS of another kind than the mesh's, which the sidecars of the pods and the gateways of other clusters do not take.",
    ],
    [
      "no TLS, which the other cluster's gateway does not take",
      {
        cluster: {
          tls: "none",
          rule: "cart/mine",
          endpoints: [{ address: "10.42.0.7:5000", idle: "", priority: 0 }],
        },
        caller: elsewhere,
        rules: rule("DISABLE"),
      },
      "error ISM565 DestinationRule cart/mine: … are in clear text, which leads to no pod of east.",
    ],
    [
      "a ServiceEntry in the namespace of callers",
      {
        cluster: { entryOf: "cart", endpoints: [{ address: "192.0.2.7:5000", idle: "", priority: 0 }] },
        caller: elsewhere,
        beside: {
          entries: [
            { kind: "ServiceEntry", namespace: "cart", name: "dead", addresses: ["192.0.2.7"], hosts: [host], written },
          ],
        },
      },
      "error ISM565 ServiceEntry cart/dead: … go to 192.0.2.7:5000, which is no pod of the mesh's clusters.",
    ],
    [
      "a WorkloadEntry beside the pods",
      {
        cluster: {
          endpoints: ["10.42.0.7:5000", "[2001:db8::7]:5000"].map((address) => ({ address, idle: "", priority: 0 })),
        },
        beside: {
          entries: [{ kind: "WorkloadEntry", namespace: "sample", name: "vm", addresses: ["2001:db8::7"], written }],
        },
      },
      "warning ISM565 WorkloadEntry sample/vm: … go to [2001:db8::7]:5000 (1 of 2 endpoints), which is no pod of the mesh's clusters.",
    ],
    [
      "a service that has no endpoint there",
      { cluster: { endpoints: [{ address: "10.42.0.7:5000", idle: "unhealthy", priority: 0 }] } },
      "error ISM565 Service sample/helloworld: In west: … fail with 503: no endpoint of the service is known or healthy there.",
    ],
    [
      "a Sidecar that leaves the service out for the pods of another namespace",
      {
        kind: "past",
        routes: [{ ...plain, clusters: { BlackHoleCluster: 100 } }],
        caller: elsewhere,
        beside: {
          scopes: [{ kind: "Sidecar", namespace: "cart", name: "narrow", hosts: ["./*"], blocks: true, written }],
        },
      },
      "warning ISM564 Sidecar cart/narrow: … are cut off, since the sidecars do not know the service and let nothing else out.",
    ],
    [
      "one that leaves it out for its own",
      {
        routes: [{ ...plain, clusters: {}, answers: 502 }],
        beside: {
          scopes: [
            { kind: "Sidecar", namespace: "istio-system", name: "all", hosts: ["cart/*"], blocks: true, written },
          ],
        },
      },
      "error ISM564 Sidecar istio-system/all: … are answered with 502, since the sidecars do not know the service and let nothing else out.",
    ],
    [
      "the one of the labels of a pod that no Service of the mesh selects",
      {
        kind: "past",
        routes: [{ ...plain, clusters: { BlackHoleCluster: 100 } }],
        caller: { ...elsewhere, labels: { app: "job" } },
        beside: {
          scopes: [{ app: "cart" }, { app: "job" }].map((selector) => ({
            kind: "Sidecar",
            namespace: "cart",
            name: selector.app,
            selector,
            hosts: ["./*"],
            blocks: true,
            written,
          })),
        },
      },
      "warning ISM564 Sidecar cart/job: … are cut off, since the sidecars do not know the service and let nothing else out.",
    ],
    [
      "one that lets everything else out",
      {
        routes: [{ ...plain, clusters: { PassthroughCluster: 100 } }],
        beside: {
          scopes: [
            { kind: "Sidecar", namespace: "sample", name: "own", hosts: ["cart/*"], blocks: false, written },
            {
              kind: "Sidecar",
              namespace: "sample",
              name: "of-labels",
              selector: { app: "helloworld" },
              hosts: ["cart/*"],
              blocks: false,
              written,
            },
          ],
        },
      },
      "error ISM564 Sidecar sample/of-labels: … go past the mesh, since the sidecars do not know the service: in clear text, to pods of their own cluster alone.",
    ],
  ])("names %s", (_, change, expected) => {
    const [found, ...more] = causesOf(west(change)).filter((one) => !one.includes("ISM478"));
    const [start = "", end = ""] = expected.split("…").map((part) => part.trim());
    expect(more).toEqual([]);
    expect(found?.startsWith(start) === true ? found : [found, start]).toContain(end);
    expect(found?.endsWith(end === "" ? start : end)).toBe(true);
  });

  it.each<[string, Change]>([
    ["a VirtualService that only changes how requests go to the same pods", { routes: [byHand] }],
    ["one for a part of the requests", { routes: [{ ...byHand, path: { kind: "exact", value: "/v2" } }, plain] }],
    ["a DestinationRule that says what holds anyway", { cluster: { tls: "istio", rule: "cart/mine" } }],
    [
      "a Sidecar that keeps a namespace's sidecars small",
      {
        kind: "past",
        routes: [{ ...plain, clusters: { PassthroughCluster: 100 } }],
        caller: elsewhere,
        beside: {
          scopes: [{ kind: "Sidecar", namespace: "cart", name: "small", hosts: ["./*"], blocks: false, written }],
        },
      },
    ],
    ["the addresses of a name that callers look up themselves", { cluster: { direct: true, endpoints: [] } }],
  ])("says nothing of %s", (_, change) => {
    expect(causesOf(west(change))).toEqual([]);
  });

  it("says nothing of a service that its owner keeps from other namespaces", () => {
    const past = {
      kind: "past",
      routes: [{ ...plain, clusters: { BlackHoleCluster: 100 } }],
      caller: elsewhere,
    } as const;
    const facts = west(past);
    const owned = {
      ...facts,
      clusters: facts.clusters.map((one) =>
        one.kind === "reached"
          ? { ...one, services: one.services.map((service) => ({ ...service, exportTo: ["."] })) }
          : one,
      ),
    };
    expect(causesOf(facts).filter((one) => one.includes("ISM564"))).toHaveLength(1);
    expect(causesOf(owned).filter((one) => one.includes("ISM564"))).toEqual([]);
  });

  it("does not compare addresses while a cluster does not answer", () => {
    const facts = west({ cluster: { endpoints: [{ address: "192.0.2.7:5000", idle: "", priority: 0 }] } });
    const [first] = facts.clusters;
    const diagnostic = { code: "ISM230", severity: "error", summary: "s", detail: "d" } as const;
    const away = {
      ...facts,
      clusters: first === undefined ? [] : [first, { kind: "unreachable", cluster: "east", diagnostic } as const],
    };
    expect(causesOf(away).filter((one) => one.includes("ISM565"))).toEqual([]);
  });

  it("says which sidecar it could not ask", () => {
    const { results } = runChecks(west({ caller: { problem: "no answer within 10 s", ways: [], clusters: [] } }), {
      pre: false,
    });
    expect(results.find(({ id }) => id === "routes/callers")?.unseen).toEqual([
      "sample/helloworld-v1 of west does not say what it holds: no answer within 10 s",
    ]);
  });
});

/** The healthy mesh, whose route is for callers inside too, as a sidecar of west holds it. */
function withMeshRoute(
  clusters: Readonly<Record<string, number>>,
  source: string,
  rewrite: Pick<ProxyRouteFacts, "rewrite"> = {},
): MeshFacts {
  const route = { ...plain, path: { kind: "exact", value: "/hello" } as const, clusters, source, ...rewrite };
  const facts = west({ routes: [route, plain] });
  return {
    ...facts,
    mesh: {
      ...facts.mesh,
      services: facts.mesh.services.map((service) => ({
        ...service,
        routes: service.routes.map((route) => ({ ...route, gateways: [...route.gateways, "mesh"] })),
      })),
    },
    clusters: facts.clusters.map((one) =>
      one.kind === "reached"
        ? {
            ...one,
            callers:
              one.cluster === "west"
                ? one.callers.map((caller) => ({
                    ...caller,
                    clusters: [
                      ...caller.clusters,
                      ...["v1", "v2"].map((version) => ({
                        name: `outbound|5000|${version}|${host}`,
                        tls: "auto" as const,
                        endpoints: [{ address: "172.30.2.2:15443", idle: "", priority: 0 }],
                      })),
                    ],
                  }))
                : [],
          }
        : one,
    ),
  };
}

const asked = { [`outbound|5000|v1|${host}`]: 10, [`outbound|5000|v2|${host}`]: 90 };

it("compares the weights of a route for callers inside with those of the mesh file", () => {
  expect(causesOf(withMeshRoute(asked, "istio-system/isthmus-mesh"))).toEqual([]);
  expect(causesOf(withMeshRoute(asked, "default/by-hand", { rewrite: { path: "/old" } }))).toEqual([
    expect.stringMatching(
      /^error ISM564 VirtualService default\/by-hand: .* for \/hello go on with path \/old in place of their own \(rewrite\)\.$/,
    ),
  ]);
  expect(causesOf(withMeshRoute({ [`outbound|5000|v2|${host}`]: 100 }, "default/by-hand"))).toEqual([
    expect.stringMatching(
      /^error ISM564 VirtualService default\/by-hand: .* for \/hello go to v2=100, and route helloworld of the mesh file asks for v1=10 v2=90\.$/,
    ),
  ]);
});

it("finds a fault of somebody else's VirtualService at the ingress too", () => {
  const fault = { abort: { status: 500, percent: 25 } };
  const at = (source: string, effect: Pick<ProxyRouteFacts, "fault" | "rewrite"> = { fault }): readonly string[] => {
    const facts = west({});
    const clusters = facts.clusters.map((one) => {
      if (one.kind !== "reached" || one.cluster !== "west") {
        return one;
      }
      const gateways = changeConfigs(one.gateways, (config) => ({
        ...config,
        routeTables: config.routeTables.map((table) => ({
          ...table,
          virtualHosts: table.virtualHosts.map((known) => ({
            ...known,
            routes: known.routes.map((route) => ({ ...route, source, ...effect })),
          })),
        })),
      }));
      return { ...one, gateways };
    });
    return causesOf({ ...facts, clusters });
  };
  expect(at("default/by-hand", { rewrite: { path: "/old", host: "old.example" } })).toEqual([
    expect.stringMatching(
      /^error ISM475 .* sends them on with path \/old and host old\.example in place of their own \(rewrite\) \(VirtualService default\/by-hand\)\./,
    ),
  ]);
  expect(at("default/by-hand")).toEqual([
    expect.stringMatching(
      /^error ISM475 .* answers 25 % with 500 by fault injection \(VirtualService default\/by-hand\)\./,
    ),
  ]);
  // One of the mesh file is asked for.
  expect(at("sample/helloworld")).toEqual([]);
});

it("names the Sidecar that keeps the route's VirtualService from callers", () => {
  const facts = withMeshRoute({ [`outbound|5000||${host}`]: 100 }, "");
  const scopes = [{ kind: "Sidecar", namespace: "sample", name: "closed", hosts: ["./*"], blocks: false, written }];
  const clusters = facts.clusters.map((one) =>
    one.kind === "reached" ? { ...one, routing: { ...one.routing, beside: { ...nothing, scopes } } } : one,
  );
  const [found] = runChecks({ ...facts, clusters }, { pre: false }).causes;
  expect(found).toMatchObject({ code: "ISM564", severity: "error", object: { kind: "Sidecar", name: "closed" } });
  expect(found?.fix).toContain("istio-system/* for routes inside the mesh");
});

it("has an apply put back what is the mesh's own", () => {
  const facts = withMeshRoute({ [`outbound|5000|v2|${host}`]: 100 }, "istio-system/isthmus-mesh");
  const [found] = runChecks(facts, { pre: false }).causes;
  expect(found).toMatchObject({ code: "ISM564", object: { kind: "VirtualService", name: "helloworld" } });
});

it("finds nothing on a healthy mesh", () => {
  expect(causesOf(healthyFacts())).toEqual([]);
});

describe("a filter that refuses all requests to a sidecar", () => {
  const at = "listener virtualInbound";
  const theirs = { namespace: "sample", written };

  it("is named with the authorizer that is not there, and the EnvoyFilter that asks it", () => {
    const facts = west({
      caller: { filters: [{ at, filter: "ext_authz", asks: "outbound|9000||gone" }] },
      beside: { filters: [{ ...theirs, kind: "EnvoyFilter", name: "ask", sets: ["ext_authz"] }] },
    });
    expect(causesOf(facts)).toEqual([
      expect.stringMatching(
        /^error ISM566 EnvoyFilter sample\/ask: .*they ask outbound\|9000\|\|gone whether each may pass, and have no such cluster/,
      ),
    ]);
  });

  it("is named with the plugin that could not be fetched", () => {
    const plugins = ["guard", "other"].map((name) => ({ ...theirs, kind: "WasmPlugin", name }));
    const facts = west({
      caller: { filters: [{ at, filter: "wasm", unfetched: "sample.guard" }] },
      beside: { filters: plugins },
    });
    expect(causesOf(facts)).toEqual([
      expect.stringMatching(
        /^error ISM566 WasmPlugin sample\/guard: .*they could not fetch the extension of sample\/guard/,
      ),
    ]);
  });
});
