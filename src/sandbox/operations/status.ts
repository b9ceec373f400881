import { readNamespaceInode } from "../network/namespaces.ts";
import { nodeCgroup, nodeNamespace } from "../network/names.ts";
import type { ApiClient } from "../cluster/api-client.ts";
import { createApiClient } from "../cluster/api-client.ts";
import { listCgroupProcesses } from "../cluster/cgroup.ts";
import type { ClusterFolder } from "../cluster/cluster-folder.ts";
import { clusterFolder } from "../cluster/cluster-folder.ts";
import { readAdminCredentials } from "../cluster/admin-credentials.ts";
import { inspectCluster } from "../cluster/inspect-cluster.ts";
import { mapInnerPids } from "../cluster/kill-processes.ts";
import { apiServerUrl } from "../cluster/node-config.ts";
import type { ComponentState, NodeState } from "../cluster/node-state.ts";
import { readNodeState } from "../cluster/node-state.ts";
import type { ProcessIdentity } from "../cluster/process-identity.ts";
import { findNodeProcess } from "../cluster/start-node.ts";
import { inspectRancher } from "../rancher/inspect-rancher.ts";
import { deriveClusterStatus, deriveSandboxState } from "./derive-status.ts";
import type { ClusterStatus, NodeFacts, SandboxState } from "./derive-status.ts";
import type { FrontDoorStatus } from "./front-door-status.ts";
import { deriveFrontDoorStatus, listFrontDoorLacks } from "./front-door-status.ts";
import type { InstanceRecord, RecordedCluster, RecordedFrontDoor, RecordedRancher } from "./instance-record.ts";
import { requireRecord } from "./instance-record.ts";
import type { RancherStatus } from "./rancher-status.ts";
import { deriveRancherStatus } from "./rancher-status.ts";
import type { Environment } from "./state-folder.ts";
import { clusterDirectory, instanceFolder, kubeconfigFile } from "./state-folder.ts";
import { readlink } from "node:fs/promises";

/** What `sandbox status -o json` prints. Fields are only ever added. */
export interface SandboxStatus {
  readonly instance: string;
  readonly state: SandboxState;
  /** Path of the sandbox's own kubeconfig. */
  readonly kubeconfig: string;
  /** The sandbox's state folder. */
  readonly folder: string;
  readonly clusters: readonly ClusterStatus[];
  /** Where the sandbox has a Rancher double. */
  readonly rancher?: RancherStatus;
  /** Where the sandbox has one. */
  readonly frontDoor?: FrontDoorStatus;
}

export interface StatusOptions {
  readonly instance: string;
  readonly env: Environment;
  readonly signal: AbortSignal;
}

/**
 * How a sandbox is: asks its processes and its API servers, changes nothing.
 * UserError ISM740 when there is no such sandbox. Takes at most some seconds
 * also when nothing answers.
 */
export async function sandboxStatus(options: StatusOptions): Promise<SandboxStatus> {
  return readStatus(await requireRecord(options.env, options.instance), options);
}

/** The status of a sandbox whose record was read. */
export async function readStatus(record: InstanceRecord, options: StatusOptions): Promise<SandboxStatus> {
  const folder = instanceFolder(options.env, record.instance);
  const [clusters, rancher, frontDoor] = await Promise.all([
    Promise.all(record.clusters.map(async (cluster) => readClusterStatus(folder, record.instance, cluster, options))),
    record.rancher === undefined ? undefined : readRancherStatus(folder, record, record.rancher, options),
    record.frontDoor === undefined ? undefined : readFrontDoorStatus(folder, record, record.frontDoor, options),
  ]);
  const states = [...clusters, rancher, frontDoor].flatMap((one) => (one === undefined ? [] : [one.state]));
  return {
    instance: record.instance,
    state: deriveSandboxState(states),
    kubeconfig: kubeconfigFile(folder),
    folder,
    clusters,
    ...(rancher === undefined ? {} : { rancher }),
    ...(frontDoor === undefined ? {} : { frontDoor }),
  };
}

