import { rename, stat, writeFile } from "node:fs/promises";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Route, Service } from "../../core/model/mesh.ts";
import type { FieldChange } from "../../core/plan/diff.ts";
import { diffObjects } from "../../core/plan/diff.ts";
import { forcesConflicts } from "../../core/plan/force-conflicts.ts";
import { withMeshLabel } from "../../core/render/place-objects.ts";
import { renderVirtualService } from "../../core/render/virtual-service.ts";
import type { KubeClient } from "../../kube/client.ts";
import { createKubeClient } from "../../kube/connect-client.ts";
import { KubeError } from "../../kube/errors.ts";
import { diagnoseKubeError } from "../../kube/diagnose.ts";
import { referenceOf } from "../../kube/object-reference.ts";
import type { ClusterContext } from "../connect.ts";
import { resolveContexts } from "../connect.ts";
import type { HeldLeases } from "../lease/hold-leases.ts";
import { holdLeases } from "../lease/hold-leases.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { EngineOptions } from "../options.ts";
import { closeRancher } from "../rancher.ts";
import { refuseUnknownKinds } from "../refuse-unknown-kinds.ts";
import { findMissingSandbox } from "../sandbox-network.ts";

export type ShiftTarget =
  | {
      readonly kind: "ready";
      readonly cluster: string;
      readonly client: KubeClient;
      readonly object: KubeObject;
      readonly fields: readonly FieldChange[];
    }
  | { readonly kind: "unreachable"; readonly cluster: string; readonly diagnostic: Diagnostic };

/** A shift that every reachable cluster has agreed to in a dry-run. Connections are open until `close`. */
export interface PreparedShift {
  readonly mesh: string;
  readonly targets: readonly ShiftTarget[];
  readonly close: () => Promise<void>;
}

export interface ShiftOutcome {
  readonly cluster: string;
  readonly state: "shifted" | "unchanged" | "failed" | "unreachable";
  readonly diagnostic?: Diagnostic;
}

/**
 * Asks every cluster by dry-run whether it would take the new weights. Only
 * the route's VirtualService is looked at: a shift is fast and moves nothing
 * else. Throws a UserError when a reachable cluster refuses or does not have
 * the route, so that a shift happens on all of them or on none.
 */
