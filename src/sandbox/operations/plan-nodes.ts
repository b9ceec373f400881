import type { ForwardedZone, NodeConfig, SupervisorConfig } from "../cluster/node-config.ts";
import type { EngineParts } from "../engine/parts.ts";
import { nodeCgroup } from "../network/names.ts";
import { podRange } from "../network/ranges.ts";
import { frontDoorZone } from "../front-door/front-door-folder.ts";
import type { FrontDoorParts } from "../front-door/front-door-parts.ts";
import type { InstanceRecord, RecordedCluster, RecordedFrontDoor, RecordedRancher } from "./instance-record.ts";
import { clusterDirectory } from "./state-folder.ts";

/** What nodes are started with. */
export interface NodePrograms {
  readonly engine: EngineParts;
  /** The program that runs the Rancher double with the last argument: `[node, isthmus.js, "sandbox", "rancher"]`. Absolute paths. */
  readonly rancherCommand: readonly string[];
  /** Where the sandbox has a front door. */
  readonly frontDoorParts: FrontDoorParts | undefined;
}

/** What the supervisors of a sandbox's nodes are told: those of its clusters, then those of a Rancher double and of a front door. */
export function planNodes(folder: string, record: InstanceRecord, programs: NodePrograms): readonly SupervisorConfig[] {
  const { frontDoor } = record;
  const { frontDoorParts } = programs;
  return [
    ...record.clusters.map((cluster) => planClusterNode(record, cluster, programs.engine)),
    ...(record.rancher === undefined ? [] : [planRancherNode(folder, record, record.rancher, programs)]),
    ...(frontDoor === undefined || frontDoorParts === undefined
      ? []
      : [planFrontDoorNode(folder, record.instance, frontDoor, { engine: programs.engine, parts: frontDoorParts })]),
  ];
}

function planClusterNode(
  { instance, frontDoor, clusters }: InstanceRecord,
  cluster: RecordedCluster,
  engine: EngineParts,
): NodeConfig {
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
    podRange: cluster.podRange ?? podRange,
    flatPodRanges: clusters.flatMap((one) =>
      cluster.flat === true && one.flat === true && one !== cluster ? (one.podRange ?? []) : [],
    ),
    ...(frontDoor === undefined ? {} : { dns: zoneOf(frontDoor) }),
    cgroup: nodeCgroup(instance, cluster.name),
    engine,
  };
}

/** The zone that cluster DNS asks a front door for. */
export function zoneOf({ nodeAddress }: RecordedFrontDoor): ForwardedZone {
  return { zone: frontDoorZone, server: nodeAddress };
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

function planFrontDoorNode(
  folder: string,
  instance: string,
  { name, nodeAddress }: RecordedFrontDoor,
  { engine, parts }: { readonly engine: EngineParts; readonly parts: FrontDoorParts },
): SupervisorConfig {
  const { named, pebble, reads } = parts;
  const cgroup = nodeCgroup(instance, name);
  return {
    version: 1,
    role: "front-door",
    instance,
    cluster: name,
    nodeAddress,
    cgroup,
    engine,
    sandbox: folder,
    named,
    pebble,
    reads,
  };
}
