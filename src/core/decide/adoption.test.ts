import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json, KubeObject } from "../model/kube-object.ts";
import { adoptionPolicies, decideAdoption } from "./adoption.ts";

function object(metadata: Readonly<Record<string, Json>> = {}, kind = "ConfigMap"): KubeObject {
  return { apiVersion: "v1", kind, metadata: { name: "a", ...metadata } };
}

function by(manager: string, operation = "Update", more: Readonly<Record<string, Json>> = {}): Json {
  return { manager, operation, ...more };
}

const wanted = object({ labels: { "isthmus.dev/mesh": "prod", "app.kubernetes.io/managed-by": "Helm" } });
const claims: readonly (readonly [string, KubeObject])[] = [
  ["another mesh", object({ labels: { "isthmus.dev/mesh": "other" } })],
  [
    "another mesh, though isthmus applied it",
    object({ labels: { "isthmus.dev/mesh": "other" }, managedFields: [by("isthmus", "Apply")] }),
  ],
  ["another mesh, though it is a namespace", object({ labels: { "isthmus.dev/mesh": "other" } }, "Namespace")],
  ["its owner", object({ ownerReferences: [{ kind: "App", name: "theirs" }] })],
  ["Helm's release", object({ annotations: { "meta.helm.sh/release-name": "istiod" } })],
  ["Argo CD", object({ annotations: { "argocd.argoproj.io/tracking-id": "mesh:/ConfigMap:istio-system/a" } })],
  ["Flux", object({ labels: { "kustomize.toolkit.fluxcd.io/name": "mesh" } })],
  [
    "Flux, though it was made for this mesh",
    object({ labels: { "isthmus.dev/mesh": "prod", "helm.toolkit.fluxcd.io/name": "mesh" } }),
  ],
  ["kapp", object({ labels: { "kapp.k14s.io/app": "1" } })],
  ["another inventory", object({ annotations: { "config.k8s.io/owning-inventory": "x" } })],
  ["the tool of its label", object({ labels: { "app.kubernetes.io/managed-by": "terraform" } })],
  ["who applied it", object({ managedFields: [by("istio-operator", "Apply")] })],
];
const free: readonly (readonly [string, KubeObject])[] = [
  ["nobody", object()],
  ["somebody's hand", object({ managedFields: [by("kubectl-client-side-apply")] })],
  ["somebody's hand that applies", object({ managedFields: [by("kubectl", "Apply")] })],
  ["a status", object({ managedFields: [by("controller", "Apply", { subresource: "status" })] })],
  [
    "an export of this mesh",
    object({ labels: { "isthmus.dev/mesh": "prod" }, managedFields: [by("kubectl", "Apply")] }),
  ],
  ["a label that we set as well", object({ labels: { "app.kubernetes.io/managed-by": "Helm" } })],
  [
    "a namespace's many users",
    object({ annotations: { "meta.helm.sh/release-name": "x" }, managedFields: [by("helm", "Apply")] }, "Namespace"),
  ],
];

const facts = { mesh: "prod", listed: false, wanted };

describe("an object that is there already and that isthmus has not made", () => {
  it.each(claims)("is refused, and only adopted with all, when it is claimed by %s", (_name, live) => {
    const decide = (policy: (typeof adoptionPolicies)[number]): string =>
      decideAdoption({ ...facts, policy, live }).action;
    expect(adoptionPolicies.map(decide)).toEqual(["refuse", "refuse", "adopt"]);
  });

  it.each(free)("is adopted, and only refused with never, when it is claimed by %s", (_name, live) => {
    const decide = (policy: (typeof adoptionPolicies)[number]): string =>
      decideAdoption({ ...facts, policy, live }).action;
    expect(adoptionPolicies.map(decide)).toEqual(["refuse", "adopt", "adopt"]);
  });

  it("is told with who claims it", () => {
    const reasons = claims.map(([, live]) => decideAdoption({ ...facts, policy: "unowned", live }).reason);
    expect(reasons).toContain("it belongs to mesh other (label isthmus.dev/mesh)");
    expect(reasons).toContain("App theirs owns it (ownerReferences)");
    expect(reasons).toContain("Helm's release istiod has made it");
    expect(reasons).toContain("applied by istio-operator");
  });

  it("is told with who wrote it when nothing may be adopted", () => {
    const live = object({ managedFields: [by("kubectl-create"), by("kubectl-edit"), by("kubectl-create")] });
    expect(decideAdoption({ ...facts, policy: "never", live }).reason).toBe("written by kubectl-create, kubectl-edit");
  });
});

describe("an object of ours", () => {
  it("is ours by the inventory, whoever else claims it and whatever may be adopted", () => {
    fc.assert(
      fc.property(fc.constantFrom(...adoptionPolicies), fc.constantFrom(...claims, ...free), (policy, [, live]) => {
        expect(decideAdoption({ ...facts, listed: true, policy, live }).action).toBe("ours");
      }),
    );
  });

  it.each(adoptionPolicies)("is ours where isthmus applied it and the inventory was lost, with %s", (policy) => {
    const live = object({ managedFields: [by("isthmus", "Apply"), by("kubectl-edit")] });
    expect(decideAdoption({ ...facts, policy, live }).action).toBe("ours");
  });
});
