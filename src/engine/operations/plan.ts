import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { idOf, keyOf } from "../../core/model/kube-object.ts";
import { cedeFields } from "../../core/plan/ceded-fields.ts";
import { diffObjects } from "../../core/plan/diff.ts";
import { digestObject } from "../../core/plan/digest.ts";
import type { Inventory, InventoryItem, Settled } from "../../core/plan/inventory.ts";
import type { ClusterPlan, Plan, PlannedObject } from "../../core/plan/plan.ts";
import type { Materials } from "../../core/render/materials.ts";
import type { PlacedObject } from "../../core/render/render-mesh.ts";
import { renderMesh } from "../../core/render/render-mesh.ts";
import { remoteOf } from "../../core/render/remote-secret.ts";
import { compareText } from "../../core/render/order.ts";
import { waveRules, waves } from "../../core/render/waves.ts";
import type { KubeErrorKind } from "../../kube/errors.ts";
import { KubeError, diagnoseKubeError } from "../../kube/errors.ts";
import { referenceOf } from "../../kube/object-reference.ts";
import type { Connected, Connection } from "../connect.ts";
import { connectClusters, resolveContexts } from "../connect.ts";
import { readServiceManifests } from "../facts/service-manifests.ts";
import { generateIstioManifests } from "../istio-manifests.ts";
import { findLocalityDifferences } from "../locality.ts";
import { findForeignMeshes } from "../membership.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { EngineOptions } from "../options.ts";
import { remoteCredentialOf } from "../remote-credentials.ts";
import type { TrustPlan } from "../trust.ts";
import { planTrust } from "../trust.ts";

/** A plan with what carrying it out needs. The connections are open; whoever asked for the plan closes them. */
export interface PreparedPlan {
  readonly meshFile: MeshFile;
  readonly plan: Plan;
  readonly connections: readonly Connection[];
  readonly materials: Materials;
  readonly trust: TrustPlan;
  /** True when some reachable cluster already carries this mesh. */
  readonly established: boolean;
  readonly warnings: readonly Diagnostic[];
}

/**
 * What an apply would change, by server-side dry-run on every cluster side by
 * side. Changes nothing, makes no root. Throws one UserError for whatever
 * makes the whole plan wrong (unknown contexts, foreign meshes or roots, a
 * refused object); a cluster that does not answer is part of the plan instead.
 */
export async function preparePlan(meshFile: MeshFile, options: EngineOptions): Promise<PreparedPlan> {
  const contexts = await resolveContexts(meshFile, options);
  const platforms = Object.fromEntries(contexts.map((one) => [one.cluster.name, one.platform]));
  const [serviceManifests, connections, istioManifests] = await Promise.all([
    readServiceManifests(meshFile),
    connectClusters(contexts, options),
    generateIstioManifests(meshFile.mesh, platforms, options),
  ]);
  const connected = connections.filter((one) => one.kind === "connected");
  const trust = await planTrust(meshFile, connected, options);
  refuse([...findForeignMeshes(meshFile.mesh.name, connected), ...trust.problems]);
  const materials: Materials = {
    platforms,
    istioManifests,
    serviceManifests,
    authorities: keptAuthorities(connected, trust),
    remoteCredentials: knownCredentials(connected),
  };
  const clusters = await planClusters(meshFile, materials, connections, options);
  return {
    meshFile,
    plan: { mesh: meshFile.mesh.name, clusters },
    connections,
    materials,
    trust,
    established: connected.some((one) => inventoryOf(one, meshFile.mesh.name).items.length > 0),
    warnings: [...meshFile.warnings, ...trust.warnings, ...connected.flatMap(findLocalityDifferences)],
  };
}

/** The inventory of a mesh in one cluster; an empty one where there is none. */
export function inventoryOf(one: Connected, mesh: string): Inventory {
  return (
    one.facts.inventories.find((inventory) => inventory.mesh === mesh) ?? { mesh, cluster: one.cluster.name, items: [] }
  );
}

function refuse(problems: readonly Diagnostic[]): void {
  if (problems.length > 0) {
    throw new UserError(problems, exitCodes.failed);
  }
}

function keptAuthorities(connected: readonly Connected[], trust: TrustPlan): Materials["authorities"] {
  const kept = connected.flatMap((one) => {
    const { authority } = one.facts;
    const keeps = trust.verdicts[one.cluster.name]?.action === "keep" && authority !== undefined;
    return keeps ? [[one.cluster.name, authority] as const] : [];
  });
  return Object.fromEntries(kept);
}

function knownCredentials(connected: readonly Connected[]): Materials["remoteCredentials"] {
  const known = connected.flatMap((one) => {
    const credential = one.facts.reader === undefined ? undefined : remoteCredentialOf(one, one.facts.reader);
    return credential === undefined ? [] : [[one.cluster.name, credential] as const];
  });
  return Object.fromEntries(known);
}

