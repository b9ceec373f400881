import path from "node:path";
import type { Diagnostic } from "../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../core/diagnostics/exit-codes.ts";
import { UserError } from "../core/diagnostics/user-error.ts";
import type { Json } from "../core/model/kube-object.ts";
import type { Cluster } from "../core/model/mesh.ts";
import type { KubeClient } from "../kube/client.ts";
import { createKubeClient } from "../kube/client.ts";
import { diagnoseKubeError } from "../kube/errors.ts";
import type { ResolvedContext } from "../kube/kubeconfig/resolve-context.ts";
import { resolveContext } from "../kube/kubeconfig/resolve-context.ts";
import type { ClusterFacts } from "./facts/gather-cluster.ts";
import { gatherCluster } from "./facts/gather-cluster.ts";
import type { ClusterPlatform } from "./istio-manifests.ts";
import type { MeshFile } from "./mesh-file.ts";
import type { EngineOptions } from "./options.ts";
import { findMissingSandbox, sandboxExtension } from "./sandbox-network.ts";

/** A cluster of the mesh file with the kubeconfig context that it names. */
export interface ClusterContext {
  readonly cluster: Cluster;
  readonly context: ResolvedContext;
  readonly platform: ClusterPlatform;
}

/** A cluster that answers, with what it already has. */
export interface Connected extends ClusterContext {
  readonly kind: "connected";
  readonly client: KubeClient;
  readonly facts: ClusterFacts;
}

/** A cluster that does not, with the reason. */
export interface Unreachable {
  readonly kind: "unreachable";
  readonly cluster: Cluster;
  readonly diagnostic: Diagnostic;
}

export type Connection = Connected | Unreachable;

/**
 * The context of every cluster. A context that is not there is a mistake in
 * the mesh file or the kubeconfig, not an outage: one UserError (65) for all
 * of them, located in the mesh file.
 */
export async function resolveContexts(meshFile: MeshFile, options: EngineOptions): Promise<readonly ClusterContext[]> {
  const problems: Diagnostic[] = [];
  const contexts: ClusterContext[] = [];
  for (const [index, cluster] of meshFile.mesh.clusters.entries()) {
    if (cluster.access.kind !== "context") {
      throw new Error("access through Rancher is refused when the mesh file is read");
    }
    const resolved = await resolveContext({
      cluster: cluster.name,
      context: cluster.access.context,
      ...(cluster.access.kubeconfig === undefined
        ? {}
        : { kubeconfigFile: path.resolve(meshFile.folder, cluster.access.kubeconfig) }),
      ...(options.kubeconfig === undefined ? {} : { kubeconfigFlag: options.kubeconfig }),
      env: options.env,
      extraFiles: options.extraKubeconfigs,
    });
    if (resolved.kind === "problem") {
      const range = meshFile.locate(["spec", "clusters", index, "context"]);
      problems.push(...resolved.diagnostics.map((one) => ({ ...one, range })));
    } else {
      contexts.push({ cluster, context: resolved.context, platform: platformOf(resolved.context) });
    }
  }
  if (problems.length > 0) {
    throw new UserError(problems, exitCodes.invalidMeshFile);
  }
  return contexts;
}

/** Connects to every cluster side by side and reads its facts. Never rejects for one cluster's sake. */
export async function connectClusters(
  contexts: readonly ClusterContext[],
  options: EngineOptions,
): Promise<readonly Connection[]> {
  return Promise.all(
    contexts.map(async (one): Promise<Connection> => {
      const missing = findMissingSandbox(one.cluster.name, one.context);
      if (missing !== undefined) {
        return { kind: "unreachable", cluster: one.cluster, diagnostic: missing };
      }
      const client = createKubeClient({ cluster: one.cluster.name, context: one.context });
      try {
        return { kind: "connected", ...one, client, facts: await gatherCluster(client, options.signal) };
      } catch (error) {
        await client.close();
        options.signal.throwIfAborted();
        return {
          kind: "unreachable",
          cluster: one.cluster,
          diagnostic: await diagnoseKubeError(error, one.cluster.name),
        };
      }
    }),
  );
}

/** Ends all connections. */
export async function closeConnections(connections: readonly Connection[]): Promise<void> {
  await Promise.all(connections.map(async (one) => (one.kind === "connected" ? one.client.close() : undefined)));
}

/** What a context's cluster asks of Istio; nothing for clusters that are not a sandbox's. */
export function platformOf(context: ResolvedContext): ClusterPlatform {
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
