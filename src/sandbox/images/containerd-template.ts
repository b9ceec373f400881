import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CommandError, killGroup, runCommand } from "../process/run-command.ts";

export interface ContainerdTemplateOptions {
  /** The folder of containerd, ctr and runc. */
  readonly binDir: string;
  /** The docker-archive with all images. */
  readonly archive: string;
  /** Their names. */
  readonly images: readonly string[];
  /** containerd's root folder to fill. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

const runDir = "/run";
const stateDirPrefix = "isthmus-engine-";
const readyTimeoutMs = 30_000;
const stopTimeoutMs = 15_000;
/** Kubernetes' namespace in containerd; kubelet sees images in this one only. */
const namespace = "k8s.io";

/**
 * Fills a containerd root folder with all images, unpacked by overlayfs, the
 * way a node finds them after an ordinary start. containerd runs for that in
 * its own mount and process namespaces, so that nothing of it can stay behind.
 * Throws a CommandError.
 */
export async function makeContainerdTemplate(options: ContainerdTemplateOptions): Promise<void> {
  await removeDeadStateDirs();
  // A socket's path has at most 107 bytes, which a cache folder's may exceed.
  const stateDir = await mkdtemp(path.join(runDir, `${stateDirPrefix}${process.pid}-`));
  let daemon: ChildProcess | undefined;
  try {
    daemon = await startContainerd(stateDir, options);
    await importImages(stateDir, options);
    await stopContainerd(daemon);
  } catch (error) {
    throw await withLog(error, stateDir);
  } finally {
    killGroup(daemon?.pid);
    await rm(stateDir, { recursive: true, force: true });
  }
}

/** Removes the folders of runs that were killed; their containerd went with them. */
async function removeDeadStateDirs(): Promise<void> {
  for (const name of await readdir(runDir)) {
    const pid = name.startsWith(stateDirPrefix) ? Number.parseInt(name.slice(stateDirPrefix.length), 10) : Number.NaN;
    if (Number.isSafeInteger(pid) && !existsSync(`/proc/${pid}`)) {
      await rm(path.join(runDir, name), { recursive: true, force: true });
    }
  }
}

/** containerd's configuration for the import: no CRI, no tasks, and of the snapshotters only the one that nodes use. */
export function templateConfig(root: string, stateDir: string): string {
  const disabled = [
    "io.containerd.grpc.v1.cri",
    "io.containerd.internal.v1.restart",
    "io.containerd.monitor.v1.cgroups",
    "io.containerd.runtime.v1.linux",
    ...["aufs", "btrfs", "devmapper", "native", "zfs"].map((name) => `io.containerd.snapshotter.v1.${name}`),
  ];
  return [
    "version = 2",
    `root = ${JSON.stringify(root)}`,
    `state = ${JSON.stringify(path.join(stateDir, "state"))}`,
    `disabled_plugins = ${JSON.stringify(disabled)}`,
    "[grpc]",
    `  address = ${JSON.stringify(socketOf(stateDir))}`,
    `[plugins."io.containerd.internal.v1.opt"]`,
    `  path = ${JSON.stringify(path.join(stateDir, "opt"))}`,
    "",
  ].join("\n");
}

async function startContainerd(stateDir: string, options: ContainerdTemplateOptions): Promise<ChildProcess> {
  const config = path.join(stateDir, "containerd.toml");
  await writeFile(config, templateConfig(options.root, stateDir));
  const log = openSync(logOf(stateDir), "w");
  const namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--"];
  const child = spawn(
    "setpriv",
    ["--pdeathsig", "KILL", "--", ...namespaces, path.join(options.binDir, "containerd"), "--config", config],
    {
      stdio: ["ignore", log, log],
      detached: true,
      env: { ...options.env },
    },
  );
  closeSync(log);
  // An error here shows as a socket that never answers; the log says why.
  child.once("error", () => undefined);
  try {
    await waitUntilReady(child, stateDir, options);
    return child;
  } catch (error) {
    killGroup(child.pid);
    throw error;
  }
}

async function waitUntilReady(
  child: ChildProcess,
  stateDir: string,
  options: ContainerdTemplateOptions,
): Promise<void> {
  const deadline = performance.now() + readyTimeoutMs;
  for (;;) {
    options.signal.throwIfAborted();
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
      throw new CommandError("containerd ended before it was ready", [], false);
    }
    try {
      await ctr(["version"], 5_000, stateDir, options);
      return;
    } catch (error) {
      if (!(error instanceof CommandError) || performance.now() > deadline) {
        throw error;
      }
    }
    await sleep(100, undefined, { signal: options.signal });
  }
}

async function importImages(stateDir: string, options: ContainerdTemplateOptions): Promise<void> {
  await ctr(
    ["-n", namespace, "images", "import", "--snapshotter", "overlayfs", options.archive],
    600_000,
    stateDir,
    options,
  );
  const listed = await ctr(["-n", namespace, "images", "list", "--quiet"], 30_000, stateDir, options);
  const names = new Set(listed.split("\n"));
  const missing = options.images.filter((image) => !names.has(image));
  if (missing.length > 0) {
    throw new CommandError(`containerd does not have the images ${missing.join(", ")} after their import`, [], false);
  }
  for (const image of options.images) {
    // Keeps kubelet's image garbage collection away from what cannot be pulled again.
    await ctr(
      ["-n", namespace, "images", "label", image, "io.cri-containerd.pinned=pinned"],
      30_000,
      stateDir,
      options,
    );
  }
}

/** Ends containerd so that it closes its databases, and waits for that. */
async function stopContainerd(daemon: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    daemon.once("exit", () => resolve());
  });
  if (daemon.pid === undefined || daemon.exitCode !== null || daemon.signalCode !== null) {
    throw new CommandError("containerd ended before it was told to", [], false);
  }
  // To the whole group: unshare itself passes no signal on.
  process.kill(-daemon.pid, "SIGTERM");
  const timeout = new AbortController();
  const inTime = await Promise.race([
    ended.then(() => true),
    sleep(stopTimeoutMs, false, { signal: timeout.signal }).catch(() => false),
  ]);
  timeout.abort();
  if (!inTime) {
    throw new CommandError(`containerd did not end within ${stopTimeoutMs / 1000} s`, [], false);
  }
}

async function ctr(
  args: readonly string[],
  timeoutMs: number,
  stateDir: string,
  options: ContainerdTemplateOptions,
): Promise<string> {
  const { stdout } = await runCommand(path.join(options.binDir, "ctr"), ["--address", socketOf(stateDir), ...args], {
    signal: options.signal,
    timeoutMs,
    env: options.env,
  });
  return stdout;
}

async function withLog(error: unknown, stateDir: string): Promise<unknown> {
  if (!(error instanceof CommandError)) {
    return error;
  }
  const log = await readFile(logOf(stateDir), "utf8").catch(() => "");
  const lines = log.split("\n").filter((line) => /level=(?:error|fatal)|^containerd:|^unshare:|^setpriv:/.test(line));
  return new CommandError(error.message, [...error.lastLines, ...lines.slice(-10)], error.notFound, { cause: error });
}

function socketOf(stateDir: string): string {
  return path.join(stateDir, "containerd.sock");
}

function logOf(stateDir: string): string {
  return path.join(stateDir, "containerd.log");
}