async function readClusterStatus(
  folder: string,
  instance: string,
  cluster: RecordedCluster,
  { signal }: StatusOptions,
): Promise<ClusterStatus> {
  const files = clusterFolder(clusterDirectory(folder, cluster.name));
  const facts = await readNodeFacts(files, instance, cluster.name, async (state) => {
    const lacks = await inspectOnce(files.dir, cluster, state, signal);
    return lacks.map((one) => one.text);
  });
  return deriveClusterStatus({ ...facts, cluster, apiServer: apiServerUrl(cluster.nodeAddress) });
}

async function readRancherStatus(
  folder: string,
  record: InstanceRecord,
  rancher: RecordedRancher,
  { signal }: StatusOptions,
): Promise<RancherStatus> {
  const files = clusterFolder(clusterDirectory(folder, rancher.name));
  const facts = await readNodeFacts(files, record.instance, rancher.name, async () => {
    const problem = await inspectRancher(folder, rancher.nodeAddress, signal);
    return problem === undefined ? [] : [problem];
  });
  return deriveRancherStatus(folder, record, rancher, facts);
}

async function readFrontDoorStatus(
  folder: string,
  record: InstanceRecord,
  frontDoor: RecordedFrontDoor,
  { signal }: StatusOptions,
): Promise<FrontDoorStatus> {
  const files = clusterFolder(clusterDirectory(folder, frontDoor.name));
  const facts = await readNodeFacts(files, record.instance, frontDoor.name, async () =>
    listFrontDoorLacks(folder, record, frontDoor, signal),
  );
  return deriveFrontDoorStatus(folder, frontDoor, facts);
}

/** What the machine knows of a node; `findLacks` is asked when the node lives and its supervisor has reported. */
async function readNodeFacts(
  files: ClusterFolder,
  instance: string,
  name: string,
  findLacks: (state: NodeState) => Promise<readonly string[]>,
): Promise<NodeFacts> {
  const [found, state] = await Promise.all([findNodeProcess(files), readNodeState(files)]);
  const alive = found !== undefined && (await isInNamespace(found, nodeNamespace(instance, name)));
  const reported = alive ? state : undefined;
  return {
    alive,
    components:
      reported === undefined ? (state?.components ?? []) : await showHostPids(reported, nodeCgroup(instance, name)),
    lacks: reported === undefined ? [] : await findLacks(reported),
    startedAt: state?.startedAt,
    now: new Date(),
  };
}

/** False when the namespace's name was taken away or given anew: nothing can reach such a node any more. */
export async function isInNamespace(node: ProcessIdentity, namespace: string): Promise<boolean> {
  const inode = await readNamespaceInode(namespace);
  const own = await readlink(`/proc/${node.pid}/ns/net`).catch((error: unknown) => {
    // Who is not root may not look; the answer then comes from the API server alone.
    return (error as NodeJS.ErrnoException).code === "EACCES" ? `net:[${String(inode)}]` : "";
  });
  return inode !== undefined && own === `net:[${inode}]`;
}

async function inspectOnce(
  dir: string,
  cluster: RecordedCluster,
  state: NodeState,
  signal: AbortSignal,
): Promise<readonly { readonly text: string }[]> {
  let api: ApiClient;
  try {
    api = createApiClient(await readAdminCredentials(clusterFolder(dir), cluster.nodeAddress));
  } catch (error) {
    return [{ text: `the administrator's certificate cannot be read (${(error as Error).message})` }];
  }
  try {
    return await inspectCluster(api, { node: cluster.node, since: new Date(state.startedAt), signal });
  } finally {
    api.close();
  }
}

/** Components as seen from the machine: the supervisor knows only the numbers inside the node. */
async function showHostPids(state: NodeState, cgroup: string): Promise<readonly ComponentState[]> {
  const numbers = await mapInnerPids(await listCgroupProcesses(cgroup));
  return state.components.map(({ pid, ...rest }) => {
    const outer = pid === undefined ? undefined : numbers.get(pid);
    return outer === undefined ? rest : { ...rest, pid: outer };
  });
}
