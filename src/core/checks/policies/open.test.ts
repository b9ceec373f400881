import { describe, expect, it } from "vitest";
import { healthyFacts, withCluster } from "../../testing/healthy-facts.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import type { NetworkPolicyFacts, NetworkRule } from "../policy-facts.ts";
import { runChecks } from "../run-checks.ts";
import { open } from "./open.ts";

const all = { matchLabels: {}, matchExpressions: [] };
const anything: readonly NetworkRule[] = [{ peers: [], ports: [] }];

/** Selects every pod of the namespace and opens everything. */
function policy(namespace: string, change: Partial<NetworkPolicyFacts> = {}): NetworkPolicyFacts {
  return {
    namespace,
    name: "p",
    podSelector: all,
    types: { ingress: true, egress: true },
    ingress: anything,
    egress: anything,
    own: true,
    ...change,
  };
}

/** Every pod of east is selected, and others have written what `changed` says of namespace sample. */
function withSample(...changed: readonly NetworkPolicyFacts[]): MeshFacts {
  return withCluster("east", (one: ReachedCluster) => ({
    networkPolicies: [
      ...[...new Set(one.pods.map(({ namespace }) => namespace))].map((namespace) => policy(namespace)),
      ...changed,
    ],
  }));
}

function foundIn(facts: MeshFacts): readonly string[] {
  return open.run(facts).flatMap(({ cluster, detail }) => (cluster === "east" ? [detail] : []));
}

describe("check --strict", () => {
  it("names the pods that no policy selects, by direction", () => {
    const found = open.run(healthyFacts()).map(({ detail }) => detail);
    expect(found).toHaveLength(4);
    expect(found[0]).toMatch(
      /^In west no NetworkPolicy selects .*istio-system\/istiod.* for whatever comes in: all of it is open\.$/,
    );
  });

  it("finds nothing where isthmus has written the policies", () => {
    expect(foundIn(withSample())).toEqual([]);
  });

  it("names rules of others that are for no connection of the mesh", () => {
    const debug: NetworkRule = { peers: [], ports: [{ protocol: "TCP", port: 9229 }] };
    const other = policy("sample", { name: "debug", own: false, ingress: [debug], egress: [] });
    expect(foundIn(withSample(other))).toEqual([
      "NetworkPolicy sample/debug of east opens more than connections of the mesh: its ingress rule 1 is for no connection of the mesh.",
    ]);
  });

  it("names rules of others that are wider than what uses them", () => {
    const other = policy("sample", { name: "wide", own: false, egress: [] });
    const [detail] = foundIn(withSample(other));
    expect(detail).toContain("its ingress rule 1 is for all ports, of which TCP ");
    expect(detail).toContain("its ingress rule 1 is for everybody, and pods of this cluster need it only");
  });

  it("leaves policies alone that select no pod of the mesh", () => {
    const other = policy("sample", { own: false, podSelector: { ...all, matchLabels: { app: "batch" } } });
    expect(foundIn(withSample(other))).toEqual([]);
  });

  it("is a check that only --strict asks for", () => {
    const strict = (asked: boolean): boolean =>
      runChecks(healthyFacts(), { pre: false, strict: asked }).results.some(({ id }) => id === open.id);
    expect([strict(true), strict(false)]).toEqual([true, false]);
  });
});
