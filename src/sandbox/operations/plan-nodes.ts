import type { NodeConfig } from "../cluster/node-config.ts";
import type { EngineParts } from "../engine/parts.ts";
import { nodeCgroup } from "../network/names.ts";
import type { InstanceRecord, RecordedCluster, RecordedRancher } from "./instance-record.ts";
import { clusterDirectory } from "./state-folder.ts";

/** What nodes are started with. */
export interface NodePrograms {
  readonly engine: EngineParts;
  /** The program that runs the Rancher double with the last argument: `[node, isthmus.js, "sandbox", "rancher"]`. Absolute paths. */
  readonly rancherCommand: readonly string[];
}

/** What the supervisors of a sandbox's nodes are told: those of its clusters, then the one of a Rancher double. */
export function planNodes(folder: string, record: InstanceRecord, programs: NodePrograms): readonly NodeConfig[] {
  return [
    ...record.clusters.map((cluster) => planClusterNode(record.instance, cluster, programs.engine)),
    ...(record.rancher === undefined ? [] : [planRancherNode(folder, record, record.rancher, programs)]),
  ];
}

function planClusterNode(instance: string, cluster: RecordedCluster, engine: EngineParts): NodeConfig {
  return {
    version: 1,
    role: "node",
    instance,
    cluster: cluster.name,
    node: cluster.node,
    region: cluster.region,
    zone: cluster.zone,
    nodeAddress: cluster.nodeAddress,
    loadBalancerRange: cluster.loadBalancerRange,
    cgroup: nodeCgroup(instance, cluster.name),
    engine,
  };
}

function planRancherNode(
  folder: string,
  { instance, clusters }: InstanceRecord,
  { name, node, nodeAddress }: RecordedRancher,
  { engine, rancherCommand }: NodePrograms,
): NodeConfig {
  return {
    version: 1,
    role: "rancher",
    instance,
    cluster: name,
    node,
    nodeAddress,
    cgroup: nodeCgroup(instance, name),
    engine,
    sandbox: folder,
    rancherCommand,
    clusters: clusters.map((one) => ({
      name: one.name,
      nodeAddress: one.nodeAddress,
      dir: clusterDirectory(folder, one.name),
    })),
  };
}
