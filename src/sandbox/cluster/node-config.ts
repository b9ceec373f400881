import type { EngineParts } from "../engine/parts.ts";
import { clusterFolder } from "./cluster-folder.ts";
import { readJsonFile, writePrivateFile } from "./private-file.ts";

/** Everything that a node's supervisor is told. Holds no secret. */
export interface NodeConfig {
  readonly version: 1;
  readonly instance: string;
  readonly cluster: string;
  /** The node's name in Kubernetes. */
  readonly node: string;
  readonly region: string;
  readonly zone: string;
  readonly nodeAddress: string;
  readonly loadBalancerRange: string;
  /** Folder of the node in every cgroup hierarchy, without a leading slash. */
  readonly cgroup: string;
  readonly engine: EngineParts;
}

/** Address of the cluster's API server as the host and the other clusters reach it. */
export function apiServerUrl(nodeAddress: string): string {
  return `https://${nodeAddress}:6443`;
}

/** Name of the one node of a cluster. */
export function nodeName(cluster: string): string {
  return `${cluster}-node`;
}

/** Writes the configuration into the cluster's folder. */
export async function writeNodeConfig(dir: string, config: NodeConfig): Promise<void> {
  await writePrivateFile(clusterFolder(dir).nodeConfig, `${JSON.stringify(config, null, 2)}\n`);
}

/** Reads what `writeNodeConfig` wrote. Throws when it is not there or from another version. */
export async function readNodeConfig(dir: string): Promise<NodeConfig> {
  const config = (await readJsonFile(clusterFolder(dir).nodeConfig)) as NodeConfig | undefined;
  if (config?.version !== 1) {
    throw new Error(`${clusterFolder(dir).nodeConfig} is missing or was written by another version`);
  }
  return config;
}
