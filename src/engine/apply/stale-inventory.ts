import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { digestObject } from "../../core/plan/digest.ts";
import type { Inventory } from "../../core/plan/inventory.ts";
import { inventoryName, inventoryNamespace, parseInventory, renderInventory } from "../../core/plan/inventory.ts";
import type { Connected } from "../clusters/connect-clusters.ts";

/**
 * Reads the inventories again once the Leases are held: another command may
 * have ended between the reading and that. A UserError (75, ISM309) names the
 * clusters where it has; a cluster that does not answer any more is left to
 * whatever is done there next.
 */
export async function refuseStaleInventories(
  clusters: readonly (readonly [Connected, Inventory])[],
  signal: AbortSignal,
): Promise<void> {
  const stale = await Promise.all(clusters.map(async ([one, inventory]) => findStale(one, inventory, signal)));
  const problems = stale.filter((one) => one !== undefined);
  if (problems.length > 0) {
    throw new UserError(problems, exitCodes.tryAgain);
  }
}

async function findStale(
  { client, cluster }: Connected,
  inventory: Inventory,
  signal: AbortSignal,
): Promise<Diagnostic | undefined> {
  const name = inventoryName(inventory.mesh, cluster.name);
  const reference = { apiVersion: "v1", kind: "ConfigMap", namespace: inventoryNamespace, name };
  const live = await client.get(reference, { signal }).catch(() => "unavailable" as const);
  signal.throwIfAborted();
  if (live === "unavailable") {
    return undefined;
  }
  const now =
    live === undefined ? { mesh: inventory.mesh, cluster: inventory.cluster, items: [] } : parseInventory(live);
  return digestObject(renderInventory({ ...now, mesh: inventory.mesh, cluster: inventory.cluster })) ===
    digestObject(renderInventory(inventory))
    ? undefined
    : {
        ...errorOf("ISM309"),
        detail: `Somebody else has changed what isthmus owns on cluster ${cluster.name} since it was read (ConfigMap ${inventoryNamespace}/${name}). Nothing was changed by this command.`,
        fix: "Run the command again: it then starts from what is there now.",
        cluster: cluster.name,
      };
}
