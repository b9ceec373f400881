import { namedFile } from "../../files/named-file.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { Json } from "../../core/model/kube-object.ts";
import type { Cluster, ClusterAccess } from "../../core/model/mesh.ts";
import { rememberKubeconfigs } from "../../kube/kubeconfig/load-kubeconfigs.ts";
import type { ResolveContextOptions, ResolvedContext } from "../../kube/kubeconfig/resolve-context.ts";
import { resolveContext } from "../../kube/kubeconfig/resolve-context.ts";
import { pickCluster } from "../../providers/rancher/clusters.ts";
import type { ClusterPlatform } from "./cluster-platform.ts";
import type { ClusterContext, Connection, Unreachable } from "./connect-clusters.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, RunOptions } from "../options.ts";
import type { RancherLink, RancherState } from "./rancher-link.ts";
import { closeRancher, contextThrough, linkRancher } from "./rancher-link.ts";
import { findSharedClusters, findSharedServers } from "./same-cluster.ts";
import { sandboxExtension } from "./sandbox-network.ts";

/** Every cluster of the mesh file with the access to it; without one for those that are behind a Rancher that is unavailable. */
export interface ResolvedClusters {
  readonly clusters: readonly (ClusterContext | Unreachable)[];
  readonly rancher: RancherState;
}

/**
 * The way to every cluster: its kubeconfig context, or Rancher. A context or
 * an ID that is not there is a mistake in the mesh file or the kubeconfig, not
 * an outage: one UserError (65) for all of them, located in the mesh file. When it
 * rejects, Rancher's client is closed.
 */
export async function resolveContexts(
  meshFile: MeshFile,
  options: AccessOptions & RunOptions,
): Promise<ResolvedClusters> {
  const rancher = await linkRancher(meshFile, options);
  try {
    return { clusters: await resolveAll(meshFile, rancher, options), rancher };
  } catch (error) {
    await closeRancher(rancher);
    throw error;
  }
}

async function resolveAll(
  meshFile: MeshFile,
  rancher: RancherState,
  options: AccessOptions,
): Promise<ResolvedClusters["clusters"]> {
  const problems: Diagnostic[] = [];
  const clusters: (ClusterContext | Unreachable)[] = [];
  const load = rememberKubeconfigs();
  for (const [index, cluster] of meshFile.mesh.clusters.entries()) {
    const way =
      cluster.access.kind === "rancher"
        ? resolveThroughRancher(cluster, cluster.access.rancherId, rancher)
        : await resolveClusterContext(meshFile, cluster, cluster.access, { ...options, load });
    if (way.kind === "problem") {
      problems.push(...way.diagnostics.map((one) => ({ ...one, range: accessRange(meshFile, index) })));
    } else {
      clusters.push(way);
    }
  }
  const found = clusters.filter((one) => one.kind === "found");
  problems.push(...findSharedServers(found).map((one) => located(meshFile, one)));
  if (problems.length > 0) {
    throw new UserError(problems, exitCodes.invalidMeshFile);
  }
  return clusters;
}

/** Where the mesh file says how a cluster is reached. */
function accessRange(meshFile: MeshFile, index: number): ReturnType<MeshFile["locate"]> {
  const access = meshFile.mesh.clusters[index]?.access;
  return meshFile.locate(["spec", "clusters", index, access?.kind === "rancher" ? "rancherId" : "context"]);
}

function located(meshFile: MeshFile, diagnostic: Diagnostic): Diagnostic {
  const index = meshFile.mesh.clusters.findIndex((one) => one.name === diagnostic.cluster);
  return { ...diagnostic, range: accessRange(meshFile, index) };
}

/** Every two clusters of the mesh file that turned out to be one when they were asked (ISM515), located there. */
export function locateSharedClusters(meshFile: MeshFile, connections: readonly Connection[]): readonly Diagnostic[] {
  return findSharedClusters(connections.filter((one) => one.kind === "connected")).map((one) => located(meshFile, one));
}

