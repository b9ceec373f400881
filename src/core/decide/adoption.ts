import type { KubeObject } from "../model/kube-object.ts";
import { meshLabel, ownFieldManager } from "../render/names.ts";
import type { DecisionRule } from "./first-verdict.ts";
import { firstVerdict } from "./first-verdict.ts";

/**
 * What may be taken over of what isthmus did not make, in the manner of
 * cli-utils' inventory policies (sigs.k8s.io/cli-utils, pkg/inventory/policy.go:
 * MustMatch, AdoptIfNoInventory, AdoptAll).
 */
export const adoptionPolicies = ["never", "unowned", "all"] as const;
export type AdoptionPolicy = (typeof adoptionPolicies)[number];

/** What holds where nobody says otherwise: what no other tool claims may become the mesh's. */
export const defaultAdoption = "unowned" satisfies AdoptionPolicy;

/** What is known of an object that the mesh asks for and that is there already. */
export interface AdoptionFacts {
  readonly policy: AdoptionPolicy;
  /** The mesh that asks for it. */
  readonly mesh: string;
  /** True when it is in the mesh's inventory of that cluster. */
  readonly listed: boolean;
  readonly wanted: KubeObject;
  readonly live: KubeObject;
}

/** `ours` = there is nothing to adopt. The reason is a clause about the object: `Helm's release istiod made it`. */
export interface AdoptionVerdict {
  readonly action: "ours" | "adopt" | "refuse";
  readonly reason: string;
}

const chain: readonly DecisionRule<AdoptionFacts, AdoptionVerdict>[] = [
  keepListed, // make sure that what was adopted once is not asked about again
  keepWritten, // make sure that an apply goes on where an inventory was lost
  adoptWhenAll, // make sure that a move from another tool is possible
  refuseOtherMesh, // make sure that two meshes take no object from each other, nor a namespace, unless everything is asked for
  refuseWhenNever, // make sure that `never` means every object
  adoptNamespace, // make sure that a namespace can be shared: only labels and annotations of it are ours
  refuseOwned, // make sure that no object is taken from the one that it hangs on
  refuseReconciled, // make sure that nobody sets back what we set
  adoptOwnExport, // make sure that a mesh built from an export by hand can be gone on with
  refuseManagedBy, // make sure that a tool which only leaves its name is respected as well
  refuseApplied, // make sure that no declared wish of somebody else is overruled
  () => ({ action: "adopt", reason: "no other tool claims it" }),
];

/** Whether an object that is there already becomes the mesh's. The first rule that applies decides. */
export function decideAdoption(facts: AdoptionFacts): AdoptionVerdict {
  return firstVerdict(chain, facts);
}

/** The field managers of an object's wishes besides isthmus, each once, in the API server's order. */
export function foreignManagers(live: KubeObject, operation?: "Apply"): readonly string[] {
  const names = entriesOf(live)
    .filter((entry) => (entry.subresource ?? "") === "" && (operation === undefined || entry.operation === operation))
    .map((entry) => entry.manager ?? "");
  return [...new Set(names)].filter((name) => name !== "" && name !== ownFieldManager);
}

/** The field managers that own the field at `path` (`f:metadata`, `f:labels`, …), of an empty path all; subresources aside, each once. */
export function managersOf(live: KubeObject, path: readonly string[]): readonly string[] {
  const owns = (fields: unknown): boolean =>
    path.reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>> | undefined)?.[key], fields) !==
    undefined;
  const names = entriesOf(live)
    .filter((entry) => (entry.subresource ?? "") === "" && (path.length === 0 || owns(entry.fieldsV1)))
    .map((entry) => entry.manager ?? "");
  return [...new Set(names)].filter((name) => name !== "");
}

function keepListed({ listed }: AdoptionFacts): AdoptionVerdict | undefined {
  return listed ? { action: "ours", reason: "the inventory lists it" } : undefined;
}

function keepWritten({ live, mesh }: AdoptionFacts): AdoptionVerdict | undefined {
  const written = entriesOf(live).some((entry) => entry.manager === ownFieldManager && entry.operation === "Apply");
  return written && (meshOf(live) ?? mesh) === mesh ? { action: "ours", reason: "isthmus has applied it" } : undefined;
}

function adoptWhenAll({ policy }: AdoptionFacts): AdoptionVerdict | undefined {
  return policy === "all" ? { action: "adopt", reason: "everything is to be adopted" } : undefined;
}

