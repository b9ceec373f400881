import { describe, expect, it } from "vitest";
import type { KubeObject, ObjectMeta } from "../model/kube-object.ts";
import { decideLabelled } from "./labelled.ts";

const label = { "f:metadata": { "f:labels": { "f:isthmus.dev/mesh": {} } } };
const spec = { "f:spec": { "f:replicas": {} } };

function object(
  kind: string,
  metadata: Partial<ObjectMeta> = {},
  managers: Readonly<Record<string, object>> = {},
): KubeObject {
  const managedFields = Object.entries(managers).map(([manager, fieldsV1]) => ({
    manager,
    operation: "Apply",
    fieldsV1,
  }));
  return {
    apiVersion: kind === "Namespace" || kind === "Endpoints" || kind === "ConfigMap" ? "v1" : "apps/v1",
    kind,
    metadata: {
      name: "one",
      labels: { "isthmus.dev/mesh": "prod" },
      ...(Object.keys(managers).length === 0 ? {} : { managedFields }),
      ...metadata,
    } as ObjectMeta,
  };
}

describe("an object with the mesh's label", () => {
  it.each([
    [
      "goes when kubectl applied it with the label",
      object("Deployment", {}, { kubectl: { ...label, ...spec } }),
      "delete",
    ],
    [
      "goes when somebody scaled it since",
      object("Deployment", {}, { kubectl: label, "kubectl-edit": spec }),
      "delete",
    ],
    ["goes when isthmus alone has written it", object("Deployment", {}, { isthmus: { ...label, ...spec } }), "delete"],
    [
      "goes when only controllers have written it beside isthmus",
      object("Deployment", {}, { isthmus: label, "kube-controller-manager": spec, "pilot-discovery": spec }),
      "delete",
    ],
    [
      "goes when isthmus has made it and its node has written what became of it, as a probe pod that was left",
      object("Pod", {}, { isthmus: { ...label, ...spec }, kubelet: { "f:status": {} } }),
      "delete",
    ],
    ["goes where the API server keeps no managers", object("Deployment"), "delete"],
    [
      "stays when it was there before isthmus labelled it",
      object("Deployment", {}, { isthmus: label, helm: spec }),
      "stay",
    ],
    [
      "stays with the mark of Argo CD",
      object("Deployment", { annotations: { "argocd.argoproj.io/tracking-id": "prod" } }, { argocd: label }),
      "refuse",
    ],
    [
      "stays with the mark of a Helm release",
      object("Deployment", { annotations: { "meta.helm.sh/release-name": "istio" } }),
      "refuse",
    ],
    [
      "goes with its owner",
      object("ReplicaSet", { ownerReferences: [{ kind: "Deployment", name: "one" }] }),
      "follows",
    ],
    ["goes with its Service", object("Endpoints", { namespace: "sample" }), "follows"],
    ["is bookkeeping", object("Lease", { namespace: "kube-system", name: "isthmus-prod" }), "follows"],
    [
      "is the inventory",
      object("ConfigMap", { namespace: "kube-system", labels: { "isthmus.dev/inventory": "true" } }),
      "follows",
    ],
    ["goes as a namespace of the export", object("Namespace", {}, { kubectl: label }), "delete"],
    [
      "stays as a namespace that somebody else has made",
      object("Namespace", {}, { kubectl: label, "kubectl-create": spec }),
      "stay",
    ],
  ] as const)("%s", (_, live, action) => {
    expect(decideLabelled({ live, adopted: false }).action).toBe(action);
  });

  it("stays where the inventory knows that it was there before and isthmus has set the label", () => {
    const live = object("Deployment", {}, { isthmus: label });
    expect(decideLabelled({ live, adopted: true })).toEqual({ action: "stay", reason: "it was there before" });
  });

  it("goes where it was made from an export before an apply adopted it", () => {
    const live = object("Deployment", {}, { kubectl: label, isthmus: label });
    expect(decideLabelled({ live, adopted: true }).action).toBe("delete");
  });
});
