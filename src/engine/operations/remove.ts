import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { Inventory, InventoryItem } from "../../core/plan/inventory.ts";
import { inventoryName, inventoryNamespace, renderInventory } from "../../core/plan/inventory.ts";
import { removalTasks } from "../../core/plan/removal-tasks.ts";
import type { TaskRef } from "../../core/plan/task-ref.ts";
import { rancherLocalTarget } from "../../core/render/names.ts";
import { referenceOf } from "../../kube/object-reference.ts";
import type { Connected, Connection } from "../clusters/connect-clusters.ts";
import { closeMesh, openMesh } from "../clusters/open-mesh.ts";
import { diagnoseFailure } from "../progress/diagnose-failure.ts";
import { runTask } from "../progress/run-task.ts";
import { keysOf } from "../apply/prune/prevent-deletion.ts";
import { guardClient } from "../apply/lease/guard-client.ts";
import type { Labelled } from "../apply/prune/labelled-removal.ts";
import { leftBehind, notLookedAt, notRemoved, readLabelled, withLabelled } from "../apply/prune/labelled-removal.ts";
import type { HeldLeases } from "../apply/lease/hold-leases.ts";
import { holdLeases } from "../apply/lease/hold-leases.ts";
import type { MeshFile } from "../mesh-file.ts";
import { refuseStaleInventories } from "../apply/stale-inventory.ts";
import type { AccessOptions, LeaseOptions, RunOptions } from "../options.ts";
import { inventoryOf, laterWavesFirst } from "../plan/plan-cluster.ts";
import { revokeUnused } from "../trust/rancher-tokens.ts";
import type { RancherState } from "../clusters/rancher-link.ts";
import type { Scope } from "../clusters/scope.ts";
import { isInScope, isManagedInScope } from "../clusters/scope.ts";
import { deleteItems } from "../apply/prune/delete-items.ts";

export type { Labelled } from "../apply/prune/labelled-removal.ts";
export { countKinds } from "../apply/prune/labelled-removal.ts";

/** What isthmus makes in Rancher's own cluster. */
const projectKind = { apiVersion: "management.cattle.io/v3", kind: "Project" };

interface Owned {
  readonly one: Connected;
  readonly inventory: Inventory;
  /** What goes, in that order. */
  readonly items: readonly InventoryItem[];
  /** What the inventory goes on listing: in Rancher's own cluster what clusters outside the scope have there. */
  readonly rest: readonly InventoryItem[];
  /** What carries the mesh's label; undefined where the inventory is all that counts. */
  readonly labelled: Labelled | undefined;
  /** True where there is no inventory, something of the mesh all the same, and nobody asked to go by the label: nothing is touched. */
  readonly isLeft: boolean;
}

/** What a removal would take away. The connections are open until `close`. */
export interface PreparedRemoval {
  readonly mesh: string;
  readonly connections: readonly Connection[];
  readonly rancher: RancherState;
  readonly clusters: readonly Owned[];
  /** What the mesh has in Rancher's local cluster, which goes after everything that refers to it. */
  readonly rancherLocal: Owned | undefined;
  readonly close: () => Promise<void>;
}

