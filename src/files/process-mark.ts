import { readFileSync, readlinkSync } from "node:fs";

/**
 * Names a process so that others on the same machine can tell when it has
 * ended: boot, PID namespace, number and start (proc_pid_stat(5), field 22).
 * Undefined where there is no /proc.
 */
export function markProcess(pid: number): string | undefined {
  const place = readPlace();
  const stat = readStat(pid);
  return place === undefined || stat === undefined ? undefined : `${place}/${pid}/${stat.start}`;
}

/** True only when the marked process was on this machine, in our PID namespace, and has ended. */
export function hasEnded(mark: string | undefined): boolean {
  const place = readPlace();
  const [, at, pid, start] = /^(.+)\/(\d+)\/(\d+)$/.exec(mark ?? "") ?? [];
  if (place === undefined || at !== place) {
    return false;
  }
  const stat = readStat(Number(pid));
  return stat === undefined || stat.start !== start || stat.state === "Z" || stat.state === "X";
}

/**
 * The same for a mark that has never left this machine: what was marked before
 * the last start of the machine has ended too.
 */
export function hasEndedHere(mark: string): boolean {
  const boot = readPlace()?.split("/")[0];
  return boot !== undefined && (mark.split("/")[0] !== boot || hasEnded(mark));
}

/** The boot and the PID namespace: containers on one machine have the same boot, and a number in each. */
function readPlace(): string | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const [namespace = ""] = /\d+/.exec(readlinkSync("/proc/self/ns/pid")) ?? [];
    return `${boot}/${namespace}`;
  } catch {
    return undefined;
  }
}

function readStat(pid: number): { readonly state: string; readonly start: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The program's name stands in parentheses and may hold anything, also parentheses.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", start: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}
