import { expect, it } from "vitest";
import { controlPlane, installation } from "../testing/installations.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { judgeClusterLocal } from "./installed-cluster-local.ts";

const [cluster] = twoClusters.clusters;
const host = "helloworld.sample.svc.cluster.local";

function judged(exported: boolean, hosts: readonly string[]) {
  const clusterLocal = hosts.map((one) => ({ host: one.replace(/^!/, ""), local: !one.startsWith("!") }));
  const mesh = { services: twoClusters.services.map((service) => ({ ...service, exported })) };
  const plane = controlPlane("west", { clusterLocal });
  const one = { cluster: cluster as NonNullable<typeof cluster>, context: "w", installed: installation("west") };
  return judgeClusterLocal(mesh, one, plane);
}

it("goes on where istiod keeps in its cluster what the mesh file does, by name or by wildcard", () => {
  expect(judged(true, [])).toEqual([]);
  expect(judged(true, ["other.sample.svc.cluster.local"])).toEqual([]);
  expect(judged(false, [host])).toEqual([]);
  expect(judged(false, ["*.sample.svc.cluster.local"])).toEqual([]);
});

it("goes by the closest name, so that an exception of a wildcard is one", () => {
  expect(judged(true, ["*", "!*.sample.svc.cluster.local"])).toEqual([]);
  expect(judged(true, ["*.sample.svc.cluster.local", `!${host}`])).toEqual([]);
  expect(judged(false, [`!${host}`, host])).toEqual([]);
});

it("gives the list for their tool, with what is in it already", () => {
  const [found] = judged(false, ["*.legacy.svc.cluster.local"]);
  expect(found).toMatchObject({ code: "ISM621", severity: "error", cluster: "west" });
  expect(found?.fix).toContain('- "*.legacy.svc.cluster.local"');
  expect(found?.fix).toContain(`- ${host}`);
  expect(found?.fix).toContain("helm upgrade istiod istio/istiod");
});

it("makes an exception for what istiod keeps in its cluster and the mesh file does not, and leaves the rest", () => {
  const [found] = judged(true, ["*"]);
  expect(found?.detail).toContain(`${host} has endpoints of its own cluster only`);
  expect(found?.fix).toMatch(
    /clusterLocal: true\n +hosts:\n +- "\*"\n[^]*clusterLocal: false\n +hosts:\n +- helloworld/,
  );
});