export interface RemovalOutcome {
  readonly cluster: string;
  /** `left` = something of the mesh is there that this command did not delete, and the diagnostics say what. */
  readonly state: "removed" | "left" | "failed" | "interrupted" | "unreachable";
  readonly deleted: number;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the inventories: what isthmus owns, by its own record and not by the
 * mesh file. With a `scope` nothing is asked of the other clusters, and of
 * what is in Rancher's own cluster theirs stays. With `byLabel`, and where there
 * is no inventory, also what carries the mesh's label.
 */
export async function prepareRemoval(
  meshFile: MeshFile,
  options: RunOptions & AccessOptions,
  scope: Scope = [],
  byLabel = false,
): Promise<PreparedRemoval> {
  const mesh = meshFile.mesh.name;
  const open = await openMesh(meshFile, {
    ...options,
    rancherLocal: true,
    isWanted: (cluster) => isInScope(scope, cluster),
  });
  const { connections, rancherLocal, rancher } = open;
  const all = [...connections, ...(rancherLocal === undefined ? [] : [rancherLocal])];
  const owned = async (one: Connected): Promise<Owned> => {
    const isRancherLocal = one.cluster.name === rancherLocalTarget;
    const inventory = inventoryOf(one, mesh);
    const goes = ({ id }: InventoryItem): boolean => !isRancherLocal || isManagedInScope(meshFile.mesh, scope, id);
    const isListed = one.facts.inventories.some((found) => found.mesh === mesh);
    // Rancher's own cluster may be in the mesh as well: beside its projects nothing in it is looked at twice.
    const labelled =
      byLabel || (!isListed && !isRancherLocal)
        ? await readLabelled(one, inventory, options.signal, isRancherLocal ? [projectKind] : undefined)
        : undefined;
    const listed = inventory.items.filter(goes);
    return {
      one,
      inventory,
      items: [...(byLabel && labelled !== undefined ? withLabelled(listed, labelled).filter(goes) : listed)].sort(
        laterWavesFirst,
      ),
      rest: inventory.items.filter((item) => !goes(item)),
      labelled,
      isLeft: !byLabel && labelled !== undefined && labelled.items.length + labelled.stays.length > 0,
    };
  };
  const [clusters, projects] = await Promise.all([
    Promise.all(connections.filter((one) => one.kind === "connected").map(owned)),
    rancherLocal?.kind === "connected" ? owned(rancherLocal) : undefined,
  ]).catch(async (error: unknown) => {
    await closeMesh(open);
    throw error;
  });
  return {
    mesh,
    connections: all,
    rancher,
    clusters,
    rancherLocal: projects !== undefined && scope.length > 0 && projects.items.length === 0 ? undefined : projects,
    close: async () => closeMesh(open),
  };
}

/**
 * Takes away what the inventories list, waves in reverse, clusters side by
 * side, and the inventory itself (where nothing is left to list) at the very
 * end: a removal that was stopped can be repeated. The mesh's root stays in the data folder. Holds the mesh's
 * Leases meanwhile, and takes them away with the rest; a UserError (75) before
 * anything is changed when somebody else works on the mesh.
 */
export async function carryOutRemoval(
  prepared: PreparedRemoval,
  options: RunOptions & LeaseOptions,
): Promise<readonly RemovalOutcome[]> {
  const all = [...prepared.clusters, ...(prepared.rancherLocal === undefined ? [] : [prepared.rancherLocal])].filter(
    ({ isLeft }) => !isLeft,
  );
  const targets = all.map(({ one }) => ({ cluster: one.cluster.name, client: one.client }));
  const leases = await holdLeases(prepared.mesh, "remove", targets, options);
  const removed = new Set<string>();
  const emptied = new Set(all.filter(({ rest }) => rest.length === 0).map(({ one }) => one.cluster.name));
  try {
    await refuseStaleInventories(
      all.filter(({ one }) => leases.held.has(one.cluster.name)).map(({ one, inventory }) => [one, inventory]),
      options.signal,
    );
    const outcomes = await removeHeld(prepared, leases, options);
    outcomes
      .filter((one) => (one.state === "removed" || one.state === "left") && emptied.has(one.cluster))
      .forEach((one) => removed.add(one.cluster));
    return outcomes;
  } finally {
    await leases.release(removed);
  }
}

async function removeHeld(
  prepared: PreparedRemoval,
  leases: HeldLeases,
  options: RunOptions,
): Promise<readonly RemovalOutcome[]> {
  const unreachable = prepared.connections.flatMap((one): RemovalOutcome[] =>
    one.kind === "unreachable"
      ? [{ cluster: one.cluster.name, state: "unreachable", deleted: 0, diagnostics: [one.diagnostic] }]
      : [],
  );
  const done = await Promise.all(prepared.clusters.map(async (owned) => removeFrom(prepared, owned, leases, options)));
  const allGone = done.every((outcome) => outcome.state === "removed") && unreachable.length === 0;
  // A project that still has namespaces of the mesh stays until they are gone too.
  const last =
    prepared.rancherLocal !== undefined && allGone
      ? [await removeFrom(prepared, prepared.rancherLocal, leases, options)]
      : [];
  return [...last, ...done, ...unreachable];
}

async function removeFrom(
  { mesh, rancher }: PreparedRemoval,
  owned: Owned,
  leases: HeldLeases,
  options: RunOptions,
): Promise<RemovalOutcome> {
  const cluster = owned.one.cluster.name;
  if (owned.isLeft && owned.labelled !== undefined) {
    return {
      cluster,
      state: "left",
      deleted: 0,
      diagnostics: reportOf(owned, leftBehind(cluster, mesh, owned.labelled)),
    };
  }
  const lease = leases.held.get(cluster);
  if (lease === undefined) {
    return { cluster, state: "failed", deleted: 0, diagnostics: leases.failed.get(cluster) ?? [] };
  }
  const { inventory, items, rest } = owned;
  const one = { ...owned.one, client: guardClient(owned.one.client, lease) };
  const signal = AbortSignal.any([options.signal, lease.lost]);
  const whole = removalTasks.remove(cluster);
  let deleted = 0;
  const part = async (ref: TaskRef, work: () => Promise<void>): Promise<void> =>
    runTask({ ...ref, cluster }, { ...options, signal, lost: lease.lost }, work);
  try {
    return await runTask({ ...whole, cluster }, { ...options, signal, lost: lease.lost }, async (note) => {
      const counting: RunOptions = {
        ...options,
        signal,
        onEvent: (event) => {
          if (event.kind === "object.deleted") {
            deleted += 1;
            note(`${event.id.kind} ${event.id.name}`);
          }
          options.onEvent(event);
        },
      };
      const { keptObjects } = await deleteItems(one, items, {
        ...counting,
        rancher,
        owned: keysOf([...inventory.items, ...items]),
        onNote: note,
        part: async (batch, work) => part(removalTasks.batch(whole, batch), work),
      });
      await part(removalTasks.record(whole), async () =>
        forget(one, { mesh, rancher, items, rest, inventory }, signal),
      );
      const kept = owned.labelled === undefined ? undefined : notRemoved(cluster, owned.labelled);
      return {
        cluster,
        state: kept === undefined ? "removed" : "left",
        deleted,
        diagnostics: [...keptObjects, ...reportOf(owned, kept)],
      };
    });
  } catch (error) {
    return options.signal.aborted
      ? { cluster, state: "interrupted", deleted, diagnostics: [] }
      : { cluster, state: "failed", deleted, diagnostics: await diagnoseFailure(error, cluster, "remove") };
  }
}

/** Takes away what no inventory lists, and then the inventory itself, or what it lists no more. */
async function forget(
  one: Connected,
  {
    mesh,
    rancher,
    items,
    rest,
    inventory,
  }: Pick<PreparedRemoval, "mesh" | "rancher"> & Pick<Owned, "items" | "rest" | "inventory">,
  signal: AbortSignal,
): Promise<void> {
  const cluster = one.cluster.name;
  // Where nothing of the mesh was, an istiod that is there is somebody else's.
  if (cluster !== rancherLocalTarget && items.length > 0) {
    await deleteTraces(one, signal);
  }
  if (rancher.kind === "linked") {
    // This cluster's istiod is gone, and what it signed in with elsewhere serves nobody.
    await revokeUnused(mesh, [{ cluster, inUse: [] }], rancher.link, signal);
  }
  await (rest.length === 0
    ? one.client.delete(
        { apiVersion: "v1", kind: "ConfigMap", namespace: inventoryNamespace, name: inventoryName(mesh, cluster) },
        { signal },
      )
    : one.client.apply(renderInventory({ ...inventory, items: rest }), { signal }));
}

/** A finding about what carries the label, with what could not be looked at. */
function reportOf({ one, labelled }: Owned, finding: Diagnostic | undefined): readonly Diagnostic[] {
  const unseen = labelled === undefined ? undefined : notLookedAt(one.cluster.name, labelled);
  return [finding, unseen].filter((diagnostic) => diagnostic !== undefined);
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
