import type { EngineParts } from "../engine/parts.ts";
import { clusterFolder } from "./cluster-folder.ts";
import { readJsonFile, writePrivateFile } from "./private-file.ts";

interface CommonConfig {
  readonly version: 1;
  readonly instance: string;
  readonly cluster: string;
  /** The node's name in Kubernetes. */
  readonly node: string;
  readonly nodeAddress: string;
  /** Folder of the node in every cgroup hierarchy, without a leading slash. */
  readonly cgroup: string;
  readonly engine: EngineParts;
}

/** The one node of a cluster: control plane, kubelet and all. */
export interface ClusterNodeConfig extends CommonConfig {
  readonly role: "node";
  readonly region: string;
  readonly zone: string;
  readonly loadBalancerRange: string;
  /** The cluster's pods, a /16. */
  readonly podRange: string;
  /** Pods of other clusters that those of this one reach under their own address: ranges. */
  readonly flatPodRanges: readonly string[];
  /** Where the sandbox has a front door: whose names cluster DNS asks of whom. */
  readonly dns?: ForwardedZone;
}

/** A DNS zone and the address of the server that has it. */
export interface ForwardedZone {
  readonly zone: string;
  readonly server: string;
}

/** The DNS and ACME servers of a front door: two programs, and no Kubernetes. */
export interface FrontDoorNodeConfig extends Omit<CommonConfig, "node"> {
  readonly role: "front-door";
  /** The sandbox's state folder. */
  readonly sandbox: string;
  /** The words that start BIND and Pebble. */
  readonly named: readonly string[];
  readonly pebble: string;
  /** Folders that both are read from. */
  readonly reads: readonly string[];
}

/** Rancher's `local` cluster: a control plane without a kubelet, and the Rancher double in front of it. */
export interface RancherNodeConfig extends CommonConfig {
  readonly role: "rancher";
  /** The sandbox's state folder. */
  readonly sandbox: string;
  /** The program that runs the double with the last argument: `[node, isthmus.js, "sandbox", "rancher"]`. Absolute paths. */
  readonly rancherCommand: readonly string[];
  /** The clusters that it manages. */
  readonly clusters: readonly ManagedCluster[];
}

/** A cluster of the sandbox as the Rancher double knows it. */
export interface ManagedCluster {
  readonly name: string;
  readonly nodeAddress: string;
  /** The cluster's folder. */
  readonly dir: string;
}

/** Everything that a node's supervisor is told. Holds no secret. */
export type NodeConfig = ClusterNodeConfig | RancherNodeConfig;

/** What any supervisor of a sandbox is told. */
export type SupervisorConfig = NodeConfig | FrontDoorNodeConfig;

/** Address of the cluster's API server as the host and the other clusters reach it. */
export function apiServerUrl(nodeAddress: string): string {
  return `https://${nodeAddress}:6443`;
}

/** Name of the one node of a cluster. */
export function nodeName(cluster: string): string {
  return `${cluster}-node`;
}

/** Writes the configuration into the cluster's folder. */
export async function writeNodeConfig(dir: string, config: SupervisorConfig): Promise<void> {
  await writePrivateFile(clusterFolder(dir).nodeConfig, `${JSON.stringify(config, null, 2)}\n`);
}

/** Reads what `writeNodeConfig` wrote. Throws when it is not there or from another version. */
export async function readSupervisorConfig(dir: string): Promise<SupervisorConfig> {
  const config = (await readJsonFile(clusterFolder(dir).nodeConfig)) as SupervisorConfig | undefined;
  if (config?.version !== 1) {
    throw new Error(`${clusterFolder(dir).nodeConfig} is missing or was written by another version`);
  }
  return config;
}

/** The same for a node of Kubernetes. */
export async function readNodeConfig(dir: string): Promise<NodeConfig> {
  const config = await readSupervisorConfig(dir);
  if (config.role === "front-door") {
    throw new Error(`${dir} is not the folder of a cluster`);
  }
  return config;
}
