import { readdir, readlink, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { ProcessIdentity } from "./process-identity.ts";
import { identifyProcess, isAlive } from "./process-identity.ts";

/**
 * Kills processes (SIGKILL: a node's parts have nothing to save) and waits
 * until they are gone. Gives those that still live after `timeoutMs`.
 */
export async function killProcesses(pids: Iterable<number>, timeoutMs: number): Promise<readonly number[]> {
  const targets: ProcessIdentity[] = [];
  for (const pid of pids) {
    const identity = pid === process.pid ? undefined : identifyProcess(pid);
    if (identity !== undefined) {
      targets.push(identity);
      sendKill(pid);
    }
  }
  const deadline = Date.now() + timeoutMs;
  let living = targets.filter(isAlive);
  while (living.length > 0 && Date.now() < deadline) {
    await sleep(10);
    living = living.filter(isAlive);
  }
  return living.map((one) => one.pid);
}

/** Every process of the machine that is in one of these network namespaces (by inode). */
export async function listNamespaceProcesses(inodes: ReadonlySet<number>): Promise<readonly number[]> {
  if (inodes.size === 0) {
    return [];
  }
  const wanted = new Set([...inodes].map((inode) => `net:[${inode}]`));
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const inside = await Promise.all(
    // A process that ended in the meantime, or one of the kernel's own, has no readable link.
    pids.map(async (pid) => wanted.has(await readlink(`/proc/${pid}/ns/net`).catch(() => ""))),
  );
  return pids.filter((_, position) => inside[position]).map(Number);
}

/**
 * The machine's numbers of processes by the numbers that they have in their
 * innermost PID namespace (`NSpid` of /proc/PID/status).
 */
export async function mapInnerPids(pids: Iterable<number>): Promise<ReadonlyMap<number, number>> {
  const found = new Map<number, number>();
  await Promise.all(
    [...pids].map(async (pid) => {
      const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
      const numbers = /^NSpid:\s+(.+)$/m.exec(status)?.[1]?.trim().split(/\s+/) ?? [];
      if (numbers.length > 1) {
        found.set(Number(numbers.at(-1)), pid);
      }
    }),
  );
  return found;
}

function sendKill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
      throw error;
    }
  }
}
