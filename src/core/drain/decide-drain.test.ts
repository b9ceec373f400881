import { describe, expect, it } from "vitest";
import type { ClusterEndpoints } from "../checks/endpoint-table.ts";
import type { Drain } from "../model/drain.ts";
import { clusterNamed } from "../model/mesh.ts";
import { drainOf, shopOf, threeClusters } from "../testing/three-clusters.ts";
import type { DrainDecision, DrainFacts } from "./decide-drain.ts";
import { decideDrain, decideUndrain } from "./decide-drain.ts";

const now = "2026-11-25T10:00:00.000Z";
const onlyV1 = "weights: { v1: 100, v2: 0 }";

/** So many ready pods of v1 and v2. */
function pods(v1: number, v2 = 0): ClusterEndpoints {
  const addresses = (count: number, from: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => `10.0.${from}.${index}:80`);
  const podsOf = { v1: addresses(v1, 1), v2: addresses(v2, 2) };
  return { podsOf, anyPods: [...podsOf.v1, ...podsOf.v2], gateways: [] };
}

interface Case {
  readonly route?: string;
  readonly cluster?: string;
  readonly actual?: DrainFacts["actual"];
  readonly selector?: DrainFacts["selector"] | "none";
  readonly before?: readonly Drain[];
  readonly force?: boolean;
}

const everywhere = { west: pods(3), east: pods(1, 1), north: pods(1) };

function decide(decision: typeof decideDrain, one: Case): DrainDecision {
  const mesh = threeClusters(one.route ?? onlyV1);
  const cluster = clusterNamed(mesh, one.cluster ?? "east");
  const selector = one.selector === "none" ? undefined : (one.selector ?? { app: "shop" });
  const facts = [{ service: shopOf(mesh), actual: one.actual ?? everywhere, selector }];
  return decision({ mesh, cluster, before: one.before ?? [], force: one.force ?? false, now }, facts);
}

function said({ refusals, warnings }: DrainDecision): readonly string[] {
  return [...refusals, ...warnings].map(({ severity, code }) => `${severity} ${code}`);
}

