import { open, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { clusterFolder, logFile } from "../cluster/cluster-folder.ts";
import { componentNames, rancherComponentNames } from "../cluster/components.ts";
import { frontDoorComponentNames } from "../front-door/run-front-door.ts";
import { frontDoorName, namesOfNodes, rancherName, requireRecord } from "./instance-record.ts";
import { readEnd, splitLines } from "./log-lines.ts";
import { sandboxError } from "./sandbox-diagnostic.ts";
import type { Environment } from "./state-folder.ts";
import { clusterDirectory, instanceFolder } from "./state-folder.ts";

export interface LogsOptions {
  readonly instance: string;
  readonly cluster: string;
  /** One of `componentNames`; of `rancherComponentNames`, and `rancher` by default, where the cluster is `rancher`. */
  readonly component: string | undefined;
  /** Goes on with new lines until the signal fires. */
  readonly follow?: boolean;
  /** Only so many of the lines that are there. Default: all (of the last 4 MiB). */
  readonly tail?: number;
  readonly env: Environment;
  readonly signal: AbortSignal;
}

const pollMs = 200;

/**
 * The log of one component, line by line. UserError for a sandbox (ISM740),
 * cluster (ISM741) or component (ISM742) that does not exist; the last two are
 * mistakes of usage (64). A log that is not there yet is empty. With `follow`
 * it ends, without an error, when the signal fires.
 */
export async function* sandboxLogs(options: LogsOptions): AsyncIterable<string> {
  const file = await findLog(options);
  const read = options.component === "coredns" ? stripRuntimePrefix : (line: string): string => line;
  const { text, size } = file === undefined ? { text: "", size: 0 } : await readEnd(file);
  const lines = splitLines(text);
  for (const line of options.tail === undefined
    ? lines
    : lines.slice(lines.length - Math.min(options.tail, lines.length))) {
    yield read(line);
  }
  if (options.follow === true) {
    for await (const line of followFile(options, file, size)) {
      yield read(line);
    }
  }
}

async function* followFile(options: LogsOptions, first: string | undefined, start: number): AsyncIterable<string> {
  let file = first;
  let position = start;
  let rest = "";
  while (!options.signal.aborted) {
    await sleep(pollMs, undefined, { signal: options.signal }).catch(() => undefined);
    // A pod that was made anew has another file.
    const current = await findLog(options);
    if (current !== file) {
      file = current;
      position = 0;
      rest = "";
    }
    const added = file === undefined ? "" : await readFrom(file, position);
    position += Buffer.byteLength(added);
    const lines = (rest + added).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

async function readFrom(file: string, position: number): Promise<string> {
  const handle = await open(file, "r");
  try {
    const { size } = await handle.stat();
    if (size <= position) {
      return "";
    }
    const buffer = Buffer.alloc(size - position);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    // Only whole lines, so that no character is cut in two.
    const end = buffer.lastIndexOf(0x0a, bytesRead - 1) + 1;
    return buffer.toString("utf8", 0, end);
  } finally {
    await handle.close();
  }
}

/** The file of the log, or undefined while there is none. */
async function findLog(options: LogsOptions): Promise<string | undefined> {
  const record = await requireRecord(options.env, options.instance);
  const known = namesOfNodes(record);
  if (!known.includes(options.cluster)) {
    throw sandboxError(
      "ISM741",
      {
        detail: `The sandbox ${options.instance} has no cluster ${JSON.stringify(options.cluster)}.`,
        fix: `Use one of: ${known.join(", ")}.`,
      },
      { exitCode: exitCodes.usage },
    );
  }
  const names = componentsOf(options.cluster);
  const component = options.component ?? (options.cluster === rancherName ? rancherName : undefined);
  if (component === undefined || !names.includes(component)) {
    throw sandboxError(
      "ISM742",
      {
        detail:
          component === undefined
            ? `Cluster ${options.cluster} has a log for each of its components, and none is named.`
            : `A sandbox cluster has no component ${JSON.stringify(component)}.`,
        fix: `Use one of: ${names.join(", ")}.`,
      },
      { exitCode: exitCodes.usage },
    );
  }
  const folder = clusterFolder(clusterDirectory(instanceFolder(options.env, options.instance), options.cluster));
  if (component === "coredns") {
    return findNewestPodLog(folder.podLogs);
  }
  const file = logFile(folder, component);
  return (await modifiedAt(file)) === undefined ? undefined : file;
}

function componentsOf(node: string): readonly string[] {
  const others: Readonly<Record<string, readonly string[]>> = {
    [rancherName]: rancherComponentNames,
    [frontDoorName]: frontDoorComponentNames,
  };
  return others[node] ?? componentNames;
}

/** CoreDNS is a pod: the kubelet keeps its log as `<namespace>_<pod>_<uid>/<container>/<restarts>.log`. */
async function findNewestPodLog(podLogs: string): Promise<string | undefined> {
  const pods = (await listFolder(podLogs)).filter((name) => name.startsWith("kube-system_coredns-"));
  const files = await Promise.all(
    pods.map(async (pod) => {
      const container = path.join(podLogs, pod, "coredns");
      return (await listFolder(container))
        .filter((name) => name.endsWith(".log"))
        .map((name) => path.join(container, name));
    }),
  );
  const dated = await Promise.all(files.flat().map(async (file) => ({ file, at: (await modifiedAt(file)) ?? 0 })));
  return dated.toSorted((left, right) => right.at - left.at)[0]?.file;
}

/** `2026-01-01T00:00:00.0Z stdout F text`: the form in which container runtimes write (KEP cri-container-log). */
function stripRuntimePrefix(line: string): string {
  return line.replace(/^\S+ (stdout|stderr) [FP] /, "");
}

async function listFolder(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return [];
    }
    throw error;
  }
}

async function modifiedAt(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}
