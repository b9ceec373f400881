import { describe, expect, it } from "vitest";
import { twoClusters } from "../../../core/testing/two-clusters.ts";
import type { Connected } from "../../clusters/connect-clusters.ts";
import { findVersionProblems } from "./kubernetes-version.ts";

function judged(istio: string, kubernetes: string) {
  const mesh = { ...twoClusters, istio: { ...twoClusters.istio, version: istio } };
  const [cluster] = mesh.clusters;
  const connected = { cluster, facts: { kubernetesVersion: kubernetes } } as unknown as Connected;
  return findVersionProblems(mesh, [connected]);
}

describe("Istio on a cluster's Kubernetes", () => {
  it("is fine inside the supported range", () => {
    expect(judged("1.31.0", "v1.36.3")).toEqual([]);
  });

  it("is an error where it cannot be installed, with the nearest release that can", () => {
    const [old] = judged("1.31.0", "v1.30.4+rke2r1");
    expect(old?.severity).toBe("error");
    expect(old?.detail).toContain("it asks for Kubernetes 1.32 at least");
    expect(old?.fix).toContain("an Istio 1.29");
    const [young] = judged("1.12.0", "v1.36.3");
    expect(young?.severity).toBe("error");
    expect(young?.detail).toContain("Kubernetes 1.25 took away");
    expect(young?.fix).toContain("an Istio 1.15");
  });

  it("is a warning where nobody promises it", () => {
    const [warning] = judged("1.29.0", "v1.36.3");
    expect(warning?.severity).toBe("warning");
    expect(warning?.detail).toContain("Istio 1.29 supports 1.31 to 1.35");
  });
});
