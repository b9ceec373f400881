import type { AskedRoutes } from "../../core/checks/route-table.ts";
import { askRoutes } from "../../core/checks/route-table.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { describeId, idOf } from "../../core/model/kube-object.ts";
import type { Mesh, Route, Service } from "../../core/model/mesh.ts";
import type { FieldChange } from "../../core/plan/diff.ts";
import { diffObjects } from "../../core/plan/diff.ts";
import { forcesConflicts } from "../../core/plan/force-conflicts.ts";
import { meshLabel } from "../../core/render/names.ts";
import { withMeshLabel } from "../../core/render/place-objects.ts";
import { renderHostRoutes } from "../../core/render/host-routes.ts";
import { renderVirtualService } from "../../core/render/virtual-service.ts";
import { replaceFile } from "../../files/replace-file.ts";
import type { KubeClient } from "../../kube/client.ts";
import { createKubeClient } from "../../kube/connect-client.ts";
import { KubeError } from "../../kube/errors.ts";
import { diagnoseKubeError } from "../../kube/diagnose.ts";
import { referenceOf } from "../../kube/object-reference.ts";
import type { ClusterContext } from "../clusters/connect-clusters.ts";
import { resolveContexts } from "../clusters/connect-clusters.ts";
import { diagnoseFailure } from "../progress/diagnose-failure.ts";
import { findUnserved } from "../traffic/find-unserved.ts";
import type { HeldLeases } from "../apply/lease/hold-leases.ts";
import { holdLeases } from "../apply/lease/hold-leases.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, LeaseOptions, PlanOptions, ProgramLookup, RunOptions } from "../options.ts";
import { createCulpritFinder } from "../apply/waits/find-culprits.ts";
import { waitUntilTaken } from "../apply/waits/until-taken.ts";
import { closeRancher } from "../clusters/rancher-link.ts";
import { refuseUnknownKinds } from "../plan/preflight/force-conflicts-kinds.ts";
import { findMissingSandbox } from "../clusters/sandbox-network.ts";

export type ShiftTarget =
  | {
      readonly kind: "ready";
      readonly cluster: string;
      /** The kubeconfig context. */
      readonly context: string;
      readonly client: KubeClient;
      readonly object: KubeObject;
      readonly fields: readonly FieldChange[];
    }
  | { readonly kind: "unreachable"; readonly cluster: string; readonly diagnostic: Diagnostic };

/** A shift that every reachable cluster has agreed to in a dry-run. Connections are open until `close`. */
export interface PreparedShift {
  readonly mesh: string;
  /** The mesh's version of Istio. */
  readonly istio: string;
  /** What gateways have to hold afterwards. */
  readonly asked: readonly AskedRoutes[];
  readonly targets: readonly ShiftTarget[];
  /** What could not be seen before the shift. */
  readonly warnings: readonly Diagnostic[];
  readonly close: () => Promise<void>;
}

export type ShiftOptions = RunOptions &
  LeaseOptions &
  Pick<PlanOptions, "forceConflicts"> &
  Pick<ProgramLookup, "env" | "istioctlCandidates">;

