import { expect, it } from "vitest";
import type { Mesh } from "../../model/mesh.ts";
import { shopWithFailover } from "../../testing/failover-facts.ts";
import type { MeshFacts } from "../facts.ts";
import { failover } from "./failover.ts";

const regions = [{ from: "west", to: "east" }];
const mixed = shopWithFailover({ regions }, { priority: 0 });

function withClusters(change: (cluster: Mesh["clusters"][number]) => Mesh["clusters"][number]): MeshFacts {
  return { ...mixed, mesh: { ...mixed.mesh, clusters: mixed.mesh.clusters.map(change) } };
}

it("offers an apply where regions are known and no order is in the proxies", () => {
  const [found] = failover.run(mixed);
  expect(found).toMatchObject({ code: "ISM543", commands: [expect.stringContaining("apply")] });
});

it("asks for regions first where failover goes by them and a cluster has none: an apply would change nothing", () => {
  const findings = failover.run(withClusters(({ region: _, ...cluster }) => cluster));
  expect(findings).toHaveLength(1);
  expect(findings[0]?.commands ?? []).toEqual([]);
  expect(findings[0]?.fix).toMatch(/^failover\.regions goes by regions, and east and west have none:/);
});

it("offers the apply to clusters without regions where failover goes by networks", () => {
  const byNetwork = shopWithFailover({}, { priority: 0 });
  const clusters = byNetwork.mesh.clusters.map(({ region: _, ...cluster }) => cluster);
  const [found] = failover.run({ ...byNetwork, mesh: { ...byNetwork.mesh, clusters } });
  expect(found?.commands).toEqual([expect.stringContaining("apply")]);
});
