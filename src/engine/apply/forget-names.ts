import {
  inventoryName,
  inventoryNamespace,
  parseInventory,
  renderInventory,
  withNames,
} from "../../core/plan/inventory.ts";
import { KubeError } from "../../kube/errors.ts";
import type { ClusterRun } from "./cluster-run.ts";

/**
 * Takes names that have left DNS off a cluster's record, which the work on the
 * cluster has written before. A cluster that does not take it keeps the name: the next
 * apply finds it without records, and takes it off then.
 */
export async function forgetNames(
  { one, plan }: Pick<ClusterRun, "one" | "plan">,
  gone: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { client, cluster } = one;
  const name = inventoryName(plan.inventory.mesh, cluster.name);
  const reference = { apiVersion: "v1", kind: "ConfigMap", namespace: inventoryNamespace, name };
  try {
    const live = await client.get(reference, { signal });
    const inventory = live === undefined ? undefined : parseInventory(live);
    if (inventory?.names?.some((known) => gone.includes(known)) === true) {
      const names = inventory.names.filter((known) => !gone.includes(known));
      await client.apply(renderInventory(withNames(inventory, names)), { signal });
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof KubeError)) {
      throw error;
    }
  }
}
