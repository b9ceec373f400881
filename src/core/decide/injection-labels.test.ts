import { expect, it } from "vitest";
import type { InstalledIstio } from "../model/installed-istio.ts";
import { clusterNamed } from "../model/mesh.ts";
import { controlPlane, installation } from "../testing/installations.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { judgeInjection } from "./injection-labels.ts";

const labelled = { sample: { injection: "enabled" }, elsewhere: { injection: "enabled" } };
const west = { cluster: clusterNamed(twoClusters, "west"), context: "prod-west", injection: labelled };
const ofRevision = { ...twoClusters, istio: { ...twoClusters.istio, values: { revision: "canary" } } };

function existing(revision: string): InstalledIstio {
  return installation("west", { controlPlanes: [controlPlane("west", { revision })] });
}

it("lets the label be where the control plane has no revision", () => {
  expect(judgeInjection(twoClusters, west)).toEqual([]);
  expect(judgeInjection(twoClusters, { ...west, installed: existing("default") })).toEqual([]);
});

it("refuses it in a service's namespace where a revision injects, whoever installs it", () => {
  const found = [
    ...judgeInjection(ofRevision, west),
    ...judgeInjection(twoClusters, { ...west, installed: existing("canary") }),
  ];
  expect(found.map(({ code, object }) => [code, object?.name])).toEqual([
    ["ISM581", "sample"],
    ["ISM581", "sample"],
  ]);
  expect(found[0]?.fix).toContain("kubectl --context prod-west label namespace sample istio-injection-");
});

it("lets a namespace be that has no such label", () => {
  expect(judgeInjection(ofRevision, { ...west, injection: { sample: { revision: "canary" } } })).toEqual([]);
});
