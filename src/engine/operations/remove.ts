import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { InventoryItem } from "../../core/plan/inventory.ts";
import { inventoryName, inventoryNamespace } from "../../core/plan/inventory.ts";
import { referenceOf } from "../../kube/object-reference.ts";
import type { Connected, Connection } from "../connect.ts";
import { connectClusters, resolveContexts } from "../connect.ts";
import { diagnoseFailure } from "../diagnose-failure.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { EngineOptions } from "../options.ts";
import { deleteItems } from "./delete-items.ts";
import { inventoryOf, laterWavesFirst } from "./plan.ts";

/** What a removal would take away. The connections are open; whoever asked closes them. */
export interface PreparedRemoval {
  readonly mesh: string;
  readonly connections: readonly Connection[];
  readonly clusters: readonly { readonly one: Connected; readonly items: readonly InventoryItem[] }[];
}

export interface RemovalOutcome {
  readonly cluster: string;
  readonly state: "removed" | "failed" | "interrupted" | "unreachable";
  readonly deleted: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads the inventories: what isthmus owns, by its own record and not by the mesh file. */
export async function prepareRemoval(meshFile: MeshFile, options: EngineOptions): Promise<PreparedRemoval> {
  const connections = await connectClusters(await resolveContexts(meshFile, options), options);
  const clusters = connections
    .filter((one) => one.kind === "connected")
    .map((one) => ({ one, items: [...inventoryOf(one, meshFile.mesh.name).items].sort(laterWavesFirst) }));
  return { mesh: meshFile.mesh.name, connections, clusters };
}

/**
 * Takes away what the inventories list, waves in reverse, clusters side by
 * side, and the inventory itself at the very end: a removal that was stopped
 * can be repeated. The mesh's root stays in the data folder.
 */
export async function carryOutRemoval(
  prepared: PreparedRemoval,
  options: EngineOptions,
): Promise<readonly RemovalOutcome[]> {
  const unreachable = prepared.connections.flatMap((one): RemovalOutcome[] =>
    one.kind === "unreachable"
      ? [{ cluster: one.cluster.name, state: "unreachable", deleted: 0, diagnostics: [one.diagnostic] }]
      : [],
  );
  const done = await Promise.all(
    prepared.clusters.map(async ({ one, items }) => removeFrom(prepared.mesh, one, items, options)),
  );
  return [...done, ...unreachable];
}

async function removeFrom(
  mesh: string,
  one: Connected,
  items: readonly InventoryItem[],
  options: EngineOptions,
): Promise<RemovalOutcome> {
  const cluster = one.cluster.name;
  const task = "removing";
  const started = options.now();
  options.onEvent({ kind: "task.started", subject: cluster, task });
  let deleted = 0;
  const counting: EngineOptions = {
    ...options,
    onEvent: (event) => {
      if (event.kind === "object.deleted") {
        deleted += 1;
        options.onEvent({ kind: "task.note", subject: cluster, task, note: `${event.id.kind} ${event.id.name}` });
      }
      options.onEvent(event);
    },
  };
  try {
    await deleteItems(one, items, counting);
    await deleteTraces(one, options.signal);
    await one.client.delete(
      { apiVersion: "v1", kind: "ConfigMap", namespace: inventoryNamespace, name: inventoryName(mesh) },
      { signal: options.signal },
    );
    options.onEvent({ kind: "task.done", subject: cluster, task, seconds: (options.now() - started) / 1000 });
    return { cluster, state: "removed", deleted, diagnostics: [] };
  } catch (error) {
    if (options.signal.aborted) {
      return { cluster, state: "interrupted", deleted, diagnostics: [] };
    }
    const diagnostics = await diagnoseFailure(error, cluster, "remove");
    const [diagnostic] = diagnostics;
    if (diagnostic !== undefined) {
      options.onEvent({ kind: "task.failed", subject: cluster, task, diagnostic });
    }
    return { cluster, state: "failed", deleted, diagnostics };
  }
}

/** What istiod puts into every namespace and leaves there when it goes (istio: security namespacecontroller, PILOT_CRL_CONFIGMAP). */
const traces: ReadonlySet<string> = new Set(["istio-ca-root-cert", "istio-ca-crl"]);

async function deleteTraces(one: Connected, signal: AbortSignal): Promise<void> {
  const found = await one.client.list(
    { apiVersion: "v1", kind: "ConfigMap", labelSelector: "istio.io/config=true" },
    { signal },
  );
  await Promise.all(
    found
      .filter((object) => traces.has(object.metadata.name))
      .map(async (object) => one.client.delete(referenceOf(object), { signal })),
  );
}
