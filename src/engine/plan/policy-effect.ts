import type { PolicyChange } from "../../core/netpol/policy-change.ts";
import { policyChange } from "../../core/netpol/policy-change.ts";
import type { PlannedObject } from "../../core/plan/plan.ts";
import { unlessForbidden } from "../../kube/errors.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import { readPolicyWorld } from "../facts/read-policy-world.ts";

/**
 * What the NetworkPolicies of a plan open and close for the pods that are
 * there; undefined where the plan writes none. Pods and policies of all
 * namespaces are read for it, and an account that may not do that is a value.
 */
export async function policyEffectOf(
  one: Connected,
  objects: readonly PlannedObject[],
  signal: AbortSignal,
): Promise<PolicyChange | "unread" | undefined> {
  const written = objects.filter(({ action, id }) => action !== "none" && id.kind === "NetworkPolicy");
  if (written.length === 0) {
    return undefined;
  }
  return unlessForbidden<PolicyChange | "unread" | undefined>(
    async () => {
      const world = await readPolicyWorld(one.client, one.cluster, signal);
      return policyChange(
        world,
        written.map(({ object }) => object),
      );
    },
    () => "unread",
  );
}
