import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { healthyShop } from "../testing/faults/shop.ts";
import { withCluster } from "../testing/healthy-facts.ts";
import { meshFaults } from "../testing/mesh-faults.ts";
import type { Finding } from "./check.ts";
import type { MeshFacts, ReachedCluster, UnreadPart } from "./facts.ts";
import { checks } from "./list.ts";
import { runChecks } from "./run-checks.ts";
import { judge } from "./unread.ts";
import { blankParts } from "./blank-parts.ts";

const why = 'list nodes on east: nodes is forbidden: User "dev" cannot list resource "nodes"';

/** An account that may not read a part of east, which is empty then. */
function unread(part: UnreadPart, blank: Partial<ReachedCluster>): MeshFacts {
  return withCluster("east", () => ({ ...blank, unread: [{ part, why }] }));
}

const noRouting = unread("routing", {
  routing: { gateways: [], destinationRules: [], virtualServices: [], writtenLast: [] },
});

describe("a part of a cluster that the account may not read", () => {
  it.each<readonly [UnreadPart, Partial<ReachedCluster>, string]>([
    ["nodes", { nodes: [] }, "access/nodes-ready"],
    ["remoteSecrets", { remoteSecrets: [] }, "credentials/remote-secrets"],
    ["namespaces", { namespaces: [] }, "network/namespace-label"],
    ["services", { services: [] }, "services/in-every-cluster"],
    ["gateways", { gateways: [] }, "gateways/ready"],
  ])("makes no finding, and is named where a check goes by it: %s", (part, blank, id) => {
    const { causes, results, complete, ok } = runChecks(unread(part, blank), { pre: false });
    expect(causes.filter((one) => one.cluster === "east" || one.remote === "east")).toEqual([]);
    expect([ok, complete]).toEqual([true, false]);
    const [found] = results.filter((one) => one.id === id);
    expect(found).toMatchObject({ state: "unknown", unseen: [expect.stringContaining(`of east: ${why}`)] });
  });

  it("leaves alone what does not go by it", () => {
    const { results } = runChecks(noRouting, { pre: false });
    const states = new Map(results.map(({ id, state }) => [id, state]));
    expect([states.get("routes/subsets"), states.get("routes/weights")]).toEqual(["unknown", "unknown"]);
    expect([states.get("trust/same-root"), states.get("gateways/ready")]).toEqual(["ok", "ok"]);
  });

  it("is not told of another cluster that was asked for", () => {
    expect(runChecks(noRouting, { pre: false, cluster: "west" }).complete).toBe(true);
    expect(runChecks(noRouting, { pre: false, cluster: "east" }).complete).toBe(false);
  });
});

it("does not count what is unseen of another cluster than the one that was asked for", () => {
  const silent = withCluster("east", (one) => ({
    gateways: one.gateways.map((gateway) => ({
      ...gateway,
      pods: gateway.pods.map((pod) => ({ ...pod, problem: "no answer within 10 s" })),
    })),
  }));
  const unseenWith = (cluster: string | undefined): readonly string[] =>
    runChecks(silent, { pre: false, ...(cluster === undefined ? {} : { cluster }) }).results.flatMap(
      ({ unseen = [] }) => unseen,
    );
  expect(unseenWith(undefined).length).toBeGreaterThan(0);
  expect(unseenWith("east")).toEqual(unseenWith(undefined));
  expect(unseenWith("west")).toEqual([]);
});

const parts = Object.keys(blankParts) as readonly UnreadPart[];

function changed(facts: MeshFacts, name: string, change: Partial<Record<keyof ReachedCluster, unknown>>): MeshFacts {
  return {
    ...facts,
    clusters: facts.clusters.map((one) =>
      one.kind === "reached" && one.cluster === name ? ({ ...one, ...change } as ReachedCluster) : one,
    ),
  };
}

/** These parts of a cluster in another mesh. */
function partsIn(facts: MeshFacts, name: string, wanted: readonly UnreadPart[]): Partial<ReachedCluster> | undefined {
  const one = facts.clusters.find(({ cluster }) => cluster === name);
  return one?.kind === "reached" ? Object.fromEntries(wanted.map((part) => [part, one[part]])) : undefined;
}

/** What must not depend on what was not read; words may name fewer things. */
function says({ code, cluster, remote, object, fix, commands }: Finding): string {
  return JSON.stringify({ code, cluster, remote, object, fix, commands });
}

const meshes = new Map([
  ["healthy", healthyShop()],
  ...meshFaults.map((fault) => [fault.name, fault.happens(healthyShop())] as const),
]);
const anyMesh = fc.constantFrom(...meshes.keys());

function meshOf(name: string): MeshFacts {
  return meshes.get(name) ?? healthyShop();
}

it("says the same as whoever may read everything, whatever the unread parts really hold", () => {
  const kept = new Set<string>();
  fc.assert(
    fc.property(
      anyMesh,
      anyMesh,
      fc.constantFrom(...healthyShop().clusters.map(({ cluster }) => cluster)),
      fc.uniqueArray(fc.constantFrom(...parts), { minLength: 1, maxLength: 4 }),
      (name, other, cluster, dark) => {
        const facts = meshOf(name);
        const real = partsIn(meshOf(other), cluster, dark);
        fc.pre(real !== undefined);
        const seen = changed(facts, cluster, {
          ...Object.fromEntries(dark.map((part) => [part, blankParts[part]])),
          unread: dark.map((part) => ({ part, why })),
        });
        for (const check of checks) {
          const all = new Set(check.run(changed(facts, cluster, real)).map(says));
          for (const finding of judge(check, seen, undefined).findings) {
            expect(all).toContain(says(finding));
            kept.add(finding.code);
          }
        }
      },
    ),
    { numRuns: 200, seed: 11 },
  );
  expect(kept.size).toBeGreaterThan(30);
});

it.each<readonly [string, readonly UnreadPart[], string]>([
  ["west-token-is-refused", ["istiod", "gateways"], "ISM432"],
  ["west-token-has-ended", ["istiod", "nodes"], "ISM435"],
  ["west-has-no-remote-secret", ["istiod", "remoteSecrets"], "ISM430"],
  ["west-is-not-synced", ["istiod"], "ISM436"],
  ["west-keeps-old-endpoints", ["istiod", "pods"], "ISM439"],
  ["east-orders-has-no-ready-pod", ["pods", "routing", "hindered"], "ISM441"],
  ["east-istiod-has-another-name", ["gateways"], "ISM421"],
  ["east-image-is-not-there", ["nodes", "pods"], "ISM597"],
  ["east-gateway-service-was-edited", ["services", "gateways", "istiod"], "ISM454"],
  ["weights-were-not-applied", ["services", "gateways", "istiod", "routing"], "ISM456"],
])("keeps what other parts prove: %s without %j", (name, dark, code) => {
  const facts = changed(meshOf(name), "east", {
    ...Object.fromEntries(dark.map((part) => [part, blankParts[part]])),
    unread: dark.map((part) => ({ part, why })),
  });
  const { causes, complete } = runChecks(facts, { pre: false });
  expect(causes.map((one) => one.code)).toContain(code);
  expect(complete).toBe(false);
});
