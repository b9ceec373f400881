import { errorOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { Cluster } from "../../core/model/mesh.ts";
import type { KubeClient } from "../../kube/client.ts";
import { createKubeClient } from "../../kube/connect-client.ts";
import { diagnoseKubeError } from "../../kube/diagnose.ts";
import type { ResolvedContext } from "../../kube/kubeconfig/resolve-context.ts";
import { shareReads } from "../../kube/share-reads.ts";
import type { ClusterState } from "../facts/cluster-state.ts";
import { readClusterState } from "../facts/cluster-state.ts";
import type { RunOptions } from "../options.ts";
import type { ClusterPlatform } from "./cluster-platform.ts";
import { withinClusterTime } from "./cluster-time.ts";
import { requestLimits } from "./request-limits.ts";
import { findMissingSandbox } from "./sandbox-network.ts";
import { watchStandstill } from "./watch-standstill.ts";

/** A cluster of the mesh file with the kubeconfig context that it names. */
export interface ClusterContext {
  readonly kind: "found";
  readonly cluster: Cluster;
  readonly context: ResolvedContext;
  readonly platform: ClusterPlatform;
}

/** A cluster that answers, with what it already has. */
export interface Connected extends Omit<ClusterContext, "kind"> {
  readonly kind: "connected";
  readonly client: KubeClient;
  readonly facts: ClusterState;
}

/** A cluster that does not, with the reason. */
export interface Unreachable {
  readonly kind: "unreachable";
  readonly cluster: Cluster;
  readonly diagnostic: Diagnostic;
}

export type Connection = Connected | Unreachable;

export interface ConnectOptions extends Pick<RunOptions, "signal" | "timeoutMs" | "clusterTimeoutMs"> {
  /** Read also what remote secrets say. */
  readonly remotes?: boolean;
  /** Read also what somebody else has installed (`GatherOptions.installed`). */
  readonly installed?: "istio" | "gateway";
  /** The connections are for one look at the clusters: what was read once is not read again (`shareReads`), and is held until they are closed. */
  readonly oneLook?: boolean;
  /** What an account may not read of a cluster is left empty and named; otherwise that is a cluster that does not answer. */
  readonly tolerant?: boolean;
  /** Told when some clusters are connected and no other has been for two seconds: the late ones are unreachable there. Again after each further cluster. */
  readonly onLate?: (soFar: readonly Connection[]) => void;
}

/**
 * Connects to every cluster side by side and reads its facts. Rejects for no
 * cluster's sake, only when the signal fires or for a bug, and then leaves no connection open.
 */
export async function connectClusters(
  clusters: readonly (ClusterContext | Unreachable)[],
  { onLate, ...options }: ConnectOptions,
): Promise<readonly Connection[]> {
  const soFar = clusters.map(({ cluster }): Connection => unheardOf(cluster));
  const watch =
    onLate === undefined
      ? undefined
      : watchStandstill(() => {
          if (soFar.some(({ kind }) => kind === "connected")) {
            onLate([...soFar]);
          } else {
            watch?.came();
          }
        });
  const settled = await Promise.allSettled(
    clusters.map(async (one, index): Promise<Connection> => {
      const connection = await connectCluster(one, clusters.length, options);
      soFar[index] = connection;
      watch?.came();
      return connection;
    }),
  );
  watch?.end();
  const connections = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const rejected = settled.find((one) => one.status === "rejected");
  if (rejected !== undefined) {
    await closeConnections(connections);
    throw rejected.reason;
  }
  return connections;
}

/** A cluster that has not said anything yet. */
function unheardOf(cluster: Cluster): Unreachable {
  const detail = `${cluster.name} has not answered yet.`;
  return { kind: "unreachable", cluster, diagnostic: { ...errorOf("ISM258"), detail, cluster: cluster.name } };
}

async function connectCluster(
  one: ClusterContext | Unreachable,
  clusters: number,
  { remotes = false, installed, oneLook = false, tolerant = false, ...options }: Omit<ConnectOptions, "onLate">,
): Promise<Connection> {
  if (one.kind === "unreachable") {
    return one;
  }
  const missing = findMissingSandbox(one.cluster.name, one.context);
  if (missing !== undefined) {
    return { kind: "unreachable", cluster: one.cluster, diagnostic: missing };
  }
  const unshared = createKubeClient({
    cluster: one.cluster.name,
    context: one.context,
    limits: requestLimits(options, clusters),
  });
  const client = oneLook ? shareReads(unshared) : unshared;
  try {
    const facts = await withinClusterTime(one, options, async (signal) =>
      readClusterState(client, {
        remotes,
        ...(installed === undefined ? {} : { installed }),
        cluster: one.cluster,
        tolerant,
        signal,
      }),
    );
    return { ...one, kind: "connected", client, facts };
  } catch (error) {
    await client.close();
    options.signal.throwIfAborted();
    return {
      kind: "unreachable",
      cluster: one.cluster,
      diagnostic: await diagnoseKubeError(error, one.cluster.name),
    };
  }
}

/** Ends all connections. */
export async function closeConnections(connections: readonly Connection[]): Promise<void> {
  await Promise.all(connections.map(async (one) => (one.kind === "connected" ? one.client.close() : undefined)));
}
