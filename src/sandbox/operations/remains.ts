import { readFileSync } from "node:fs";
import { rm, rmdir, stat } from "node:fs/promises";
import path from "node:path";
import { isAbsent } from "../../files/is-absent.ts";
import { listCgroupProcesses, listInstanceCgroups, removeCgroups } from "../cluster/cgroup.ts";
import { clusterFolder } from "../cluster/cluster-folder.ts";
import { killProcesses, listNamespaceProcesses } from "../cluster/kill-processes.ts";
import { parseMountPoints } from "../cluster/mount-points.ts";
import { findNodeProcess } from "../cluster/start-node.ts";
import { nodeCgroup, nodeNamespace } from "../network/names.ts";
import { readNamespaceInode } from "../network/namespaces.ts";
import type { NetworkRemains } from "../network/remove-network.ts";
import { findNetwork, removeNetwork } from "../network/remove-network.ts";
import { CommandError } from "../process/run-command.ts";
import { runSystemCommand } from "../process/system-command.ts";
import { sandboxError } from "./sandbox-diagnostic.ts";
import { clusterDirectory } from "./state-folder.ts";

/** For processes that were killed to go, and cgroups to become free. */
const patienceMs = 10_000;

/** Everything that exists of a sandbox on this machine, however it came to be left. */
export interface Remains {
  readonly processes: readonly number[];
  /** Mount points below the state folder in the machine's own mount namespace. */
  readonly mounts: readonly string[];
  readonly network: NetworkRemains;
  /** Names of cgroups, the same in every hierarchy. */
  readonly cgroups: readonly string[];
  /** True when the state folder exists. */
  readonly files: boolean;
}

export interface RemainsScope {
  readonly instance: string;
  /** The sandbox's state folder. */
  readonly folder: string;
  /** The names of clusters on record. */
  readonly clusters: readonly string[];
  /** The index on record. */
  readonly index: number | undefined;
}

/** Looks for a sandbox's parts by what is on record and by their names. */
export async function findRemains(scope: RemainsScope): Promise<Remains> {
  const [cgroups, network] = await Promise.all([
    listInstanceCgroups(scope.instance),
    findNetwork(scope.instance, scope.folder, scope.index),
  ]);
  return {
    processes: await listProcesses(scope, cgroups, network.namespaces),
    mounts: listMounts(scope.folder),
    network,
    cgroups,
    files: await exists(scope.folder),
  };
}

/** True when nothing is there. */
export function isNothing(remains: Remains): boolean {
  return describeRemains(remains).length === 0;
}

/** Each thing that is there, in words: `process 4711`, `cgroup isthmus-try.west`. */
export function describeRemains(remains: Remains): readonly string[] {
  return [
    ...remains.processes.map((pid) => `process ${pid}`),
    ...remains.mounts.map((mount) => `mount ${mount}`),
    ...remains.network.links.map((name) => `link ${name}`),
    ...remains.network.blocks.map((block) => `route to ${block}`),
    ...remains.network.namespaces.map((name) => `network namespace ${name}`),
    ...remains.network.resolvers.map((name) => `resolver of ${name}`),
    ...remains.cgroups.map((name) => `cgroup ${name}`),
    ...(remains.files ? ["the state folder"] : []),
  ];
}

/**
 * Ends and removes all of it but the files: processes first (with their PID and
 * mount namespaces), then what they held. Gives messages about what resisted.
 */
export async function removeRunningParts(remains: Remains, timeoutMs: number): Promise<readonly string[]> {
  const living = await killProcesses(remains.processes, timeoutMs);
  const problems: string[] = living.map((pid) => `process ${pid} does not end`);
  // The deepest first: a mount that holds another cannot go.
  for (const mount of remains.mounts.toSorted((left, right) => right.length - left.length)) {
    await runSystemCommand("umount", ["-l", mount]).catch((error: unknown) =>
      problems.push(error instanceof CommandError ? error.explain() : (error as Error).message),
    );
  }
  const [network, cgroups] = await Promise.all([
    removeNetwork(remains.network),
    Promise.all(remains.cgroups.map(async (name) => removeCgroups(name, timeoutMs))),
  ]);
  return [...problems, ...network, ...cgroups.flat().map((folder) => `cgroup ${folder} is busy`)];
}

/**
 * Clears the way for a node to be started again: ends what is left of the
 * processes of the one before and removes their cgroups (a new kubelet would
 * spend half a minute on looking for the containers that they belonged to).
 * Its data and its network stay.
 */
export async function clearDeadNode(folder: string, instance: string, cluster: string): Promise<void> {
  const inode = await readNamespaceInode(nodeNamespace(instance, cluster));
  const recorded = await findNodeProcess(clusterFolder(clusterDirectory(folder, cluster)));
  const cgroup = nodeCgroup(instance, cluster);
  const pids = [
    ...(recorded === undefined ? [] : [recorded.pid]),
    ...(await listCgroupProcesses(cgroup)),
    ...(await listNamespaceProcesses(new Set(inode === undefined ? [] : [inode]))),
  ];
  const living = await killProcesses(pids, patienceMs);
  const busy = await removeCgroups(cgroup, patienceMs);
  if (living.length > 0 || busy.length > 0) {
    const what = [
      ...living.map((pid) => `process ${pid} does not end`),
      ...busy.map((one) => `cgroup ${one} is busy`),
    ].join(", ");
    throw sandboxError("ISM739", {
      cluster,
      detail: `The node of ${cluster} cannot be started again, because parts of the one before are left: ${what}.`,
      fix: `End what holds them (a shell inside the node, perhaps), then try again.`,
    });
  }
}

/** Removes the state folder, and the folders above it that are the program's own and empty now. */
export async function removeFiles(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  for (const parent of [path.dirname(folder), path.dirname(path.dirname(folder))]) {
    try {
      await rmdir(parent);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (
        code === "ENOTEMPTY" ||
        code === "EEXIST" ||
        code === "ENOENT" ||
        code === "EBUSY" ||
        code === "EACCES" ||
        code === "EPERM"
      ) {
        return;
      }
      throw error;
    }
  }
}

async function listProcesses(
  scope: RemainsScope,
  cgroups: readonly string[],
  namespaces: readonly string[],
): Promise<readonly number[]> {
  const inodes = (await Promise.all(namespaces.map(readNamespaceInode))).filter((inode) => inode !== undefined);
  const [recorded, grouped, inside] = await Promise.all([
    Promise.all(
      scope.clusters.map(async (name) => findNodeProcess(clusterFolder(clusterDirectory(scope.folder, name)))),
    ),
    Promise.all(cgroups.map(listCgroupProcesses)),
    listNamespaceProcesses(new Set(inodes)),
  ]);
  const pids = [
    ...recorded.flatMap((one) => (one === undefined ? [] : [one.pid])),
    ...grouped.flatMap((set) => [...set]),
    ...inside,
  ];
  return [...new Set(pids)].toSorted((left, right) => left - right);
}

function listMounts(folder: string): readonly string[] {
  const points = parseMountPoints(readFileSync("/proc/self/mountinfo", "utf8"));
  return points.filter((point) => point === folder || point.startsWith(`${folder}/`));
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (isAbsent(error)) {
      return false;
    }
    throw error;
  }
}
