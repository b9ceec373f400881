import type { ObjectId } from "../../core/model/kube-object.ts";
import { policyChange } from "../../core/netpol/policy-change.ts";
import type { InventoryItem } from "../../core/plan/inventory.ts";
import type { ClusterPlan, PlannedObject } from "../../core/plan/plan.ts";
import { unlessForbidden } from "../../kube/errors.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import { readPolicyWorld } from "../facts/read-policy-world.ts";

type PolicyEffect = Pick<Extract<ClusterPlan, { readonly kind: "planned" }>, "connections" | "connectionsPruned">;

/**
 * What the NetworkPolicies of a plan open and close for the pods that are
 * there, with and without those that `--prune` deletes; nothing where the plan
 * has none. Pods and policies of all namespaces are read for it, and an account
 * that may not do that is a value.
 */
export async function policyEffectOf(
  one: Connected,
  { objects, prune }: { readonly objects: readonly PlannedObject[]; readonly prune: readonly InventoryItem[] },
  signal: AbortSignal,
): Promise<PolicyEffect> {
  const written = objects
    .filter(({ action, id }) => action !== "none" && isNetworkPolicy(id))
    .map(({ object }) => object);
  // What was there before isthmus stays, without the fields that are its own.
  const deleted = prune.filter(({ created, id }) => created && isNetworkPolicy(id)).map(({ id }) => id);
  const [writes, deletes] = [written.length > 0, deleted.length > 0];
  if (!writes && !deletes) {
    return {};
  }
  return unlessForbidden<PolicyEffect>(
    async () => {
      const world = await readPolicyWorld(one.client, one.cluster, signal);
      return {
        ...(writes ? { connections: policyChange(world, written) } : {}),
        ...(deletes ? { connectionsPruned: policyChange(world, written, deleted) } : {}),
      };
    },
    () => ({
      ...(writes ? { connections: "unread" as const } : {}),
      ...(deletes ? { connectionsPruned: "unread" as const } : {}),
    }),
  );
}

function isNetworkPolicy({ group, kind }: ObjectId): boolean {
  return group === "networking.k8s.io" && kind === "NetworkPolicy";
}
