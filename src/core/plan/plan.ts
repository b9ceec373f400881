import type { CertificateVerdict } from "../decide/certificate-renewal.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { NamesPlan } from "../front-door/names-plan.ts";
import { changedNames } from "../front-door/names-plan.ts";
import type { PolicyChange } from "../netpol/policy-change.ts";
import type { KubeObject, ObjectId } from "../model/kube-object.ts";
import type { KnownAfterApply } from "../render/known-after-apply.ts";
import type { Phase, Wave } from "../render/waves.ts";
import type { AddedField } from "./added-fields.ts";
import type { FieldChange } from "./diff.ts";
import type { Inventory, InventoryItem } from "./inventory.ts";
import type { PendingDeletion } from "./pending-deletion.ts";

/** What an apply would do with one object. */
export interface PlannedObject {
  readonly action: "create" | "update" | "none";
  readonly phase: Phase;
  readonly wave: Wave;
  readonly id: ObjectId;
  /** What is sent when it is applied, already without the fields that Istio has taken over. */
  readonly object: KubeObject;
  /** The object before the apply; undefined where it is not there. */
  readonly live: KubeObject | undefined;
  /** The fields that change; empty for `create` and `none`. */
  readonly fields: readonly FieldChange[];
  /** What others have added, which an apply leaves; absent where that is nothing. */
  readonly added?: readonly AddedField[];
  /** True for a `create` of what an earlier apply has left there: somebody deleted it. */
  readonly deleted?: boolean;
  /** Set where somebody has deleted it and it is not gone yet: what is written to it goes with it. */
  readonly deletion?: PendingDeletion;
  /** True for what was there before isthmus and becomes the mesh's by the apply; `remove` will leave it. */
  readonly adopted?: boolean;
  /** Where in services' manifests the object was merged with another one (`orders.yaml:1:1`); absent where it was not. */
  readonly mergedFrom?: readonly string[];
  /** What the content waits for, when it is completed during the apply. */
  readonly knownAfterApply?: KnownAfterApply;
}

/** An object that `--continue` leaves as it is, since its API server or its owner refuses what the mesh file asks for. */
export interface RefusedObject {
  readonly id: ObjectId;
  readonly wave: Wave;
  /** Why, as an error. */
  readonly diagnostic: Diagnostic;
}

/** A write that would change nothing, tried by a dry-run, and that the API server refuses all the same. */
export interface RefusedWrite {
  readonly id: ObjectId;
  /** Set where a pod of this workload was tried, and not a write of the object itself. */
  readonly pod?: true;
  /** The API server's words. */
  readonly says: string;
}

/** What dry-runs of writes that would change nothing have shown, beside refusals. */
export interface TriedWrites {
  /** Namespaces in which a pod was tried and let in, or refused. */
  readonly pods: readonly string[];
  /** Of which nothing is known: `VirtualService in sample`, and why. */
  readonly unknown: readonly { readonly write: string; readonly reason: string }[];
}

/** A workload of which a new pod, by a dry-run, has no sidecar, though it does not refuse one. */
export interface BareTrial {
  readonly id: ObjectId;
  /** True where the pod refuses one as it was let in, which its template does not. */
  readonly refusal?: true;
}

/** The plan for one cluster. An unreachable one has its reason and nothing else. */
export type ClusterPlan =
  | {
      readonly kind: "planned";
      readonly cluster: string;
      readonly objects: readonly PlannedObject[];
      /** Owned objects that the mesh file no longer asks for, in the order of deletion. */
      readonly prune: readonly InventoryItem[];
      readonly inventory: Inventory;
      /** The names that the inventory is to record; absent where it goes on with those that it has. */
      readonly names?: readonly string[];
      /** False while the ConfigMap of the inventory is not there or lists other objects. */
      readonly inventoryCurrent: boolean;
      /** What is left as it is; absent without `--continue`, where a refusal ends the plan. */
      readonly refused?: readonly RefusedObject[];
      /** What its NetworkPolicies open and close for the pods that are there, before anything is pruned; `unread` where pods may not be listed, absent where it writes none. */
      readonly connections?: PolicyChange | "unread";
      /** The same with those that are pruned taken away as well; absent where none is. */
      readonly connectionsPruned?: PolicyChange | "unread";
      /** What of an Istio that somebody else has installed stays as it is (`installedParts`); absent where isthmus installs it. */
      readonly theirs?: readonly string[];
      /** What the API server refuses of writes that were tried; absent where that is nothing, or none were. */
      readonly refusedWrites?: readonly RefusedWrite[];
      /** Of which a new pod was let in without a sidecar; absent where that is nothing, or none were tried. */
      readonly bareTrials?: readonly BareTrial[];
      /** Absent where none were tried. */
      readonly triedWrites?: TriedWrites;
    }
  | { readonly kind: "unreachable"; readonly cluster: string; readonly diagnostic: Diagnostic };

/** What an apply does about a certificate that isthmus orders: nothing, one order, or what one cluster holds into all. */
export interface PlannedCertificate {
  readonly name: string;
  readonly secretName: string;
  readonly issuer: string;
  readonly names: readonly string[];
  readonly action: CertificateVerdict["action"];
  /** A clause: `no cluster that answers holds one`. */
  readonly reason: string;
  /** When the one that clusters hold is renewed, milliseconds since the epoch; absent where they hold none that fits. */
  readonly renewAt?: number;
}

export interface Plan {
  readonly mesh: string;
  readonly clusters: readonly ClusterPlan[];
  /** Absent where isthmus orders none. */
  readonly certificates?: readonly PlannedCertificate[];
  /** Clusters of the mesh file outside the scope (`--cluster`): read, and not written to. Absent when there are none. */
  readonly outOfScope?: readonly string[];
  /** The names that isthmus publishes, by the addresses that ingress gateways have now; absent where there are none. */
  readonly names?: NamesPlan;
}

export interface PlanSummary {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly unchanged: number;
  /** Of those to change and those unchanged: what isthmus has not made and takes over. */
  readonly adopt: number;
}

/** Counts over all clusters. Deletions count only with `prune`, since only then they happen. */
export function summarisePlan(plan: Plan, options: { readonly prune: boolean }): PlanSummary {
  const summary = { create: 0, update: 0, delete: 0, unchanged: 0, adopt: 0 };
  for (const cluster of plan.clusters) {
    if (cluster.kind === "unreachable") {
      continue;
    }
    for (const object of cluster.objects) {
      const counter = object.action === "none" ? "unchanged" : object.action;
      summary[counter] += 1;
      summary.adopt += object.adopted === true ? 1 : 0;
    }
    summary.delete += options.prune ? cluster.prune.length : 0;
  }
  return summary;
}

/** What the plan leaves as it is on all clusters, by cluster. */
export function refusedOf(plan: Plan): readonly (RefusedObject & { readonly cluster: string })[] {
  return plan.clusters.flatMap((one) =>
    one.kind === "planned" ? (one.refused ?? []).map((refused) => ({ ...refused, cluster: one.cluster })) : [],
  );
}

/** True when an apply of the plan would change anything, on a cluster or in DNS. */
export function hasChanges(plan: Plan, options: { readonly prune: boolean }): boolean {
  const summary = summarisePlan(plan, options);
  return summary.create + summary.update + summary.delete > 0 || changedNames(plan.names, options).length > 0;
}
