import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import type { Cluster } from "../../core/model/mesh.ts";
import type { ResolvedContext } from "../../kube/kubeconfig/resolve-context.ts";
import type { ClusterState } from "../facts/cluster-state.ts";

/** A cluster of the mesh file with the access to it. */
interface Accessed {
  readonly cluster: Cluster;
  readonly context: ResolvedContext;
}

/**
 * Names every cluster of the mesh file whose context leads to the API server
 * of another one (ISM515): its objects would replace the other's in turn, and
 * istiod would count what runs there twice.
 */
export function findSharedServers(clusters: readonly Accessed[]): readonly Diagnostic[] {
  return findPairs(clusters, ({ context }) => addressOf(context.server)).map(([one, first]) =>
    shared(one, first, `the contexts ${describe(first)} and ${describe(one)} both lead to ${one.context.server}`),
  );
}

/** The same for clusters that answer at different addresses and are one: namespace kube-system has the same UID. */
export function findSharedClusters(
  connected: readonly (Accessed & { readonly facts: Pick<ClusterState, "uid"> })[],
): readonly Diagnostic[] {
  return findPairs(connected, ({ facts }) => facts.uid).map(([one, first]) =>
    shared(
      one,
      first,
      `${first.context.server} (context ${describe(first)}) and ${one.context.server} (context ${describe(one)}) are two addresses of one cluster: its namespace kube-system has the UID ${one.facts.uid ?? ""}`,
    ),
  );
}

function shared(one: Accessed, first: Accessed, why: string): Diagnostic {
  return {
    ...errorOf("ISM515"),
    detail: `${first.cluster.name} and ${one.cluster.name} of the mesh file are the same cluster: ${why}.`,
    fix: `Correct the context of one of them, or the kubeconfig entry that it leads to. Where there is only one cluster, take ${one.cluster.name} out of the mesh file.`,
    cluster: one.cluster.name,
  };
}

function describe({ context }: Accessed): string {
  return `${context.context} of ${context.file}`;
}

/** Everything that has the key of something before it, with that one. */
function findPairs<T>(all: readonly T[], keyOf: (one: T) => string | undefined): readonly (readonly [T, T])[] {
  const firsts = new Map<string, T>();
  return all.flatMap((one) => {
    const key = keyOf(one);
    const first = key === undefined ? undefined : firsts.get(key);
    if (key !== undefined && first === undefined) {
      firsts.set(key, one);
    }
    return first === undefined ? [] : [[one, first] as const];
  });
}

/** An address without what does not tell servers apart: letter case, a port that goes without saying, a slash at the end. */
function addressOf(server: string): string {
  return new URL(server).href.replace(/\/+$/, "");
}
