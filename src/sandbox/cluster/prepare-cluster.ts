import path from "node:path";
import type { ClusterFolder } from "./cluster-folder.ts";
import { renderComponentFiles } from "./component-files.ts";
import { preparePodNetwork } from "./prepare-pod-network.ts";
import { makeCredentials } from "./credentials.ts";
import type { NodeConfig } from "./node-config.ts";
import { writeNodeConfig } from "./node-config.ts";
import { makePrivateFolder, readJsonFile, writePrivateFile } from "./private-file.ts";

/** Credentials are made anew when a node starts with less than this left of their year. */
const renewBeforeMs = 30 * 24 * 3600 * 1000;

/**
 * Writes everything that a node needs before it can start: folders (0700),
 * credentials (once, and again when they near their end), configuration files
 * (always). Data of an earlier run of the node stays.
 */
export async function prepareCluster(folder: ClusterFolder, config: NodeConfig, now: Date): Promise<void> {
  const folders = [
    folder.certs,
    folder.logs,
    folder.config,
    folder.cni,
    folder.cniPlugins,
    folder.etcd,
    folder.kubelet,
    folder.podLogs,
    folder.temporary,
  ];
  await Promise.all(folders.map(makePrivateFolder));
  await Promise.all([
    ensureCredentials(folder, config, now),
    writeNodeConfig(folder.dir, config),
    ...(config.role === "node" ? renderComponentFiles(folder, config) : []).map(async ([file, text]) =>
      writePrivateFile(file, text),
    ),
    ...(config.role === "node" ? [preparePodNetwork(folder, config)] : []),
  ]);
}

async function ensureCredentials(folder: ClusterFolder, config: NodeConfig, now: Date): Promise<void> {
  const marker = path.join(folder.certs, "made.json");
  const made = (await readJsonFile(marker)) as { readonly renewAfter?: string } | undefined;
  if (made?.renewAfter !== undefined && now < new Date(made.renewAfter)) {
    return;
  }
  const expires = await makeCredentials(
    folder,
    { cluster: config.cluster, node: config.node, nodeAddress: config.nodeAddress },
    now,
  );
  // Last: credentials that were left half done are made anew.
  await writePrivateFile(
    marker,
    `${JSON.stringify({ renewAfter: new Date(expires.getTime() - renewBeforeMs).toISOString() })}\n`,
  );
}