export async function prepareShift(
  meshFile: MeshFile,
  target: { readonly service: Service; readonly route: Route },
  options: EngineOptions,
): Promise<PreparedShift> {
  const object = withMeshLabel(meshFile.mesh, renderVirtualService(meshFile.mesh, target.service, target.route));
  refuseUnknownKinds(options.forceConflicts, new Set([object.kind]));
  const force = forcesConflicts(options.forceConflicts, object.kind);
  const { clusters: ways, rancher } = await resolveContexts(meshFile, options);
  await closeRancher(rancher);
  const away = ways.flatMap((one): ShiftTarget[] =>
    one.kind === "unreachable" ? [{ kind: "unreachable", cluster: one.cluster.name, diagnostic: one.diagnostic }] : [],
  );
  const clients = ways.flatMap((one) =>
    one.kind === "found"
      ? [{ one, client: createKubeClient({ cluster: one.cluster.name, context: one.context }) }]
      : [],
  );
  const close = async (): Promise<void> => {
    await Promise.all(clients.map(async ({ client }) => client.close()));
  };
  const refusals: Diagnostic[] = [];
  try {
    const asked = await Promise.all(
      clients.map(async ({ one, client }) =>
        askCluster(one, client, object, { refusals, force, signal: options.signal }),
      ),
    );
    const targets = [...asked, ...away];
    if (refusals.length > 0) {
      throw new UserError(refusals, exitCodes.failed);
    }
    if (targets.every((one) => one.kind === "unreachable")) {
      throw new UserError(
        targets.flatMap((one) => (one.kind === "unreachable" ? [one.diagnostic] : [])),
        exitCodes.unreachable,
      );
    }
    return { mesh: meshFile.mesh.name, targets, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function askCluster(
  one: ClusterContext,
  client: KubeClient,
  object: KubeObject,
  scope: { readonly refusals: Diagnostic[]; readonly force: boolean; readonly signal: AbortSignal },
): Promise<ShiftTarget> {
  const cluster = one.cluster.name;
  const missing = findMissingSandbox(cluster, one.context);
  if (missing !== undefined) {
    return { kind: "unreachable", cluster, diagnostic: missing };
  }
  try {
    const live = await client.get(referenceOf(object), { signal: scope.signal });
    if (live === undefined) {
      scope.refusals.push(notApplied(cluster, object));
      return { kind: "ready", cluster, client, object, fields: [] };
    }
    if (hasHosts(live) !== hasHosts(object)) {
      scope.refusals.push(otherForm(cluster, object));
      return { kind: "ready", cluster, client, object, fields: [] };
    }
    const result = await client.apply(object, { dryRun: true, force: scope.force, signal: scope.signal });
    return { kind: "ready", cluster, client, object, fields: diffObjects(live, result) };
  } catch (error) {
    scope.signal.throwIfAborted();
    const diagnostic = await diagnoseKubeError(error, cluster);
    if (
      error instanceof KubeError &&
      (error.kind === "forbidden" || error.kind === "conflict" || error.kind === "invalid")
    ) {
      scope.refusals.push(diagnostic);
    }
    return { kind: "unreachable", cluster, diagnostic };
  }
}

/**
 * Holds the mesh's Leases, calls `first` (which replaces the mesh file), then
 * writes the new weights to every cluster at the same moment. Never rejects
 * for one cluster's sake; a UserError before anything is changed when somebody
 * else works on the mesh (75, ISM308), or when a cluster that answers does not
 * give its Lease.
 */
export async function carryOutShift(
  prepared: PreparedShift,
  first: () => Promise<void>,
  options: EngineOptions,
): Promise<readonly ShiftOutcome[]> {
  const ready = prepared.targets.filter((one) => one.kind === "ready");
  const leases = await holdLeases(prepared.mesh, "shift", ready, options);
  try {
    if (leases.failed.size > 0) {
      throw new UserError([...leases.failed.values()].flat(), exitCodes.failed);
    }
    await first();
    return await writeWeights(prepared, leases, options);
  } finally {
    await leases.release();
  }
}

async function writeWeights(
  prepared: PreparedShift,
  leases: HeldLeases,
  options: EngineOptions,
): Promise<readonly ShiftOutcome[]> {
  return Promise.all(
    prepared.targets.map(async (target): Promise<ShiftOutcome> => {
      if (target.kind === "unreachable") {
        return { cluster: target.cluster, state: "unreachable", diagnostic: target.diagnostic };
      }
      if (target.fields.length === 0) {
        return { cluster: target.cluster, state: "unchanged" };
      }
      try {
        await leases.held.get(target.cluster)?.ensure();
        const force = forcesConflicts(options.forceConflicts, target.object.kind);
        await target.client.apply(target.object, { force, signal: options.signal });
        return { cluster: target.cluster, state: "shifted" };
      } catch (error) {
        return { cluster: target.cluster, state: "failed", diagnostic: await diagnoseKubeError(error, target.cluster) };
      }
    }),
  );
}

/** Replaces the mesh file whole or not at all, keeping its permissions. */
export async function replaceMeshFile(file: string, text: string): Promise<void> {
  const { mode } = await stat(file);
  const draft = `${file}.${process.pid}.new`;
  await writeFile(draft, text, { mode });
  await rename(draft, file);
}

/** A route that shares its hosts with others has none of its own; written alone it would be a route for nothing. */
function hasHosts(object: KubeObject): boolean {
  const { hosts } = (object["spec"] ?? {}) as { readonly hosts?: readonly string[] };
  return hosts !== undefined && hosts.length > 0;
}

function otherForm(cluster: string, object: KubeObject): Diagnostic {
  return {
    ...notApplied(cluster, object),
    detail: `The mesh file has ${hasHosts(object) ? "one route" : "several routes"} for the hosts of ${object.metadata.name}, and VirtualService ${object.metadata.namespace}/${object.metadata.name} of cluster ${cluster} is from when there ${hasHosts(object) ? "were more" : "was one"}. A shift moves weights and nothing else. No cluster was changed.`,
  };
}

function notApplied(cluster: string, object: KubeObject): Diagnostic {
  return {
    code: "ISM305",
    severity: "error",
    summary: "The route is not applied yet",
    detail: `Cluster ${cluster} has no VirtualService ${object.metadata.namespace}/${object.metadata.name}, so there are no weights to shift. No cluster was changed.`,
    fix: "Run isthmus apply first.",
    cluster,
    object: {
      group: "networking.istio.io",
      kind: object.kind,
      namespace: object.metadata.namespace ?? "",
      name: object.metadata.name,
    },
  };
}