export interface ShiftOutcome {
  readonly cluster: string;
  /** `notTaken`: the API server has the weights, and a gateway does not obey them. */
  readonly state: "shifted" | "unchanged" | "notTaken" | "failed" | "unreachable";
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Asks every cluster by dry-run whether it would take the new weights. Only
 * the route's VirtualService is looked at: a shift is fast and moves nothing
 * else. Throws a UserError when a reachable cluster refuses or does not have
 * the route, so that a shift happens on all of them or on none; also when a
 * version of `raised`, which is to get more requests than before, has no
 * endpoint at an ingress, or no ready pod anywhere: its requests would fail.
 */
export async function prepareShift(
  meshFile: MeshFile,
  target: { readonly service: Service; readonly route: Route },
  {
    raised,
    ...options
  }: RunOptions & AccessOptions & Pick<PlanOptions, "forceConflicts"> & { readonly raised: readonly string[] },
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
    const [asked, unserved] = await Promise.all([
      Promise.all(
        clients.map(async ({ one, client }) =>
          askCluster(one, client, object, { mesh: meshFile.mesh.name, refusals, force, signal: options.signal }),
        ),
      ),
      findUnserved(meshFile.mesh, target, raised, clients, options.signal),
    ]);
    const targets = [...asked, ...away];
    const answers = (cluster: string | undefined): boolean =>
      cluster === undefined || asked.some((one) => one.kind === "ready" && one.cluster === cluster);
    const served = refusals.length > 0 ? [] : unserved.filter((one) => answers(one.cluster));
    refusals.push(...served.filter((one) => one.severity === "error"));
    if (refusals.length > 0) {
      throw new UserError(refusals, exitCodes.failed);
    }
    if (targets.every((one) => one.kind === "unreachable")) {
      throw new UserError(
        targets.flatMap((one) => (one.kind === "unreachable" ? [one.diagnostic] : [])),
        exitCodes.unreachable,
      );
    }
    return {
      mesh: meshFile.mesh.name,
      istio: meshFile.mesh.istio.version,
      asked: askedBy(meshFile.mesh, object),
      targets,
      warnings: served.filter((one) => one.severity === "warning"),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The route as gateways hold it: a host with several routes marks them all as its own. */
function askedBy(mesh: Mesh, object: KubeObject): readonly AskedRoutes[] {
  const routes = mesh.services.flatMap((service) =>
    service.routes.map((route) => renderVirtualService(mesh, service, route)),
  );
  return askRoutes([...renderHostRoutes(mesh), ...routes], object);
}

async function askCluster(
  one: ClusterContext,
  client: KubeClient,
  object: KubeObject,
  scope: {
    readonly mesh: string;
    readonly refusals: Diagnostic[];
    readonly force: boolean;
    readonly signal: AbortSignal;
  },
): Promise<ShiftTarget> {
  const cluster = one.cluster.name;
  const { context } = one.context;
  const missing = findMissingSandbox(cluster, one.context);
  if (missing !== undefined) {
    return { kind: "unreachable", cluster, diagnostic: missing };
  }
  try {
    const live = await client.get(referenceOf(object), { signal: scope.signal });
    if (live === undefined) {
      scope.refusals.push(notApplied(cluster, object));
      return { kind: "ready", cluster, context, client, object, fields: [] };
    }
    const owner = live.metadata.labels?.[meshLabel];
    if (owner !== undefined && owner !== scope.mesh) {
      scope.refusals.push(otherMesh(cluster, object, { ours: scope.mesh, owner }));
    }
    if (hasHosts(live) !== hasHosts(object)) {
      scope.refusals.push(otherForm(cluster, object));
      return { kind: "ready", cluster, context, client, object, fields: [] };
    }
    const result = await client.apply(object, { dryRun: true, force: scope.force, signal: scope.signal });
    return { kind: "ready", cluster, context, client, object, fields: diffObjects(live, result) };
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
 * writes the new weights to every cluster at the same moment, and waits until
 * the ingress gateways of each obey them. Never rejects for one cluster's sake; a UserError before anything is changed when somebody
 * else works on the mesh (75, ISM308), or when a cluster that answers does not
 * give its Lease.
 */
export async function carryOutShift(
  prepared: PreparedShift,
  first: () => Promise<void>,
  options: ShiftOptions,
): Promise<readonly ShiftOutcome[]> {
  const ready = prepared.targets.filter((one) => one.kind === "ready");
  const leases = await holdLeases(prepared.mesh, "shift", ready, options);
  let written: readonly ShiftOutcome[];
  try {
    if (leases.failed.size > 0) {
      throw new UserError([...leases.failed.values()].flat(), exitCodes.failed);
    }
    await first();
    written = await writeWeights(prepared, leases, options);
  } finally {
    await leases.release();
  }
  return Promise.all(written.map(async (outcome) => proveTaken(prepared, outcome, options)));
}

/** What is stored already may be obeyed by nobody, so it is looked at like what was written. */
async function proveTaken(
  { targets, istio, asked }: PreparedShift,
  outcome: ShiftOutcome,
  options: ShiftOptions,
): Promise<ShiftOutcome> {
  const target = targets.find((one) => one.kind === "ready" && one.cluster === outcome.cluster);
  const stored = outcome.state === "shifted" || outcome.state === "unchanged";
  if (target?.kind !== "ready" || !stored) {
    return outcome;
  }
  const place = { name: target.cluster, context: target.context, client: target.client };
  try {
    const diagnostics = await waitUntilTaken(place, asked, {
      timeoutMs: options.timeoutMs,
      signal: options.signal,
      onPending: () => {},
      findCulprits: createCulpritFinder(istio, options),
    });
    return { ...outcome, diagnostics: [...outcome.diagnostics, ...diagnostics] };
  } catch (error) {
    options.signal.throwIfAborted();
    return {
      cluster: target.cluster,
      state: "notTaken",
      diagnostics: await diagnoseFailure(error, target.cluster, "shift"),
    };
  }
}

async function writeWeights(
  prepared: PreparedShift,
  leases: HeldLeases,
  options: ShiftOptions,
): Promise<readonly ShiftOutcome[]> {
  return Promise.all(
    prepared.targets.map(async (target): Promise<ShiftOutcome> => {
      if (target.kind === "unreachable") {
        return { cluster: target.cluster, state: "unreachable", diagnostics: [target.diagnostic] };
      }
      if (target.fields.length === 0) {
        return { cluster: target.cluster, state: "unchanged", diagnostics: [] };
      }
      try {
        await leases.held.get(target.cluster)?.ensure();
        const force = forcesConflicts(options.forceConflicts, target.object.kind);
        await target.client.apply(target.object, { force, signal: options.signal });
        return { cluster: target.cluster, state: "shifted", diagnostics: [] };
      } catch (error) {
        return {
          cluster: target.cluster,
          state: "failed",
          diagnostics: [await diagnoseKubeError(error, target.cluster)],
        };
      }
    }),
  );
}

/** Replaces the mesh file whole or not at all; it keeps its owner and permissions. */
export async function replaceMeshFile(file: string, text: string): Promise<void> {
  await replaceFile(file, text, { mode: 0o644, keepAccess: true });
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

function otherMesh(
  cluster: string,
  object: KubeObject,
  { ours, owner }: { readonly ours: string; readonly owner: string },
): Diagnostic {
  return {
    ...errorOf("ISM201"),
    detail: `${describeId(idOf(object))} of cluster ${cluster} is part of mesh ${owner}, and the mesh file is that of ${ours}. No cluster was changed.`,
    fix: `Name the mesh file of ${owner} with -f.`,
    cluster,
    object: idOf(object),
  };
}

function notApplied(cluster: string, object: KubeObject): Diagnostic {
  return {
    ...errorOf("ISM305"),
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
