import { describe, expect, it } from "vitest";
import { changeConfigs } from "../../testing/changed-proxies.ts";
import { foundBy } from "../../testing/found-by.ts";
import { withCluster } from "../../testing/healthy-facts.ts";
import type { BesideFacts } from "../beside-facts.ts";
import type { MeshFacts } from "../facts.ts";
import type { ProxyFilterFacts } from "../proxy-facts.ts";
import { runChecks } from "../run-checks.ts";

const written = { by: "kubectl-create", at: "2026-11-23T05:00:00Z" };
const slow: BesideFacts["filters"][number] = {
  kind: "EnvoyFilter",
  namespace: "istio-system",
  name: "slow",
  selector: { istio: "ingressgateway" },
  sets: ["local_ratelimit"],
  written,
};

function limited(perSecond: number, percent = 100, burst = 1): ProxyFilterFacts {
  const limit = { status: 429, burst, perSecond, percent };
  return { at: "listener 0.0.0.0_8080", filter: "local_ratelimit", limit };
}

/** West, whose proxies have filters, with what there is of EnvoyFilters. */
function west(
  {
    ingress = [],
    sidecar = [],
  }: { readonly ingress?: readonly ProxyFilterFacts[]; readonly sidecar?: readonly ProxyFilterFacts[] },
  ...filters: BesideFacts["filters"]
): MeshFacts {
  return withCluster("west", (one) => ({
    gateways: changeConfigs(one.gateways, (config) => ({ ...config, filters: ingress })),
    callers: one.callers.map((caller) => ({ ...caller, filters: sidecar })),
    routing: {
      ...one.routing,
      beside: { filters, sidecars: [], scopes: [], entries: [], exported: [] },
    },
  }));
}

describe("filters that answer requests", () => {
  it("names who limits requests, to how many, and what takes it away", () => {
    const [found, ...more] = runChecks(west({ ingress: [limited(1 / 60)] }, slow), { pre: false }).causes;
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      code: "ISM566",
      severity: "error",
      object: { kind: "EnvoyFilter", namespace: "istio-system", name: "slow" },
      detail:
        "In west proxies of the ingress let one request in 60 s through at listener 0.0.0.0_8080 (1 at once), and answer the rest with 429. That comes from EnvoyFilter istio-system/slow (written by kubectl-create at 2026-11-23T05:00:00Z).",
    });
    expect(found?.fix).toContain("-n istio-system delete envoyfilter.networking.istio.io slow");
  });

  it.each([
    ["a limit that a service can live with", { ingress: [limited(50)] }, "warning"],
    ["one for people who log in", { ingress: [limited(0.5, 100, 30)] }, "warning"],
    ["one for a part of the requests", { ingress: [limited(0.1, 10)] }, "warning"],
    ["one in a sidecar", { sidecar: [limited(0.1)] }, "error"],
    [
      "a fault for a whole listener",
      { ingress: [{ at: "listener x", filter: "fault", fault: { abort: { status: 503, percent: 50 } } }] },
      "error",
    ],
    [
      "a delay",
      { sidecar: [{ at: "listener x", filter: "fault", fault: { delay: { seconds: 3, percent: 100 } } }] },
      "warning",
    ],
  ] as const)("finds %s", (_, held, severity) => {
    expect(foundBy("routes/filters", west(held))).toEqual([`${severity} ISM566 west`]);
  });

  it("does not name a filter of other pods, or one that does something else", () => {
    const others = [
      { ...slow, selector: { app: "x" } },
      { ...slow, name: "lua", sets: [] },
      { ...slow, name: "elsewhere", namespace: "shop" },
    ];
    const [found] = runChecks(west({ ingress: [limited(0.1)] }, ...others), { pre: false }).causes;
    expect(found?.object).toBeUndefined();
    expect(found?.fix).toContain("get envoyfilters.networking.istio.io --all-namespaces");
  });

  it("finds nothing where there is none", () => {
    expect(foundBy("routes/filters", west({}, slow))).toEqual([]);
  });
});
