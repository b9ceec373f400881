import { describe, expect, it } from "vitest";
import { idOf, keyOf } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { needsCni, podSecurityLabels, podSecurityValues, renderPodSecurityPolicies } from "./pod-security.ts";

type Level = "privileged" | "baseline" | "restricted";

function mesh(podSecurity: Level | undefined, version: string): Mesh {
  const hardening = { networkPolicies: false as const, ...(podSecurity === undefined ? {} : { podSecurity }) };
  return { ...twoClusters, hardening, istio: { ...twoClusters.istio, version } };
}

describe("pod security", () => {
  it("is nothing where the mesh says nothing", () => {
    const silent = mesh(undefined, "1.31.0");
    expect(podSecurityLabels(silent)).toEqual({});
    expect(podSecurityValues(silent)).toEqual({});
    expect(renderPodSecurityPolicies(mesh(undefined, "1.12.0"))).toEqual([]);
  });

  it.each(["privileged", "baseline", "restricted"] as const)(
    "%s is a namespace's label on today's Kubernetes",
    (level) => {
      expect(podSecurityLabels(mesh(level, "1.31.0"))["pod-security.kubernetes.io/enforce"]).toBe(level);
      expect(renderPodSecurityPolicies(mesh(level, "1.31.0"))).toEqual([]);
    },
  );

  it("takes istio-cni where pods may not set up their own redirection", () => {
    expect(needsCni(mesh("privileged", "1.31.0"))).toBe(false);
    expect(podSecurityValues(mesh("baseline", "1.31.0"))).toEqual({ pilot: { cni: { enabled: true } } });
    expect(podSecurityValues(mesh("restricted", "1.31.0"))).toMatchObject({
      global: { proxy: { seccompProfile: { type: "RuntimeDefault" } } },
    });
    expect(podSecurityValues(mesh("restricted", "1.12.0"))).toEqual({ istio_cni: { enabled: true } });
  });

  it("is policies on a Kubernetes that has them: for istio-cni, or for sidecars in every namespace of the mesh", () => {
    const keys = (level: Level): readonly string[] =>
      renderPodSecurityPolicies(mesh(level, "1.12.0")).map((object) => keyOf(idOf(object)));
    expect(keys("restricted")).toEqual([
      "PodSecurityPolicy.policy/isthmus-istio-cni",
      "ClusterRole.rbac.authorization.k8s.io/isthmus-istio-cni",
      "RoleBinding.rbac.authorization.k8s.io/kube-system/isthmus-istio-cni",
    ]);
    expect(keys("privileged")).toEqual([
      "PodSecurityPolicy.policy/isthmus-istio-init",
      "ClusterRole.rbac.authorization.k8s.io/isthmus-istio-init",
      "RoleBinding.rbac.authorization.k8s.io/istio-system/isthmus-istio-init",
      "RoleBinding.rbac.authorization.k8s.io/sample/isthmus-istio-init",
    ]);
  });
});