function refuseOtherMesh({ live, mesh }: AdoptionFacts): AdoptionVerdict | undefined {
  const other = meshOf(live);
  return other !== undefined && other !== mesh
    ? { action: "refuse", reason: `it belongs to mesh ${other} (label ${meshLabel})` }
    : undefined;
}

function refuseWhenNever({ policy, live }: AdoptionFacts): AdoptionVerdict | undefined {
  if (policy !== "never") {
    return undefined;
  }
  const managers = foreignManagers(live);
  return {
    action: "refuse",
    reason: managers.length === 0 ? "it was there before" : `written by ${managers.join(", ")}`,
  };
}

function adoptNamespace({ live }: AdoptionFacts): AdoptionVerdict | undefined {
  return live.kind === "Namespace" && live.apiVersion === "v1"
    ? { action: "adopt", reason: "a namespace is shared" }
    : undefined;
}

function refuseOwned({ live }: AdoptionFacts): AdoptionVerdict | undefined {
  const references = (live.metadata["ownerReferences"] ?? []) as readonly {
    readonly kind?: string;
    readonly name?: string;
  }[];
  const [owner] = references;
  return owner === undefined
    ? undefined
    : { action: "refuse", reason: `${owner.kind ?? ""} ${owner.name ?? ""} owns it (ownerReferences)` };
}

/** What tools that come back on their own leave on their objects, and how they are called. */
const marks: readonly { readonly at: "labels" | "annotations"; readonly key: string; readonly tool: string }[] = [
  // helm.sh/helm, pkg/action/validate.go
  { at: "annotations", key: "meta.helm.sh/release-name", tool: "Helm's release" },
  // https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
  { at: "annotations", key: "argocd.argoproj.io/tracking-id", tool: "Argo CD's" },
  // fluxcd/kustomize-controller and fluxcd/helm-controller, the labels of their inventories
  { at: "labels", key: "kustomize.toolkit.fluxcd.io/name", tool: "Flux' Kustomization" },
  { at: "labels", key: "helm.toolkit.fluxcd.io/name", tool: "Flux' HelmRelease" },
  // carvel-dev/kapp, docs: kapp.k14s.io/app
  { at: "labels", key: "kapp.k14s.io/app", tool: "kapp's app" },
  // sigs.k8s.io/cli-utils, pkg/inventory/policy.go
  { at: "annotations", key: "config.k8s.io/owning-inventory", tool: "the inventory" },
];

/** The tool that has made an object and comes back to it on its own, by the mark that it leaves: `Argo CD's prod`. */
export function reconcilerOf(live: KubeObject): string | undefined {
  for (const { at, key, tool } of marks) {
    const value = live.metadata[at]?.[key];
    if (value !== undefined) {
      return `${tool} ${value}`;
    }
  }
  return undefined;
}

function refuseReconciled({ live }: AdoptionFacts): AdoptionVerdict | undefined {
  const tool = reconcilerOf(live);
  return tool === undefined ? undefined : { action: "refuse", reason: `${tool} has made it` };
}

function adoptOwnExport({ live, mesh }: AdoptionFacts): AdoptionVerdict | undefined {
  return meshOf(live) === mesh ? { action: "adopt", reason: "it was made for this mesh" } : undefined;
}

/** Istio's own charts carry this label, also where nothing but isthmus applies them: the same value as ours claims nothing. */
function refuseManagedBy({ live, wanted }: AdoptionFacts): AdoptionVerdict | undefined {
  const key = "app.kubernetes.io/managed-by";
  const tool = live.metadata.labels?.[key];
  return tool !== undefined && tool !== wanted.metadata.labels?.[key]
    ? { action: "refuse", reason: `it is managed by ${tool} (label ${key})` }
    : undefined;
}

/** `kubectl apply --server-side` is somebody's hand, as `kubectl create` is: nothing comes back by itself to apply again. */
function refuseApplied({ live }: AdoptionFacts): AdoptionVerdict | undefined {
  const managers = foreignManagers(live, "Apply").filter((manager) => manager !== "kubectl");
  return managers.length === 0 ? undefined : { action: "refuse", reason: `applied by ${managers.join(", ")}` };
}

function meshOf(live: KubeObject): string | undefined {
  return live.metadata.labels?.[meshLabel];
}

interface Entry {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  /** Who owns what, as Kubernetes' FieldsV1 has it. */
  readonly fieldsV1?: unknown;
}

function entriesOf(live: KubeObject): readonly Entry[] {
  return (live.metadata["managedFields"] ?? []) as readonly Entry[];
}
