import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { inventoryName, inventoryNamespace, renderInventory } from "../../core/plan/inventory.ts";
import { removalTasks } from "../../core/plan/removal-tasks.ts";
import type { TaskRef } from "../../core/plan/task-ref.ts";
import { rancherLocalTarget } from "../../core/render/names.ts";
import type { Connected, Connection } from "../clusters/connect-clusters.ts";
import { closeMesh, openMesh } from "../clusters/open-mesh.ts";
import { diagnoseFailure } from "../progress/diagnose-failure.ts";
import { runTask } from "../progress/run-task.ts";
import { keysOf } from "../apply/prune/prevent-deletion.ts";
import { guardClient } from "../apply/lease/guard-client.ts";
import { leftBehind, notRemoved } from "../apply/prune/labelled-removal.ts";
import { deleteTraces } from "../apply/prune/istiod-traces.ts";
import type { Owned } from "../apply/prune/owned-objects.ts";
import { readOwned, reportOf } from "../apply/prune/owned-objects.ts";
import type { HeldLeases } from "../apply/lease/hold-leases.ts";
import { holdLeases } from "../apply/lease/hold-leases.ts";
import { keptAccountKeys } from "../front-door/account-keys.ts";
import type { NameOutcome } from "../front-door/publish-names.ts";
import { publishNames } from "../front-door/publish-names.ts";
import type { PreparedWithdrawal } from "../front-door/withdraw-names.ts";
import { formerNames, withoutZone } from "../front-door/prepare-names.ts";
import { prepareWithdrawal } from "../front-door/withdraw-names.ts";
import type { MeshFile } from "../mesh-file.ts";
import { refuseStaleInventories } from "../apply/stale-inventory.ts";
import type { AccessOptions, LeaseOptions, RunOptions } from "../options.ts";
import { deleteProbePods } from "../traffic/probe-leftovers.ts";
import { revokeUnused } from "../trust/rancher-tokens.ts";
import type { RancherState } from "../clusters/rancher-link.ts";
import type { Scope } from "../clusters/scope.ts";
import { isInScope } from "../clusters/scope.ts";
import { deleteItems } from "../apply/prune/delete-items.ts";

export type { NameOutcome } from "../front-door/publish-names.ts";
export type { Labelled } from "../apply/prune/labelled-removal.ts";
export { countKinds } from "../apply/prune/labelled-removal.ts";

/** What a removal would take away. The connections are open until `close`. */
export interface PreparedRemoval {
  readonly mesh: string;
  readonly connections: readonly Connection[];
  readonly rancher: RancherState;
  readonly clusters: readonly Owned[];
  /** What the mesh has in Rancher's local cluster, which goes after everything that refers to it. */
  readonly rancherLocal: Owned | undefined;
  /** What leaves DNS, before anything else goes; undefined for a mesh that publishes no names. */
  readonly names: PreparedWithdrawal | undefined;
  /** What has to be known of names and their zone. */
  readonly warnings: readonly Diagnostic[];
  /** Files with the keys of ACME accounts, which stay. */
  readonly accountKeys: readonly string[];
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
  const owned = async (one: Connected): Promise<Owned> =>
    readOwned(one, meshFile.mesh, { scope, byLabel, signal: options.signal });
  const reads = [
    Promise.all(connections.filter((one) => one.kind === "connected").map(owned)),
    rancherLocal?.kind === "connected" ? owned(rancherLocal) : Promise.resolve(undefined),
    prepareWithdrawal(meshFile, { connections, scope }, options),
    keptAccountKeys(meshFile, options),
  ] as const;
  const [clusters, projects, names, accountKeys] = await Promise.all(reads).catch(async (error: unknown) => {
    // None may go on over connections that are closed.
    await Promise.allSettled(reads);
    await closeMesh(open);
    throw error;
  });
  return {
    mesh,
    connections: all,
    rancher,
    clusters,
    rancherLocal: projects !== undefined && scope.length > 0 && projects.items.length === 0 ? undefined : projects,
    names,
    warnings: names?.warnings ?? withoutZone(meshFile.mesh, formerNames(meshFile.mesh, connections)),
    accountKeys,
    close: async () => closeMesh(open),
  };
}

/**
 * Takes away what the inventories list, waves in reverse, clusters side by
 * side, and the inventory itself (where nothing is left to list) at the very
 * end: a removal that was stopped can be repeated. Published names go first, so
 * that nobody is led to a gateway that is about to go; `onNames` gets how that ended, and what
 * could not be written stops nothing. The mesh's root stays in the data folder. Holds the mesh's
 * Leases meanwhile, and takes them away with the rest; a UserError (75) before
 * anything is changed when somebody else works on the mesh.
 */
