import { mergeDrains } from "../../core/drain/drained-mesh.ts";
import type { Drain } from "../../core/model/drain.ts";
import { inventoryName, inventoryNamespace, parseInventory } from "../../core/plan/inventory.ts";
import type { KubeClient } from "../../kube/client.ts";
import { KubeError } from "../../kube/errors.ts";

/** What is drained of a mesh, as the inventories of these clusters record it; one that cannot be asked records nothing. */
export async function readDrains(
  mesh: string,
  clients: readonly { readonly client: KubeClient }[],
  signal: AbortSignal,
): Promise<readonly Drain[]> {
  const reference = { apiVersion: "v1", kind: "ConfigMap", namespace: inventoryNamespace, name: inventoryName(mesh) };
  const records = await Promise.all(
    clients.map(async ({ client }): Promise<readonly Drain[]> => {
      try {
        const live = await client.get(reference, { signal });
        return live === undefined ? [] : (parseInventory(live).drains ?? []);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof KubeError) {
          return [];
        }
        throw error;
      }
    }),
  );
  return mergeDrains(records.flat());
}