/** Refuses a mesh two clusters of which are one: a UserError (65). */
export function refuseSharedClusters(meshFile: MeshFile, connections: readonly Connection[]): void {
  const shared = locateSharedClusters(meshFile, connections);
  if (shared.length > 0) {
    throw new UserError(shared, exitCodes.invalidMeshFile);
  }
}

type Problem = { readonly kind: "problem"; readonly diagnostics: readonly Diagnostic[] };

/** The kubeconfig context of one cluster, looked for as every command does it. */
export async function resolveClusterContext(
  meshFile: MeshFile,
  cluster: Cluster,
  access: Extract<ClusterAccess, { readonly kind: "context" }>,
  options: AccessOptions & Pick<ResolveContextOptions, "load">,
): Promise<ClusterContext | Problem> {
  const resolved = await resolveContext({
    cluster: cluster.name,
    context: access.context,
    ...(access.kubeconfig === undefined
      ? {}
      : { kubeconfigFile: namedFile(access.kubeconfig, { folder: meshFile.folder, env: options.env }) }),
    ...(options.kubeconfig === undefined ? {} : { kubeconfigFlag: options.kubeconfig }),
    env: options.env,
    extraFiles: options.extraKubeconfigs,
    ...(options.load === undefined ? {} : { load: options.load }),
  });
  return resolved.kind === "problem" ? resolved : clusterContext(cluster, resolved.context);
}

function resolveThroughRancher(
  cluster: Cluster,
  rancherId: string,
  rancher: RancherState,
): ClusterContext | Unreachable | Problem {
  if (rancher.kind === "none") {
    throw new Error("rancherId without spec.rancher is refused when the mesh file is read");
  }
  if (rancher.kind === "unavailable") {
    return { kind: "unreachable", cluster, diagnostic: { ...rancher.diagnostic, cluster: cluster.name } };
  }
  const unknown = diagnoseUnknownId(rancher.link, rancherId);
  return unknown.length > 0
    ? { kind: "problem", diagnostics: unknown }
    : clusterContext(cluster, contextThrough(rancher.link, rancherId));
}

/** Names are not taken for IDs: what is rendered offline carries the ID, without asking Rancher for it. */
function diagnoseUnknownId({ clusters, access }: RancherLink, rancherId: string): readonly Diagnostic[] {
  if (clusters.some((one) => one.id === rancherId)) {
    return [];
  }
  try {
    const meant = pickCluster(clusters, rancherId, access.url);
    return [
      {
        ...errorOf("ISM289"),
        detail: `${JSON.stringify(rancherId)} is the name of a cluster of Rancher at ${access.url}, and rancherId is its ID.`,
        fix: `Write rancherId: ${meant.id}.`,
      },
    ];
  } catch (error) {
    if (error instanceof UserError) {
      return error.diagnostics;
    }
    throw error;
  }
}

function clusterContext(cluster: Cluster, context: ResolvedContext): ClusterContext {
  return { kind: "found", cluster, context, platform: platformOf(context) };
}

/** What a context's cluster asks of Istio; nothing for clusters that are not a sandbox's. */
function platformOf(context: ResolvedContext): ClusterPlatform {
  const extension = context.extensions[sandboxExtension] as
    | {
        readonly istio?: { readonly hub?: string; readonly values?: { readonly [key: string]: Json } };
        readonly istioctl?: string;
        readonly helm?: string;
        readonly charts?: string;
      }
    | undefined;
  return {
    ...(extension?.istio?.hub === undefined ? {} : { hub: extension.istio.hub }),
    ...(extension?.istioctl === undefined ? {} : { istioctl: extension.istioctl }),
    ...(extension?.helm === undefined ? {} : { helm: extension.helm }),
    ...(extension?.charts === undefined ? {} : { charts: extension.charts }),
    values: extension?.istio?.values ?? {},
  };
}
