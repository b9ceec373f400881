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
import { referenceOf } from "../../kube/object-reference.ts";
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
  const ask = async (signal: AbortSignal): Promise<ShiftTarget> => {
    const live = await client.get(referenceOf(object), { signal });
    if (live === undefined) {
      scope.refusals.push(notApplied(cluster, object));
      return { kind: "ready", cluster, context, client, object, fields: [] };
    }
    const owner = live.metadata.labels?.[meshLabel];
    if (owner !== undefined && owner !== scope.mesh) {
      scope.refusals.push(otherMesh(cluster, object, { ours: scope.mesh, owner }));
    }
    if (object.kind === "VirtualService" && hasHosts(live) !== hasHosts(object)) {
      scope.refusals.push(otherForm(cluster, object));
      return { kind: "ready", cluster, context, client, object, fields: [] };
    }
    const result = await client.apply(object, { dryRun: true, force: scope.force, signal });
    return { kind: "ready", cluster, context, client, object, fields: diffObjects(live, result) };
  };
  try {
    return await withinClusterTime(one, scope, ask);
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
