import { describe, expect, it } from "vitest";
import { fleetFacts } from "../testing/fleet-facts.ts";
import type { GatewayFacts } from "./control-plane-facts.ts";
import type { MeshFacts, ReachedCluster } from "./facts.ts";
import { runChecks } from "./run-checks.ts";

/** The same value, which counts every property and item that is read of it. */
function counted<Value extends object>(value: Value): { readonly value: Value; readonly reads: () => number } {
  let reads = 0;
  const known = new WeakMap<object, object>();
  const wrap = (one: object): object => {
    const found =
      known.get(one) ??
      new Proxy(one, {
        get(target, key): unknown {
          reads += 1;
          const item: unknown = Reflect.get(target, key);
          return typeof item === "object" && item !== null ? wrap(item) : item;
        },
      });
    known.set(one, found);
    return found;
  };
  return { value: wrap(value) as Value, reads: () => reads };
}

function readsOf(facts: MeshFacts): number {
  const { value, reads } = counted(facts);
  runChecks(value, { pre: false });
  return reads();
}

/** How many reads there are for every three clusters: the third difference, which is nothing where all grows with pairs. */
function readsOfThree(factsOf: (count: number) => MeshFacts): number {
  const step = 3;
  const [a = 0, b = 0, c = 0, d = 0] = [1, 2, 3, 4].map((times) => readsOf(factsOf(times * step)));
  return (d - 3 * c + 3 * b - a) / step ** 3;
}

function withEvery(count: number, change: (one: ReachedCluster) => ReachedCluster): MeshFacts {
  const facts = fleetFacts(count);
  return { ...facts, clusters: facts.clusters.map((one) => (one.kind === "reached" ? change(one) : one)) };
}

function withPods(
  count: number,
  change: (pod: ReachedCluster["istiod"]["pods"][number]) => Partial<ReachedCluster["istiod"]["pods"][number]>,
): MeshFacts {
  return withEvery(count, (one) => ({
    ...one,
    istiod: { ...one.istiod, pods: one.istiod.pods.map((pod) => ({ ...pod, ...change(pod) })) },
  }));
}

function withoutLabel({ service, ...gateway }: GatewayFacts): GatewayFacts {
  if (service === undefined) {
    return gateway;
  }
  const { network: _network, ...unlabelled } = service;
  return { ...gateway, service: unlabelled };
}

describe("what the checks read of a fleet", () => {
  it("is of a fleet in which nothing is wrong, to begin with", () => {
    expect(runChecks(fleetFacts(4), { pre: false }).causes.map(({ detail }) => detail)).toEqual([]);
  });

  it.each<[what: string, factsOf: (count: number) => MeshFacts]>([
    ["all is well", fleetFacts],
    ["no istiod knows any gateway", (count) => withPods(count, () => ({ networkGateways: [] }))],
    ["no istiod is synced", (count) => withPods(count, () => ({ remotes: [] }))],
    ["no cluster has remote secrets", (count) => withEvery(count, (one) => ({ ...one, remoteSecrets: [] }))],
    [
      "no gateway is labelled, and istiods are told where they are",
      (count) => {
        const { clusters, ...facts } = withPods(count, ({ networkGateways }) => ({
          networkGateways: networkGateways.map((one) => ({ ...one, cluster: "" })),
        }));
        return {
          ...facts,
          clusters: clusters.map((one) =>
            one.kind === "reached" ? { ...one, gateways: one.gateways.map(withoutLabel) } : one,
          ),
        };
      },
    ],
  ])("grows with the pairs of clusters and no faster where %s", (_what, factsOf) => {
    expect(readsOfThree(factsOf)).toBeLessThan(0.1);
  });
});
