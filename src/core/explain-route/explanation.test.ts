import { describe, expect, it } from "vitest";
import { placesOf } from "../checks/gateway-place.ts";
import { gatewayApiMesh } from "../testing/gateway-api-mesh.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import type { RouteDecision } from "./explain-request.ts";
import { explainDestinations, isServed, passesThrough } from "./explanation.ts";

const v1 = "outbound|80|v1|web.shop.svc.cluster.local";
const rule = { virtualService: "shop/web", position: 1, of: 1, match: "any path" };
const decision = (cluster: string): RouteDecision => ({
  kind: "rule",
  rule,
  destinations: [{ cluster, share: 0.5 }],
  aborted: 0,
  also: [],
});
const mesh = twoClusters;
const [cluster] = mesh.clusters;
const reader = {
  mesh,
  cluster: cluster as (typeof mesh.clusters)[number],
  actual: {
    west: {
      podsOf: { v1: ["10.42.0.6:80"] },
      anyPods: ["10.42.0.6:80"],
      gateways: placesOf({ addresses: ["172.30.1.2"], port: 15443 }),
    },
    east: {
      podsOf: { v1: ["10.42.0.6:80"] },
      anyPods: ["10.42.0.6:80"],
      gateways: placesOf({ addresses: ["172.30.2.2"], port: 15443 }),
    },
  },
};
const endpoint = (address: string, weight = 1, idle = "") => ({ address, weight, idle, priority: 0 });

describe("where requests end", () => {
  it("is told by cluster of the mesh: pods of the own network, gateways of the others, and what nobody has", () => {
    const held = new Map([[v1, [endpoint("10.42.0.6:80"), endpoint("172.30.2.2:15443", 2), endpoint("192.0.2.1:80")]]]);
    expect(explainDestinations(decision(v1), held, reader)).toEqual([
      {
        name: v1,
        version: "v1",
        host: "web.shop.svc.cluster.local",
        share: 0.5,
        held: true,
        endpoints: [
          { address: "10.42.0.6:80", cluster: "west", share: 0.125 },
          { address: "172.30.2.2:15443", cluster: "east", share: 0.25 },
          { address: "192.0.2.1:80", share: 0.125 },
        ],
      },
    ]);
  });

  it("names the version whose Service a route of the Gateway API leads to, and none for other Services", () => {
    const routed = gatewayApiMesh("hosts: [shop.example], weights: { v1: 100 }");
    const versionOf = (host: string): unknown =>
      explainDestinations(decision(`outbound|8080||${host}.sample.svc.cluster.local`), new Map(), {
        ...reader,
        mesh: routed,
      })[0]?.version;
    expect(["shop-v1", "shop-v2", "shop", "other"].map(versionOf)).toEqual(["v1", "v2", undefined, undefined]);
  });

  it("says what a proxy has no cluster of, and no endpoint for", () => {
    const found = explainDestinations(decision(v1), new Map(), reader);
    expect(found).toMatchObject([{ held: false, endpoints: [] }]);
    expect(isServed({ decision: decision(v1), destinations: found })).toBe(false);
    const idle = explainDestinations(decision(v1), new Map([[v1, [endpoint("10.42.0.6:80", 1, "unhealthy")]]]), reader);
    expect(idle).toMatchObject([{ endpoints: [{ share: 0, idle: "unhealthy" }] }]);
    expect(isServed({ decision: decision(v1), destinations: idle })).toBe(false);
  });

  it("is served by endpoints, by an answer of the rule, and by an address that the mesh does not know", () => {
    const whole = {
      ...(decision(v1) as Extract<RouteDecision, { kind: "rule" }>),
      destinations: [{ cluster: v1, share: 1 }],
    };
    const served = explainDestinations(whole, new Map([[v1, [endpoint("10.42.0.6:80")]]]), reader);
    expect(isServed({ decision: whole, destinations: served })).toBe(true);
    const answers = { ...whole, destinations: [], answers: "answers with status 418 itself" };
    expect(isServed({ decision: answers, destinations: [] })).toBe(true);
    const own = { ...answers, rule: { ...rule, virtualService: "" } };
    expect(isServed({ decision: own, destinations: [] })).toBe(false);
    expect(isServed({ decision: { ...whole, aborted: 0.2 }, destinations: served })).toBe(false);
    expect(isServed({ decision: { kind: "needs-tls" }, destinations: [] })).toBe(true);
    const passes = decision("PassthroughCluster");
    expect(isServed({ decision: passes, destinations: [] })).toBe(true);
    expect([passesThrough(passes), passesThrough(answers)]).toEqual([true, false]);
    expect(isServed({ decision: { kind: "no-host" }, destinations: [] })).toBe(false);
  });
});
