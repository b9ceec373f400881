import type { KubeClient } from "../../kube/client.ts";
import { createKubeClient } from "../../kube/connect-client.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, RunOptions } from "../options.ts";
import type { ClusterContext, Unreachable } from "./connect-clusters.ts";
import { resolveContexts } from "./resolve-contexts.ts";
import { closeRancher } from "./rancher-link.ts";

/** Clients of all clusters that there is a way to, none of which was asked for anything yet. */
export interface OpenClients {
  readonly clients: readonly { readonly one: ClusterContext; readonly client: KubeClient }[];
  /** Those behind a Rancher that is unavailable. */
  readonly unreachable: readonly Unreachable[];
  readonly close: () => Promise<void>;
}

/**
 * As `openMesh`, for work that is about one object and needs nothing else of
 * the clusters. What leads to a cluster behind Rancher needs Rancher's client no more once it is found.
 */
export async function openClients(meshFile: MeshFile, options: AccessOptions & RunOptions): Promise<OpenClients> {
  const { clusters, rancher } = await resolveContexts(meshFile, options);
  await closeRancher(rancher);
  const clients = clusters.flatMap((one) =>
    one.kind === "found"
      ? [{ one, client: createKubeClient({ cluster: one.cluster.name, context: one.context }) }]
      : [],
  );
  return {
    clients,
    unreachable: clusters.filter((one) => one.kind === "unreachable"),
    close: async () => {
      await Promise.all(clients.map(async ({ client }) => client.close()));
    },
  };
}
