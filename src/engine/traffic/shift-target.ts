import type { IstioSettings } from "../../core/model/mesh.ts";
import type { AskedRoutes } from "../../core/checks/route-table.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { describeId, idOf } from "../../core/model/kube-object.ts";
import type { FieldChange } from "../../core/plan/diff.ts";
import { diffObjects } from "../../core/plan/diff.ts";
import { meshLabel } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";
import { diagnoseKubeError } from "../../kube/diagnose.ts";
import { KubeError } from "../../kube/errors.ts";
import type { ObjectReference } from "../../kube/object-reference.ts";
import type { SeenLease } from "../apply/lease/take-lease.ts";
import { leaseReference } from "../apply/lease/take-lease.ts";
import type { SecureRoute } from "../apply/waits/until-certified.ts";
import { withinClusterTime } from "../clusters/cluster-time.ts";
import type { ClusterContext } from "../clusters/connect-clusters.ts";
import { findMissingSandbox } from "../clusters/sandbox-network.ts";
import type { RunOptions } from "../options.ts";

export type ShiftTarget =
  | {
      readonly kind: "ready";
      readonly cluster: string;
      /** The kubeconfig context. */
      readonly context: string;
      readonly client: KubeClient;
      readonly object: KubeObject;
      readonly fields: readonly FieldChange[];
      /** The mesh's Lease there, as it was read beside the rest (`LeaseTarget`). */
      readonly seen?: Promise<SeenLease | undefined>;
    }
  | { readonly kind: "unreachable"; readonly cluster: string; readonly diagnostic: Diagnostic };

/** A shift that every reachable cluster has agreed to in a dry-run. Connections are open until `close`. */
export interface PreparedShift {
  readonly mesh: string;
  /** The mesh's settings of Istio. */
  readonly istio: IstioSettings;
  /** Cluster → what its gateways have to hold afterwards. */
  readonly asked: Readonly<Record<string, readonly AskedRoutes[]>>;
  /** The routes of it that are served over TLS. */
  readonly secure: readonly SecureRoute[];
  readonly targets: readonly ShiftTarget[];
  /** What could not be seen before the shift. */
  readonly warnings: readonly Diagnostic[];
  readonly close: () => Promise<void>;
}

/** What is asked of a cluster before it is known what its route is to be. */
export interface FirstReads {
  /** The route's object as it is now; rejects as a look at a cluster does. */
  readonly live: Promise<KubeObject | undefined>;
  readonly lease: Promise<SeenLease | undefined>;
}

/** Asks at once, so that the answers are there when they are needed. Nothing is asked of a sandbox that does not run. */
export function readFirst(
  one: ClusterContext,
  client: KubeClient,
  { route, mesh }: { readonly route: ObjectReference; readonly mesh: string },
  options: Pick<RunOptions, "signal" | "clusterTimeoutMs">,
): FirstReads {
  if (findMissingSandbox(one.cluster.name, one.context) !== undefined) {
    return { live: Promise.resolve(undefined), lease: Promise.resolve(undefined) };
  }
  const live = withinClusterTime(one, options, async (signal) => client.get(route, { signal }));
  const lease = client.get(leaseReference({ mesh, cluster: one.cluster.name }), { signal: options.signal }).then(
    (found): SeenLease => ({ live: found }),
    // Whoever takes it asks again, and gets the reason.
    () => undefined,
  );
  // Told to whoever waits for it.
  live.catch(() => {});
  return { live, lease };
}

/**
 * Asks one cluster by dry-run whether it would take the route's VirtualService or HTTPRoute.
 * What it refuses is added to the `refusals`; one that does not answer is a value.
 */
export async function askCluster(
  one: ClusterContext,
  client: KubeClient,
  object: KubeObject,
  scope: {
    readonly mesh: string;
    readonly first: FirstReads;
    readonly refusals: Diagnostic[];
    readonly force: boolean;
  } & Pick<RunOptions, "signal" | "clusterTimeoutMs">,
): Promise<ShiftTarget> {
  const cluster = one.cluster.name;
  const { context } = one.context;
  const missing = findMissingSandbox(cluster, one.context);
  if (missing !== undefined) {
    return { kind: "unreachable", cluster, diagnostic: missing };
  }
  const target = { kind: "ready", cluster, context, client, object, seen: scope.first.lease } as const;
  try {
    const live = await scope.first.live;
    const refusal = refusalOf(live, object, { cluster, mesh: scope.mesh });
    scope.refusals.push(...refusal.diagnostics);
    if (refusal.final || live === undefined) {
      return { ...target, fields: [] };
    }
    const result = await withinClusterTime(one, scope, async (signal) =>
      client.apply(object, { dryRun: true, force: scope.force, signal }),
    );
    return { ...target, fields: diffObjects(live, result) };
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

/** What is wrong with the object that is there; `final` where there is nothing more to ask about it. */
function refusalOf(
  live: KubeObject | undefined,
  object: KubeObject,
  { cluster, mesh }: { readonly cluster: string; readonly mesh: string },
): { readonly diagnostics: readonly Diagnostic[]; readonly final: boolean } {
  if (live === undefined) {
    return { diagnostics: [notApplied(cluster, object)], final: true };
  }
  const owner = live.metadata.labels?.[meshLabel];
  const foreign = owner !== undefined && owner !== mesh ? [otherMesh(cluster, object, { ours: mesh, owner })] : [];
  return object.kind === "VirtualService" && hasHosts(live) !== hasHosts(object)
    ? { diagnostics: [...foreign, otherForm(cluster, object)], final: true }
    : { diagnostics: foreign, final: false };
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
    detail: `Cluster ${cluster} has no ${object.kind} ${object.metadata.namespace}/${object.metadata.name}, so there are no weights to shift. No cluster was changed.`,
    fix: "Run isthmus apply first.",
    cluster,
    object: idOf(object),
  };
}