export async function carryOutRemoval(
  prepared: PreparedRemoval,
  options: RunOptions & LeaseOptions,
  onNames: (outcomes: readonly NameOutcome[]) => void = () => {},
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
    const written =
      prepared.names === undefined ? [] : await publishNames(prepared.names.zone, prepared.names.wanted, options);
    onNames(written);
    const namesLeft = written.filter(({ state }) => state === "failed").map(({ name }) => name);
    const outcomes = await removeHeld({ ...prepared, namesLeft }, leases, options);
    if (prepared.names !== undefined && !options.signal.aborted) {
      // A watch that looked before the inventories were gone may have put them back.
      await publishNames(prepared.names.zone, prepared.names.wanted, { ...options, onEvent: () => {} });
    }
    outcomes
      .filter((one) => (one.state === "removed" || one.state === "left") && emptied.has(one.cluster))
      .forEach((one) => removed.add(one.cluster));
    return outcomes;
  } finally {
    await leases.release(removed);
  }
}

/** A removal with the names that are in DNS still: clusters go on recording them, since nothing else knows of them. */
type Removal = PreparedRemoval & { readonly namesLeft: readonly string[] };

async function removeHeld(
  prepared: Removal,
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
  prepared: Removal,
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
      diagnostics: reportOf(owned, leftBehind(cluster, prepared.mesh, owned.labelled)),
    };
  }
  const lease = leases.held.get(cluster);
  if (lease === undefined) {
    return { cluster, state: "failed", deleted: 0, diagnostics: leases.failed.get(cluster) ?? [] };
  }
  const guarded = { ...owned, one: { ...owned.one, client: guardClient(owned.one.client, lease) } };
  const run = { ...options, signal: AbortSignal.any([options.signal, lease.lost]), lost: lease.lost };
  let deleted = 0;
  try {
    const keptObjects = await runTask({ ...removalTasks.remove(cluster), cluster }, run, async (note) => {
      const onEvent: RunOptions["onEvent"] = (event) => {
        if (event.kind === "object.deleted") {
          deleted += 1;
          note(`${event.id.kind} ${event.id.name}`);
        }
        options.onEvent(event);
      };
      return deleteOwned(prepared, guarded, { ...run, onEvent, onNote: note });
    });
    const kept = owned.labelled === undefined ? undefined : notRemoved(cluster, owned.labelled);
    return {
      cluster,
      state: kept === undefined ? "removed" : "left",
      deleted,
      diagnostics: [...keptObjects, ...reportOf(owned, kept)],
    };
  } catch (error) {
    return options.signal.aborted
      ? { cluster, state: "interrupted", deleted, diagnostics: [] }
      : { cluster, state: "failed", deleted, diagnostics: await diagnoseFailure(error, cluster, "remove") };
  }
}

/** Deletes what the mesh has in a cluster, batch by batch, and then its record. Returns what was kept all the same. */
async function deleteOwned(
  { mesh, rancher, namesLeft }: Removal,
  owned: Owned,
  options: RunOptions & { readonly lost: AbortSignal; readonly onNote: (note: string) => void },
): Promise<readonly Diagnostic[]> {
  const { one, inventory, items } = owned;
  const cluster = one.cluster.name;
  const whole = removalTasks.remove(cluster);
  const part = async (ref: TaskRef, work: () => Promise<void>): Promise<void> =>
    runTask({ ...ref, cluster }, options, work);
  // What a watch or a proof that was killed has left would keep its namespace as somebody's.
  if (cluster !== rancherLocalTarget) {
    await deleteProbePods(one, mesh, options);
  }
  const { keptObjects } = await deleteItems(one, items, {
    ...options,
    rancher,
    owned: keysOf([...inventory.items, ...items]),
    part: async (batch, work) => part(removalTasks.batch(whole, batch), work),
  });
  const unseen: Diagnostic[] = [];
  await part(removalTasks.record(whole), async () => {
    unseen.push(...(await forget({ mesh, rancher, namesLeft }, owned, options.signal)));
  });
  return [...keptObjects, ...unseen];
}

/** Takes away what no inventory lists, and then the inventory itself, or what it lists no more, but for names that are in DNS still. Returns what it could not look for. */
async function forget(
  { mesh, rancher, namesLeft }: Pick<Removal, "mesh" | "rancher" | "namesLeft">,
  { one, inventory, items, rest }: Owned,
  signal: AbortSignal,
): Promise<readonly Diagnostic[]> {
  const cluster = one.cluster.name;
  // Where nothing of the mesh was, what is there is somebody else's.
  const unseen = cluster !== rancherLocalTarget && items.length > 0 ? await deleteTraces(one, signal) : [];
  if (rancher.kind === "linked") {
    // This cluster's istiod is gone, and what it signed in with elsewhere serves nobody.
    await revokeUnused(mesh, [{ cluster, inUse: [] }], rancher.link, signal);
  }
  const names = cluster === rancherLocalTarget || namesLeft.length === 0 ? {} : { names: namesLeft };
  await (rest.length === 0 && !("names" in names)
    ? one.client.delete(
        { apiVersion: "v1", kind: "ConfigMap", namespace: inventoryNamespace, name: inventoryName(mesh, cluster) },
        { signal },
      )
    : one.client.apply(renderInventory({ ...inventory, items: rest, ...names }), { signal }));
  return unseen;
}
