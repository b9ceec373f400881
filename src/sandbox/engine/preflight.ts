import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, rmdir, stat, statfs } from "node:fs/promises";
import path from "node:path";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { cacheFolder } from "./cache-folder.ts";
import { engineDiagnostic } from "./engine-diagnostic.ts";
import { findEngine } from "./find-engine.ts";
import { findProgram, missingHostPackages, noAptDiagnostic } from "./host-packages.ts";
import { checkKernelNetworking } from "./kernel-networking.ts";
import { CommandError, runCommand } from "../process/run-command.ts";

export interface PreflightOptions {
  /** Where the sandbox keeps the state of its clusters; need not exist yet. */
  readonly stateDir: string;
  readonly signal: AbortSignal;
  /** The folder with go.mod and the other pinned files; default: the one that belongs to this program. */
  readonly sourceDir?: string;
  /** Default: this process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const gigabyte = 1_000_000_000;
/** Sources 2 GB, compiler's cache 5 GB, engine 2 GB, work 3 GB, and room for the clusters. */
const bytesToMake = 15 * gigabyte;
/** What the clusters write. */
const bytesToRun = 4 * gigabyte;

/**
 * Everything that this machine lacks for a sandbox, all at once; empty when
 * nothing is. Things are tried rather than guessed, and every trial is undone.
 * Installs nothing. Ports are not looked at: every node listens in its own
 * network namespace, never on the machine's.
 */
export async function checkPreflight(options: PreflightOptions): Promise<readonly Diagnostic[]> {
  const machine = describeMachine(process.platform, process.arch, process.getuid?.());
  if (machine.some((one) => one.code !== "ISM702")) {
    // Without Linux or root no trial below says anything more.
    return machine;
  }
  const env = options.env ?? process.env;
  const cached =
    findEngine({
      env,
      ...(options.sourceDir === undefined ? {} : { sourceDir: options.sourceDir }),
    }) !== undefined;
  const cacheDir = cacheFolder(env);
  const { stateDir, signal } = options;
  const [namespaces, ...others] = await Promise.all([
    checkNamespaces(env, signal),
    checkCgroups(),
    checkDisk({ cacheDir, stateDir, cached }),
    checkPackages(cached ? "run" : "make", env),
    checkFolders({ cacheDir, stateDir }),
  ]);
  // These are tried in namespaces, so that without them nothing is known.
  const inNamespaces =
    namespaces.length > 0
      ? []
      : [await checkOverlay([cacheDir, stateDir], env, signal), await checkKernelNetworking(env, signal)];
  return [...machine, ...namespaces, ...others.flat(), ...inNamespaces.flat()];
}

/** What follows from the machine alone: its system, its processor and who runs this. */
export function describeMachine(platform: string, arch: string, uid: number | undefined): readonly Diagnostic[] {
  if (platform !== "linux") {
    return [
      engineDiagnostic(
        "ISM701",
        `This is ${platform}. The sandbox's nodes are namespaces and cgroups of a Linux kernel.`,
        "Run the sandbox in a Linux virtual machine, as root. Every other command works here.",
      ),
    ];
  }
  const processor = engineDiagnostic(
    "ISM702",
    `This is ${arch} Linux. Envoy's binary is taken from a package that is made for x86-64 only.`,
    "Run the sandbox on an x86-64 machine or virtual machine. Every other command works here.",
  );
  const root = engineDiagnostic(
    "ISM703",
    `The sandbox makes network interfaces, mounts and cgroups, which only root may; this runs as user ${uid ?? "unknown"}.`,
    "Run the same command as root: sudo -E isthmus sandbox up",
  );
  return [...(arch === "x64" ? [] : [processor]), ...(uid === 0 ? [] : [root])];
}

async function checkNamespaces(env: PreflightEnvironment, signal: AbortSignal): Promise<readonly Diagnostic[]> {
  const kinds = ["--net", "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const said = await tryCommand("unshare", [...kinds, "--", "true"], env, signal);
  return said === undefined
    ? []
    : [
        engineDiagnostic(
          "ISM704",
          `Network, mount and process namespaces were tried, and the kernel refused: ${said}.`,
          "Run on the machine itself or in a virtual machine; in a container it must be a privileged one (docker run --privileged).",
        ),
      ];
}

async function checkOverlay(
  folders: readonly string[],
  env: PreflightEnvironment,
  signal: AbortSignal,
): Promise<readonly Diagnostic[]> {
  const parents = new Set(folders.map(existingParent));
  const results = await Promise.all([...parents].map(async (folder) => await tryOverlay(folder, env, signal)));
  return results.flat();
}

async function tryOverlay(
  folder: string,
  env: PreflightEnvironment,
  signal: AbortSignal,
): Promise<readonly Diagnostic[]> {
  let trial: string;
  try {
    trial = await mkdtemp(path.join(folder, trialName));
  } catch {
    // Told by checkFolders.
    return [];
  }
  try {
    const [lower, upper, work, merged] = ["lower", "upper", "work", "merged"].map((name) => path.join(trial, name));
    for (const one of [lower, upper, work, merged]) {
      await mkdir(String(one));
    }
    const mount = [
      "mount",
      "-t",
      "overlay",
      "overlay",
      "-o",
      `lowerdir=${lower},upperdir=${upper},workdir=${work}`,
      String(merged),
    ];
    const said = await tryCommand("unshare", ["--mount", "--", ...mount], env, signal);
    return said === undefined
      ? []
      : [
          engineDiagnostic(
            "ISM705",
            `containerd stacks image layers with overlayfs; mounting one in ${folder} failed: ${said}.`,
            "Use a folder on a local disk (ext4, xfs, btrfs; not inside a container's own file system): ISTHMUS_CACHE_DIR names the cache. If the kernel does not know overlayfs: modprobe overlay",
          ),
        ];
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
}

const trialName = ".isthmus-preflight-";

/** Whether both folders can be made and written to, each with the variable that names another. */
async function checkFolders(folders: {
  readonly cacheDir: string;
  readonly stateDir: string;
}): Promise<readonly Diagnostic[]> {
  const [cache, state] = await Promise.all([explainFolder(folders.cacheDir), explainFolder(folders.stateDir)]);
  const told = (code: "ISM719" | "ISM723", what: string, folder: string, reason: string, variable: string) =>
    engineDiagnostic(
      code,
      `${what} is kept in ${folder}, where nothing can be written: ${reason}.`,
      `Make the folder writable, or name another one with ${variable}.`,
    );
  return [
    ...(cache === undefined
      ? []
      : [told("ISM719", "The sandbox engine", folders.cacheDir, cache, "ISTHMUS_CACHE_DIR or XDG_CACHE_HOME")]),
    ...(state === undefined
      ? []
      : [
          told(
            "ISM723",
            "What the sandbox's clusters write",
            folders.stateDir,
            state,
            "ISTHMUS_STATE_DIR or XDG_STATE_HOME",
          ),
        ]),
  ];
}

/** Why nothing can be written into a folder that may have to be made yet; undefined where it can. */
async function explainFolder(folder: string): Promise<string | undefined> {
  try {
    const trial = await mkdtemp(path.join(existingParent(folder), trialName));
    await rmdir(trial);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const cgroupRoot = "/sys/fs/cgroup";

async function checkCgroups(): Promise<readonly Diagnostic[]> {
  const unified = existsSync(path.join(cgroupRoot, "cgroup.controllers"));
  const missing = missingControllers({
    unified: unified ? readFileSync(path.join(cgroupRoot, "cgroup.controllers"), "utf8") : undefined,
    mounted: (controller) => existsSync(path.join(cgroupRoot, controller)),
  });
  const fix =
    "Run on the machine itself, in a virtual machine or in a privileged container, on a kernel with the cgroup controllers cpu, memory and pids.";
  if (missing.length > 0) {
    return [
      engineDiagnostic(
        "ISM706",
        `kubelet needs the cgroup controllers ${missing.join(", ")}, which are not in ${cgroupRoot}.`,
        fix,
      ),
    ];
  }
  const trial = path.join(cgroupRoot, unified ? "" : "memory", `isthmus-preflight-${process.pid}`);
  try {
    await mkdir(trial);
    await rmdir(trial);
    return [];
  } catch (error) {
    return [
      engineDiagnostic("ISM706", `No cgroup can be made in ${path.dirname(trial)}: ${(error as Error).message}.`, fix),
    ];
  }
}

/** Which of kubelet's controllers are not there: by the list of cgroup v2, else by the mounts of v1. */
export function missingControllers(cgroups: {
  readonly unified: string | undefined;
  readonly mounted: (controller: string) => boolean;
}): readonly string[] {
  const there = cgroups.unified?.trim().split(/\s+/);
  return ["cpu", "memory", "pids"].filter(
    (controller) => !(there?.includes(controller) ?? cgroups.mounted(controller)),
  );
}

async function checkDisk(folders: {
  readonly cacheDir: string;
  readonly stateDir: string;
  readonly cached: boolean;
}): Promise<readonly Diagnostic[]> {
  const wanted = [
    {
      folder: existingParent(folders.cacheDir),
      bytes: folders.cached ? 0 : bytesToMake,
      purpose: "making the sandbox engine",
    },
    {
      folder: existingParent(folders.stateDir),
      bytes: bytesToRun,
      purpose: "running the sandbox's clusters",
    },
  ];
  // Below a file, and in a file system without room for anything, checkFolders says what is wrong.
  const writable = await Promise.all(wanted.map(async ({ folder }) => (await explainFolder(folder)) === undefined));
  const measured = await Promise.all(
    wanted
      .filter((_, index) => writable[index])
      .map(async (one) => {
        const { bavail, bsize } = await statfs(one.folder);
        return { ...one, free: bavail * bsize, device: (await stat(one.folder)).dev };
      }),
  );
  const lacking = lackingDisks(measured);
  return lacking.map((one) =>
    engineDiagnostic(
      "ISM707",
      `${one.folder} has ${formatGigabytes(one.free)} GB free; ${one.purpose} needs ${formatGigabytes(one.bytes)} GB.`,
      "Free disk space, or put the cache on a larger disk with ISTHMUS_CACHE_DIR.",
    ),
  );
}

export interface DiskNeed {
  readonly folder: string;
  readonly purpose: string;
  /** Needed. */
  readonly bytes: number;
  readonly free: number;
  readonly device: number;
}

/** The needs that are not met. Of several on one disk the largest counts: making leaves room for running. */
export function lackingDisks(needs: readonly DiskNeed[]): readonly DiskNeed[] {
  const largest = needs.filter((one) => !needs.some((other) => other.device === one.device && other.bytes > one.bytes));
  return largest.filter((one) => one.free < one.bytes);
}

async function checkPackages(purpose: "run" | "make", env: PreflightEnvironment): Promise<readonly Diagnostic[]> {
  const missing = missingHostPackages(purpose, env);
  return missing.length > 0 && findProgram("apt-get", env) === undefined ? [noAptDiagnostic(missing)] : [];
}

type PreflightEnvironment = Readonly<Record<string, string | undefined>>;

/** Undefined when the command succeeds, else what it said. */
async function tryCommand(
  file: string,
  args: readonly string[],
  env: PreflightEnvironment,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    await runCommand(file, args, { signal, timeoutMs: 20_000, env });
    return undefined;
  } catch (error) {
    if (error instanceof CommandError) {
      // mount adds a hint to its reason.
      return error.lastLines.findLast((line) => !line.includes("dmesg(1)"))?.trim() ?? error.message;
    }
    throw error;
  }
}

function existingParent(folder: string): string {
  let candidate = path.resolve(folder);
  while (!existsSync(candidate)) {
    candidate = path.dirname(candidate);
  }
  return candidate;
}

function formatGigabytes(bytes: number): string {
  return (bytes / gigabyte).toFixed(bytes < 10 * gigabyte ? 1 : 0);
}
