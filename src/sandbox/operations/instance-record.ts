import { access, readdir } from "node:fs/promises";
import path from "node:path";
import { isAbsent } from "../../files/is-absent.ts";
import { makePrivateFolder, readJsonFile, writePrivateFile } from "../cluster/private-file.ts";
import { nodeName } from "../cluster/node-config.ts";
import type { SandboxRanges } from "../network/ranges.ts";
import { planRanges } from "../network/ranges.ts";
import { sandboxError } from "./sandbox-diagnostic.ts";
import type { Environment } from "./state-folder.ts";
import { defaultInstance, instanceFolder, sandboxesFolder } from "./state-folder.ts";

/** A cluster as the user asked for it. */
export interface SandboxCluster {
  readonly name: string;
  readonly region: string;
  readonly zone: string;
  /** True where its pods and those of the other flat clusters reach each other under their own addresses. */
  readonly flat?: boolean;
}

export interface RecordedCluster extends SandboxCluster {
  readonly context: string;
  readonly node: string;
  readonly nodeAddress: string;
  readonly loadBalancerRange: string;
  /** Records of older programs have none: the range that all clusters had. */
  readonly podRange?: string;
}

/** A kubeconfig of the user into which the sandbox's contexts were merged. */
export interface MergedKubeconfig {
  readonly file: string;
  /** True when there was no such file before. */
  readonly created: boolean;
  /** True when there was no such folder before. */
  readonly createdFolder: boolean;
}

/** `instance.json`: what a sandbox is, written before anything of it is made. */
export interface InstanceRecord {
  readonly version: 1;
  readonly instance: string;
  readonly index: number;
  readonly createdAt: string;
  readonly clusters: readonly RecordedCluster[];
  readonly merged?: MergedKubeconfig;
  /** Where the sandbox has a Rancher double. */
  readonly rancher?: RecordedRancher;
  /** Where the sandbox has the servers of a front door. */
  readonly frontDoor?: RecordedFrontDoor;
  /** Where its nodes have the image of istio-cni. */
  readonly istioCni?: true;
}

/** The Rancher double's own cluster. */
export interface RecordedRancher {
  readonly name: typeof rancherName;
  readonly node: string;
  readonly nodeAddress: string;
}

/** The node of a front door's DNS and ACME servers. */
export interface RecordedFrontDoor {
  readonly name: typeof frontDoorName;
  readonly nodeAddress: string;
}

/** What that node is called wherever clusters have their names; no cluster can have it. */
export const frontDoorName = "front-door";

/** The record of the front door of the sandbox with this index. */
export function planFrontDoor(index: number): RecordedFrontDoor {
  return { name: frontDoorName, nodeAddress: planRanges(index, 1).frontDoorAddress };
}

/** The parts of a sandbox that have a node: its clusters, then a Rancher double, then a front door. */
export function namesOfNodes(record: InstanceRecord | undefined): readonly string[] {
  const { clusters = [], rancher, frontDoor } = record ?? {};
  return [...clusters, ...[rancher, frontDoor].filter((one) => one !== undefined)].map((one) => one.name);
}

/** What the node of Rancher's own cluster is called wherever clusters have their names; no cluster can have it. */
export const rancherName = "rancher";

/** The record of the Rancher double of the sandbox with this index. */
export function planRancher(index: number): RecordedRancher {
  return { name: rancherName, node: nodeName(rancherName), nodeAddress: planRanges(index, 1).rancherAddress };
}

/** The kubeconfig context of a cluster: `isthmus-west`, and `isthmus-try-west` for a sandbox called try. */
export function contextName(instance: string, cluster: string): string {
  return instance === defaultInstance ? `isthmus-${cluster}` : `isthmus-${instance}-${cluster}`;
}

/** A new sandbox with this index. */
export function planRecord(
  instance: string,
  index: number,
  clusters: readonly SandboxCluster[],
  now: Date,
): InstanceRecord {
  const ranges = planRanges(index, clusters.length, flatPositions(clusters));
  return {
    version: 1,
    instance,
    index,
    createdAt: now.toISOString(),
    clusters: ranges.clusters.flatMap((range, position) => {
      const cluster = clusters[position];
      return cluster === undefined
        ? []
        : [{ ...cluster, context: contextName(instance, cluster.name), node: nodeName(cluster.name), ...range }];
    }),
  };
}

/** The addresses of a recorded sandbox. */
export function recordedRanges(record: InstanceRecord): SandboxRanges {
  return planRanges(record.index, record.clusters.length, flatPositions(record.clusters));
}

function flatPositions(clusters: readonly SandboxCluster[]): ReadonlySet<number> {
  return new Set(clusters.flatMap(({ flat }, position) => (flat === true ? [position] : [])));
}

/** Reads a sandbox's record; undefined where there is no such sandbox. UserError ISM745 for a broken one. */
export async function readRecord(env: Environment, instance: string): Promise<InstanceRecord | undefined> {
  const file = recordFile(instanceFolder(env, instance));
  let fix = `Run \`isthmus sandbox down --instance ${instance}\`, then \`up\` again.`;
  let read: unknown;
  try {
    read = await readJsonFile(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EACCES") {
      fix =
        "Run the command as the user whose sandbox it is, or name a state folder of your own with ISTHMUS_STATE_DIR.";
    }
    throw sandboxError("ISM745", { detail: `${file} cannot be read: ${(cause as Error).message}.`, fix }, { cause });
  }
  const record = read as InstanceRecord | undefined;
  if (record !== undefined && record.version !== 1) {
    throw sandboxError("ISM745", { detail: `${file} was written by another version of this program.`, fix });
  }
  return record;
}

/** The record of a sandbox that must be there. UserError ISM740 where it is not. */
export async function requireRecord(env: Environment, instance: string): Promise<InstanceRecord> {
  const record = await readRecord(env, instance);
  if (record === undefined) {
    const known = await listInstances(env);
    const others = known.length === 0 ? "There is no sandbox at all." : `There are: ${known.join(", ")}.`;
    throw sandboxError("ISM740", {
      detail: `No sandbox ${JSON.stringify(instance)} is known in ${sandboxesFolder(env)}. ${others}`,
      fix:
        known.length === 0
          ? "Make one with `isthmus sandbox up`."
          : `Name one with \`--instance ${known[0] ?? ""}\`, or make one with \`isthmus sandbox up\`.`,
    });
  }
  return record;
}

/** Writes a sandbox's record, whole or not at all. */
export async function writeRecord(env: Environment, record: InstanceRecord): Promise<void> {
  const folder = instanceFolder(env, record.instance);
  await makePrivateFolder(folder);
  await writePrivateFile(recordFile(folder), `${JSON.stringify(record, null, 2)}\n`);
}

/** Names of the sandboxes that the state folder knows. */
export async function listInstances(env: Environment): Promise<readonly string[]> {
  try {
    const entries = await readdir(sandboxesFolder(env), { withFileTypes: true });
    const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    const recorded = await Promise.all(names.map(async (name) => hasRecord(instanceFolder(env, name))));
    return names.filter((_, position) => recorded[position]).toSorted();
  } catch (error) {
    // Who may not look into the folder (another user's home) has no sandboxes there.
    if (isAbsent(error) || (error as NodeJS.ErrnoException).code === "EACCES") {
      return [];
    }
    throw error;
  }
}

async function hasRecord(folder: string): Promise<boolean> {
  try {
    await access(recordFile(folder));
    return true;
  } catch {
    return false;
  }
}

function recordFile(folder: string): string {
  return path.join(folder, "instance.json");
}