describe("a drain", () => {
  it("goes to a cluster of the same region first, then to the one with the most pods", () => {
    const [drain] = decide(decideDrain, {}).drains;
    expect(drain).toEqual({ ...drainOf("east", "callers"), since: now, at: now, versions: { v1: "north" } });
    expect(decide(decideDrain, { actual: { ...everywhere, north: pods(0) } }).drains[0]?.instead).toBe("west");
    expect(decide(decideDrain, { cluster: "west" }).drains[0]?.instead).toBe("east");
  });

  it("keeps when it began and how far it is when it is asked for again", () => {
    const before = [drainOf("east", "all")];
    expect(decide(decideDrain, { before }).drains).toMatchObject([{ ...drainOf("east", "all"), at: now }]);
  });

  it("leads elsewhere what went to a cluster that is drained now", () => {
    const { drains } = decide(decideDrain, { cluster: "north", before: [drainOf("east", "all")] });
    expect(drains.map(({ cluster, instead }) => `${cluster} ${instead}`)).toEqual(["east west", "north west"]);
  });

  it.each<[string, Case, readonly string[]]>([
    ["every version has ready pods elsewhere", {}, []],
    ["nothing is ready elsewhere", { actual: { ...everywhere, west: pods(0), north: pods(0) } }, ["error ISM602"]],
    ["no other cluster answers", { actual: { east: pods(1) } }, ["error ISM602"]],
    ["all others are drained", { before: [drainOf("west", "all"), drainOf("north", "all")] }, ["error ISM602"]],
    ["a version with weight runs there only", { route: "weights: { v1: 70, v2: 30 }" }, ["error ISM603"]],
    [
      "a version with weight has no ready pod elsewhere, though it should",
      { actual: { west: pods(0, 1), east: pods(1), north: pods(0) } },
      ["error ISM602"],
    ],
    ["nothing says which pods are the service's", { selector: "none" }, ["error ISM601"]],
    ["its Service selects nothing", { selector: {} }, ["error ISM601"]],
  ])("is judged by what answers instead: %s", (_, one, expected) => {
    const decision = decide(decideDrain, one);
    expect(said(decision)).toEqual(expected);
    if (expected.length > 0) {
      expect(decision.services).toEqual([]);
    }
  });

  it("names the routes that lose a version, and their share", () => {
    const [refusal] = decide(decideDrain, { route: "weights: { v1: 70, v2: 30 }" }).refusals;
    expect(refusal?.detail).toContain("route shop loses v2 (30 %)");
  });

  it("takes the version out with force, and leaves in traffic what nothing else answers", () => {
    const lost = decide(decideDrain, { route: "weights: { v1: 70, v2: 30 }", force: true });
    expect([said(lost), lost.services.length]).toEqual([["warning ISM603"], 1]);
    const last = decide(decideDrain, { actual: { east: pods(1) }, force: true });
    expect([said(last), last.services, last.drains]).toEqual([["warning ISM602"], [], []]);
  });

  it("chooses for each version a cluster that has ready pods of it", () => {
    const [drain] = decide(decideDrain, { actual: { west: pods(5), east: pods(1), north: pods(0, 9) } }).drains;
    expect([drain?.instead, drain?.versions]).toEqual(["north", { v1: "west" }]);
  });

  it("leaves a route where it is that would keep no version, also with force", () => {
    const last = decide(decideDrain, { route: "weights: { v1: 0, v2: 100 }", force: true });
    expect([said(last), last.services]).toEqual([["warning ISM602"], []]);
  });

  it("leaves a service where it is that the mesh file keeps in its cluster", () => {
    const mesh = threeClusters(onlyV1);
    const service = { ...shopOf(mesh), exported: false };
    const question = { mesh, cluster: clusterNamed(mesh, "east"), before: [], force: false, now };
    const { refusals } = decideDrain(question, [{ service, actual: everywhere, selector: { app: "shop" } }]);
    expect(refusals.map(({ code, detail }) => `${code} ${detail}`)).toEqual([
      expect.stringMatching(/^ISM602 .*export: false/),
    ]);
  });

  it("passes over a service that does not run there", () => {
    const mesh = threeClusters(onlyV1);
    const shop = shopOf(mesh);
    const service = { ...shop, versions: shop.versions.map((one) => ({ ...one, clusters: ["west"] })) };
    const question = { mesh, cluster: clusterNamed(mesh, "east"), before: [], force: false, now };
    const facts = [{ service, actual: { west: pods(1), east: pods(0), north: pods(0) }, selector: { app: "shop" } }];
    expect(decideDrain(question, facts)).toEqual({ drains: [], services: [], refusals: [], warnings: [] });
  });
});

describe("an undrain", () => {
  const before = [drainOf("east", "all"), drainOf("west", "all")];

  it("ends the drain of that cluster and no other", () => {
    const { drains, services } = decide(decideUndrain, { before });
    expect([drains, services.length]).toEqual([
      [{ ...drainOf("east", "all"), stage: "ended", at: now }, drainOf("west", "all")],
      1,
    ]);
  });

  it("changes nothing where nothing is drained", () => {
    expect(decide(decideUndrain, {}).services).toEqual([]);
  });

  it.each<[string, Case, readonly string[]]>([
    ["its pods are ready", { route: "weights: { v1: 70, v2: 30 }" }, []],
    ["none is", { route: "weights: { v1: 70, v2: 30 }", actual: { ...everywhere, east: pods(1) } }, ["error ISM604"]],
    [
      "none is, and it is forced",
      { route: "weights: { v1: 70, v2: 30 }", actual: { ...everywhere, east: pods(1) }, force: true },
      ["warning ISM604"],
    ],
    ["none is, and it has no weight", { actual: { ...everywhere, east: pods(1) } }, []],
  ])("gives a version that runs there only its weight back when %s", (_, one, expected) => {
    expect(said(decide(decideUndrain, { ...one, before: [drainOf("east", "all")] }))).toEqual(expected);
  });
});
