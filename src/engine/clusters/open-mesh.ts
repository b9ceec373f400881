import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, RunOptions } from "../options.ts";
import type { Connection, ConnectOptions } from "./connect-clusters.ts";
import { closeConnections, connectClusters } from "./connect-clusters.ts";
import type { ResolvedClusters } from "./resolve-contexts.ts";
import { resolveContexts } from "./resolve-contexts.ts";
import { closeRancher } from "./rancher-link.ts";
import { connectRancherLocal } from "./rancher-local-cluster.ts";

/** The clusters of a mesh, and the Rancher that some are behind. Whoever opened it closes all of them (`closeMesh`). */
export interface OpenMesh extends ResolvedClusters {
  readonly connections: readonly Connection[];
  /** Rancher's local cluster, when it was asked for and the mesh has something there. */
  readonly rancherLocal: Connection | undefined;
}

export interface OpenOptions extends RunOptions, AccessOptions, Omit<ConnectOptions, "installed" | "onLate"> {
  /** Read also what somebody else has installed, where the mesh file says that somebody does: Istio, for which planning needs rights in all namespaces, or a gateway. */
  readonly installed?: boolean;
  /** Connect also to the cluster that Rancher runs in. */
  readonly rancherLocal?: boolean;
  /** The clusters to connect to; all without it. */
  readonly isWanted?: (cluster: string) => boolean;
  /** Told of the mesh as far as it is open when some clusters are late (`ConnectOptions`). Whoever opens the mesh closes it. */
  readonly onLate?: (soFar: OpenMesh) => void;
}

/** Finds the way to every cluster and connects to those that are wanted. Nothing is left open when it rejects. */
export async function openMesh(meshFile: MeshFile, options: OpenOptions): Promise<OpenMesh> {
  const { open } = await openMeshWhile(meshFile, options, async () => undefined);
  return open;
}

/** Runs work with the mesh open, and closes it whatever becomes of the work. Rejects as `openMesh` or the work does. */
export async function withOpenMesh<Result>(
  meshFile: MeshFile,
  options: OpenOptions,
  work: (open: OpenMesh) => Promise<Result>,
): Promise<Result> {
  const open = await openMesh(meshFile, options);
  try {
    return await work(open);
  } finally {
    await closeMesh(open);
  }
}

/**
 * As `openMesh`, with other work beside it that needs the way to the clusters
 * and no answer of theirs. When either rejects the other is stopped by its
 * signal and waited for, and nothing is left open; the first failure is the one that is thrown.
 */
export async function openMeshWhile<Result>(
  meshFile: MeshFile,
  options: OpenOptions,
  work: (resolved: ResolvedClusters, signal: AbortSignal) => Promise<Result>,
): Promise<{ readonly open: OpenMesh; readonly result: Result }> {
  const { isWanted = () => true, rancherLocal = false, onLate, installed: wantsInstalled = false, ...more } = options;
  const resolved = await resolveContexts(meshFile, options);
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const opened: Connection[] = [];
  const installed = meshFile.mesh.istio.install === "existing" ? "istio" : "gateway";
  const late = tellLate(resolved, onLate);
  const connect = async (): Promise<readonly Connection[]> => {
    const wanted = resolved.clusters.filter((one) => isWanted(one.cluster.name));
    const connections = await connectClusters(wanted, {
      ...more,
      ...(wantsInstalled ? { installed } : {}),
      ...(onLate === undefined ? {} : { onLate: late.clusters }),
      signal,
    });
    late.end();
    opened.push(...connections);
    return connections;
  };
  const connectLocal = async (): Promise<Connection | undefined> => {
    const connection = rancherLocal
      ? await connectRancherLocal(meshFile.mesh, resolved.rancher, { ...options, signal })
      : undefined;
    opened.push(...(connection === undefined ? [] : [connection]));
    late.local(connection);
    return connection;
  };
  const begun = [connect(), connectLocal(), work(resolved, signal)] as const;
  try {
    const [connections, connectedLocal, result] = await Promise.all(begun);
    return { open: { ...resolved, connections, rancherLocal: connectedLocal }, result };
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(begun);
    await Promise.all([closeConnections(opened), closeRancher(resolved.rancher)]);
    throw error;
  }
}

/** Tells of late clusters; where Rancher's own one is late too, as soon as it is known what that says. */
function tellLate(
  resolved: ResolvedClusters,
  onLate: OpenOptions["onLate"],
): {
  readonly clusters: (soFar: readonly Connection[]) => void;
  readonly local: (connection: Connection | undefined) => void;
  readonly end: () => void;
} {
  let local: { readonly connection: Connection | undefined } | undefined;
  let heldBack: readonly Connection[] | undefined;
  const clusters = (soFar: readonly Connection[]): void => {
    if (local === undefined) {
      heldBack = soFar;
    } else {
      onLate?.({ ...resolved, connections: soFar, rancherLocal: local.connection });
    }
  };
  return {
    clusters,
    local: (connection) => {
      local = { connection };
      if (heldBack !== undefined) {
        clusters(heldBack);
      }
    },
    end: () => {
      heldBack = undefined;
    },
  };
}

/** Ends the connections to the clusters and to Rancher. */
export async function closeMesh({
  connections,
  rancherLocal,
  rancher,
}: Pick<OpenMesh, "connections" | "rancherLocal" | "rancher">): Promise<void> {
  await Promise.all([
    closeConnections(rancherLocal === undefined ? connections : [...connections, rancherLocal]),
    closeRancher(rancher),
  ]);
}
