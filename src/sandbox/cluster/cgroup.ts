import { readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { belongsToInstance } from "../network/names.ts";

/** A mounted cgroup hierarchy: one of version 1's controllers, or version 2's tree. */
export interface CgroupHierarchy {
  readonly version: 1 | 2;
  readonly mountPoint: string;
  /** Controllers of a version 1 hierarchy; empty for version 2. */
  readonly controllers: readonly string[];
}

/** A machine whose cgroups do not suffice for a node. The message says what is missing. */
export class CgroupError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "CgroupError";
  }
}

/** Node processes stay in a leaf: under cgroup v2 a cgroup that delegates controllers must hold none itself. */
const leaf = "node";

/** What a kubelet needs to account for pods. */
const neededControllers = ["cpu", "cpuset", "memory", "pids"];

/** The hierarchies of a machine out of the text of /proc/self/mountinfo (proc_pid_mountinfo(5)). Each once, in mount order. */
export function parseHierarchies(mountInfo: string): readonly CgroupHierarchy[] {
  const found = new Map<string, CgroupHierarchy>();
  for (const line of mountInfo.split("\n")) {
    const [before, after] = line.split(" - ");
    const mountPoint = before?.split(" ")[4];
    const [type, , options] = after?.split(" ") ?? [];
    if (mountPoint !== undefined && (type === "cgroup" || type === "cgroup2")) {
      const controllers =
        type === "cgroup2" ? [] : (options ?? "").split(",").filter((one) => one !== "rw" && one !== "ro");
      found.set(mountPoint, { version: type === "cgroup2" ? 2 : 1, mountPoint, controllers });
    }
  }
  return [...found.values()];
}

/** The machine's cgroup hierarchies: one on version 2 hosts, many on version 1 and hybrid ones. */
export function readHierarchies(): readonly CgroupHierarchy[] {
  return parseHierarchies(readFileSync("/proc/self/mountinfo", "utf8"));
}

/**
 * Makes a node's cgroup in every hierarchy, ready for a kubelet below it, and
 * gives the folders that the node's processes are to join (by writing to their
 * `cgroup.procs`). May be repeated.
 */
export async function ensureCgroups(name: string): Promise<readonly string[]> {
  const hierarchies = readHierarchies();
  if (hierarchies.length === 0) {
    throw new CgroupError("no cgroup hierarchy is mounted");
  }
  const unified = hierarchies.every((one) => one.version === 2);
  return Promise.all(
    hierarchies.map(async (hierarchy) => {
      const own = path.join(hierarchy.mountPoint, name);
      const inner = path.join(own, leaf);
      await mkdir(own, { recursive: true });
      if (unified) {
        await enableControllers(hierarchy.mountPoint, own);
      }
      if (hierarchy.controllers.includes("cpuset")) {
        await copyCpuset(hierarchy.mountPoint, own);
      }
      await mkdir(inner, { recursive: true });
      if (hierarchy.controllers.includes("cpuset")) {
        await copyCpuset(own, inner);
      }
      return inner;
    }),
  );
}

async function enableControllers(root: string, own: string): Promise<void> {
  const available = words(await readFile(path.join(root, "cgroup.controllers"), "utf8"));
  const missing = neededControllers.filter((one) => !available.includes(one));
  if (missing.length > 0) {
    throw new CgroupError(`the cgroup tree at ${root} has no controllers ${missing.join(", ")}`);
  }
  for (const folder of [root, own]) {
    const enabled = words(await readFile(path.join(folder, "cgroup.subtree_control"), "utf8"));
    const wanted = available.filter((one) => !enabled.includes(one));
    for (const controller of wanted) {
      try {
        await writeFile(path.join(folder, "cgroup.subtree_control"), `+${controller}`);
      } catch (cause) {
        // Others (hugetlb, io, rdma) only add figures; some machines refuse them.
        if (neededControllers.includes(controller)) {
          throw new CgroupError(`the cgroup controller ${controller} cannot be enabled in ${folder}`, { cause });
        }
      }
    }
  }
}

/** A new version 1 cpuset is empty, and nothing can run in it. */
async function copyCpuset(from: string, to: string): Promise<void> {
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    await writeFile(path.join(to, file), await readFile(path.join(from, file), "utf8"));
  }
}

/** The cgroups of a sandbox's nodes that exist, by name, in any hierarchy. */
export async function listInstanceCgroups(instance: string): Promise<readonly string[]> {
  const names = await Promise.all(readHierarchies().map(async (one) => readdir(one.mountPoint)));
  return [...new Set(names.flat().filter((name) => belongsToInstance(name, instance)))].toSorted();
}

/** Every process in a cgroup and below it, in any hierarchy. */
export async function listCgroupProcesses(name: string): Promise<ReadonlySet<number>> {
  const found = new Set<number>();
  for (const folder of await listFolders(name)) {
    for (const pid of words(await readOrEmpty(path.join(folder, "cgroup.procs")))) {
      found.add(Number(pid));
    }
  }
  return found;
}

/**
 * Removes a cgroup of all hierarchies, the deepest folders first. Waits up to
 * `timeoutMs` for the kernel to let go of processes that have just ended;
 * gives the folders that stayed.
 */
export async function removeCgroups(name: string, timeoutMs: number): Promise<readonly string[]> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const folders = await listFolders(name);
    const left: string[] = [];
    for (const folder of folders.toReversed()) {
      try {
        await rmdir(folder);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
          left.push(folder);
        }
      }
    }
    if (left.length === 0 || Date.now() > deadline) {
      return left;
    }
    await sleep(20);
  }
}

/** A cgroup's folders in all hierarchies, each before those below it. */
async function listFolders(name: string): Promise<readonly string[]> {
  const found: string[] = [];
  const visit = async (folder: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") {
        return undefined;
      }
      throw error;
    });
    if (entries === undefined) {
      return;
    }
    found.push(folder);
    for (const entry of entries) {
      if (entry.isDirectory()) {
        await visit(path.join(folder, entry.name));
      }
    }
  };
  for (const hierarchy of readHierarchies()) {
    await visit(path.join(hierarchy.mountPoint, name));
  }
  return found;
}

async function readOrEmpty(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ENODEV: the cgroup went away between listing and reading. EOPNOTSUPP: a threaded cgroup lists no processes.
    if (code === "ENOENT" || code === "ENODEV" || code === "EOPNOTSUPP") {
      return "";
    }
    throw error;
  }
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