async function planClusters(
  meshFile: MeshFile,
  materials: Materials,
  connections: readonly Connection[],
  options: EngineOptions,
): Promise<readonly ClusterPlan[]> {
  const rendered = new Map(renderMesh(meshFile.mesh, materials).clusters.map((one) => [one.cluster, one.objects]));
  const unreachable = new Set(connections.filter((one) => one.kind === "unreachable").map((one) => one.cluster.name));
  const refused: Diagnostic[] = [];
  const plans = await Promise.all(
    connections.map(async (one): Promise<ClusterPlan> => {
      if (one.kind === "unreachable") {
        return { kind: "unreachable", cluster: one.cluster.name, diagnostic: one.diagnostic };
      }
      const objects = rendered.get(one.cluster.name) ?? [];
      try {
        return await planCluster(one, meshFile.mesh.name, objects, {
          unreachable,
          refused,
          force: options.forceConflicts,
          signal: options.signal,
        });
      } catch (error) {
        if (!(error instanceof KubeError)) {
          throw error;
        }
        return {
          kind: "unreachable",
          cluster: one.cluster.name,
          diagnostic: await diagnoseKubeError(error, one.cluster.name),
        };
      }
    }),
  );
  refuse(refused);
  return plans;
}

/** What the API server says no to, as opposed to not being there. */
const refusals: ReadonlySet<KubeErrorKind> = new Set(["forbidden", "conflict", "invalid", "not-found"]);

interface ClusterScope {
  readonly unreachable: ReadonlySet<string>;
  /** Collects what the API server refuses, over all clusters. */
  readonly refused: Diagnostic[];
  readonly force: boolean;
  readonly signal: AbortSignal;
}

async function planCluster(
  one: Connected,
  mesh: string,
  objects: readonly PlacedObject[],
  scope: ClusterScope,
): Promise<ClusterPlan> {
  const before = inventoryOf(one, mesh);
  const settled = new Map(before.items.map((item) => [keyOf(item.id), item.settled]));
  const planned = await Promise.all(
    objects.map(async (placed) => {
      try {
        return await planObject(one, placed, { ...scope, settled });
      } catch (error) {
        if (!(error instanceof KubeError) || !refusals.has(error.kind)) {
          throw error;
        }
        scope.refused.push(await diagnoseKubeError(error, one.cluster.name));
        return undefined;
      }
    }),
  );
  const known = planned.filter((object) => object !== undefined);
  const wanted = new Set(known.map((object) => keyOf(object.id)));
  const owned = new Set(before.items.map((item) => keyOf(item.id)));
  return {
    kind: "planned",
    cluster: one.cluster.name,
    objects: known,
    prune: before.items.filter((item) => !wanted.has(keyOf(item.id))).sort(laterWavesFirst),
    inventory: before,
    inventoryCurrent: known.every((object) => owned.has(keyOf(object.id))),
  };
}

/** The order of removal: what was applied last goes first. */
export function laterWavesFirst(a: InventoryItem, b: InventoryItem): number {
  return waves.indexOf(b.wave) - waves.indexOf(a.wave) || compareText(keyOf(a.id), keyOf(b.id));
}

async function planObject(
  one: Connected,
  placed: PlacedObject,
  scope: ClusterScope & { readonly settled: ReadonlyMap<string, Settled | undefined> },
): Promise<PlannedObject> {
  const { object, wave, knownAfterApply } = placed;
  const base = { phase: waveRules[wave].phase, wave, id: idOf(object), object, knownAfterApply };
  if (!namespaceExists(one, placed)) {
    return { ...base, live: undefined, action: "create", fields: [] };
  }
  const live = await one.client.get(referenceOf(object), { signal: scope.signal });
  if (knownAfterApply) {
    // Without the other cluster its credential cannot be read: what is there stays.
    const kept = live !== undefined && isForUnreachable(placed, scope.unreachable);
    const action = live === undefined ? "create" : kept ? "none" : "update";
    return { ...base, live, action, fields: [] };
  }
  const desired = cedeFields(object, live);
  if (live === undefined) {
    return { ...base, live, action: "create", fields: [] };
  }
  if (isSettled(scope.settled.get(keyOf(base.id)), desired, live)) {
    return { ...base, live, object: desired, action: "none", fields: [] };
  }
  const result = await one.client.apply(desired, { dryRun: true, force: scope.force, signal: scope.signal });
  const fields = diffObjects(live, result);
  return { ...base, live, object: desired, action: fields.length === 0 ? "none" : "update", fields };
}

/** True when the object is untouched since an apply of the very same content left it (docs/adr/0006). */
function isSettled(settled: Settled | undefined, desired: KubeObject, live: KubeObject): boolean {
  return (
    settled !== undefined &&
    settled.resourceVersion === live.metadata["resourceVersion"] &&
    settled.digest === digestObject(desired)
  );
}

function namespaceExists(one: Connected, placed: PlacedObject): boolean {
  const { namespace } = placed.object.metadata;
  return namespace === undefined || one.facts.namespaces.has(`Namespace/${namespace}`);
}

/** True for a remote secret whose cluster does not answer. */
function isForUnreachable(placed: PlacedObject, unreachable: ReadonlySet<string>): boolean {
  const remote = remoteOf(placed.object);
  return placed.wave === "join" && remote !== undefined && unreachable.has(remote);
}
