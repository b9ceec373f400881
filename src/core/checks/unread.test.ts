import { describe, expect, it } from "vitest";
import { withCluster } from "../testing/healthy-facts.ts";
import type { MeshFacts, ReachedCluster, UnreadPart } from "./facts.ts";
import { runChecks } from "./run-checks.ts";

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
