import { Agent } from "node:https";
import type { KubeClient } from "../../kube/client.ts";
import { createKubeClient } from "../../kube/connect-client.ts";
import type { AdminCredentials } from "../cluster/admin-credentials.ts";
import { readAdminCredentials } from "../cluster/admin-credentials.ts";
import { clusterFolder } from "../cluster/cluster-folder.ts";

/** A cluster that the double stands in front of, `local` included. */
export interface RancherCluster {
  readonly id: string;
  /** What people call it: the sandbox's name of the cluster, `local` for Rancher's own. */
  readonly name: string;
  readonly credentials: AdminCredentials;
  /** As the cluster's administrator. */
  readonly client: KubeClient;
  /** Connections as the administrator, for Rancher's tokens. */
  readonly adminAgent: Agent;
  /** Connections without a client certificate, for those who bring a service account's token. */
  readonly plainAgent: Agent;
  close(): Promise<void>;
}

/**
 * Reads a cluster's credentials out of its folder and opens nothing yet. The
 * double gives up soon on a cluster that does not answer; its loops try again.
 */
export async function openCluster(cluster: {
  readonly id: string;
  readonly name: string;
  readonly nodeAddress: string;
  readonly dir: string;
}): Promise<RancherCluster> {
  const { id, name } = cluster;
  const credentials = await readAdminCredentials(clusterFolder(cluster.dir), cluster.nodeAddress);
  const client = createKubeClient({
    cluster: name,
    context: {
      context: id,
      file: cluster.dir,
      server: credentials.server,
      caData: Buffer.from(credentials.authority).toString("base64"),
      insecureSkipTlsVerify: false,
      user: {
        name: "sandbox-admin",
        clientCertificate: { certificate: credentials.certificate, key: credentials.key },
      },
      extensions: {},
    },
    limits: { connectTimeoutMs: 2000, requestTimeoutMs: 10_000, retryBudgetMs: 2000 },
  });
  const plainAgent = new Agent({ keepAlive: true, ca: credentials.authority });
  const adminAgent = new Agent({
    keepAlive: true,
    ca: credentials.authority,
    cert: credentials.certificate,
    key: credentials.key.expose(),
  });
  return {
    id,
    name,
    credentials,
    client,
    adminAgent,
    plainAgent,
    close: async () => {
      plainAgent.destroy();
      adminAgent.destroy();
      await client.close();
    },
  };
}
