import { readAdminCredentials } from "../cluster/admin-credentials.ts";
import { clusterFolder } from "../cluster/cluster-folder.ts";
import { readNodeConfig } from "../cluster/node-config.ts";
import { writePrivateFile } from "../cluster/private-file.ts";
import type { InstanceRecord } from "./instance-record.ts";
import { writeRecord } from "./instance-record.ts";
import type { KubeconfigEntries } from "./kubeconfig.ts";
import { renderKubeconfig, renderKubeconfigEntries } from "./kubeconfig.ts";
import type { Environment } from "./state-folder.ts";
import { clusterDirectory, kubeconfigFile } from "./state-folder.ts";
import { mergeIntoUserKubeconfig, removeFromUserKubeconfig, userKubeconfigFile } from "./user-kubeconfig.ts";

export interface KubeconfigOptions {
  /** Put the contexts into the user's kubeconfig too. */
  readonly merge: boolean;
  readonly env: Environment;
  readonly signal: AbortSignal;
}

/** Writes a sandbox's own kubeconfig, and its contexts into the user's where that is asked for. UserErrors ISM743, ISM744. */
export async function writeKubeconfigs(
  folder: string,
  record: InstanceRecord,
  options: KubeconfigOptions,
): Promise<void> {
  const entries = await readEntries(folder, record);
  await writePrivateFile(kubeconfigFile(folder), renderKubeconfig(entries));
  if (!options.merge) {
    return;
  }
  const file = userKubeconfigFile(options.env);
  const merged = await mergeIntoUserKubeconfig(file, record.instance, entries, options.signal);
  const earlier = record.merged;
  if (earlier !== undefined && earlier.file !== file) {
    await removeFromUserKubeconfig(earlier, record.instance, options.signal);
  }
  // A second merge finds the file that the first one made: what it was then is what counts.
  await writeRecord(options.env, { ...record, merged: earlier?.file === file ? earlier : merged });
}

async function readEntries(folder: string, record: InstanceRecord): Promise<KubeconfigEntries> {
  const clusters = await Promise.all(
    record.clusters.map(async (cluster) => {
      const files = clusterFolder(clusterDirectory(folder, cluster.name));
      const [credentials, config] = await Promise.all([
        readAdminCredentials(files, cluster.nodeAddress),
        readNodeConfig(files.dir),
      ]);
      return { cluster, credentials, engine: config.engine };
    }),
  );
  return renderKubeconfigEntries(record.instance, clusters);
}
