import { readFile, readdir, readlink, stat, writeFile } from "node:fs/promises";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { OnProgress } from "../../core/progress.ts";
import { engineDiagnostic } from "../engine/engine-diagnostic.ts";

/** A number of inotify instances and of the watches in them. */
export interface InotifyUse {
  readonly instances: number;
  readonly watches: number;
}

/** A limit of the kernel that has to be raised. */
export interface InotifyRaise {
  /** `fs.inotify.max_user_instances` */
  readonly sysctl: string;
  readonly from: number;
  readonly to: number;
  /** What is in use, and what the new nodes take. */
  readonly used: number;
  readonly wanted: number;
}

/**
 * What one node takes of root's: kubelet 6, kube-apiserver 6,
 * kube-controller-manager 5, kube-proxy and containerd 1 each; the watches are
 * the kubelet's (counted in /proc of running nodes, Kubernetes 1.36).
 */
const perNode: InotifyUse = { instances: 19, watches: 650 };

/** For what comes and goes beside the nodes. */
const spare: InotifyUse = { instances: 8, watches: 1000 };

/** What kind and others ask for, https://kind.sigs.k8s.io/docs/user/known-issues/#pod-errors-due-to-too-many-open-files */
const usual: InotifyUse = { instances: 512, watches: 524_288 };

/** Which limits are too low for `nodes` more nodes, and what they should be: at least what is usual, else the next power of two. */
export function planInotify(limits: InotifyUse, used: InotifyUse, nodes: number): readonly InotifyRaise[] {
  return (["instances", "watches"] as const).flatMap((kind): readonly InotifyRaise[] => {
    const wanted = nodes * perNode[kind];
    const needed = used[kind] + wanted + spare[kind];
    return needed <= limits[kind]
      ? []
      : [
          {
            sysctl: `fs.inotify.max_user_${kind}`,
            from: limits[kind],
            to: Math.max(usual[kind], 2 ** Math.ceil(Math.log2(needed))),
            used: used[kind],
            wanted,
          },
        ];
  });
}

/**
 * Makes sure that `nodes` more nodes find room below the kernel's limits of
 * inotify, which count all of a user's processes together: raises a limit that
 * is too low, for as long as the machine runs, and tells it. A UserError
 * (ISM722) with the command to run where that is not allowed (in a container,
 * mostly). Without it kube-proxy and kubelet of the last nodes end again and
 * again.
 */
export async function provideInotify(
  nodes: number,
  { instance, onProgress }: { readonly instance: string; readonly onProgress: OnProgress },
): Promise<void> {
  const limits = await readLimits();
  if (nodes === 0 || limits === undefined) {
    return;
  }
  const raises = planInotify(limits, await countInotify(process.geteuid?.() ?? 0), nodes);
  const refused: { readonly raise: InotifyRaise; readonly reason: string }[] = [];
  for (const raise of raises) {
    const task = `raising ${raise.sysctl} from ${raise.from} to ${raise.to}`;
    const began = performance.now();
    onProgress({ kind: "task.started", subject: instance, task });
    onProgress({
      kind: "task.note",
      subject: instance,
      task,
      note: `${raise.used} are in use and ${nodes} nodes take ${raise.wanted} more; it stays raised until this machine restarts`,
    });
    const reason = await setLimit(raise);
    if (reason === undefined) {
      onProgress({ kind: "task.done", subject: instance, task, seconds: (performance.now() - began) / 1000 });
    } else {
      refused.push({ raise, reason });
      onProgress({ kind: "task.failed", subject: instance, task, diagnostic: refusal(raise, nodes, reason) });
    }
  }
  if (refused.length > 0) {
    throw new UserError(
      refused.map(({ raise, reason }) => refusal(raise, nodes, reason)),
      exitCodes.failed,
    );
  }
}

function refusal(raise: InotifyRaise, nodes: number, reason: string) {
  return engineDiagnostic(
    "ISM722",
    `${nodes} nodes take ${raise.wanted} of ${raise.sysctl}, which is ${raise.from} for all of root's processes together; ${raise.used} are in use. Raising it was refused: ${reason}.`,
    `Run on the machine itself (outside of the container):\n    sysctl -w ${raise.sysctl}=${raise.to}\n` +
      `To keep it over restarts:\n    echo ${raise.sysctl}=${raise.to} > /etc/sysctl.d/90-isthmus-${raise.sysctl.split("_").at(-1) ?? ""}.conf\n` +
      "Or have fewer clusters.",
  );
}

function fileOf(sysctl: string): string {
  return `/proc/sys/${sysctl.replaceAll(".", "/")}`;
}

/** Undefined where the kernel has no such limits. */
async function readLimits(): Promise<InotifyUse | undefined> {
  try {
    const [instances, watches] = await Promise.all(
      ["instances", "watches"].map(async (kind) =>
        Number(await readFile(fileOf(`fs.inotify.max_user_${kind}`), "utf8")),
      ),
    );
    return { instances: instances ?? Infinity, watches: watches ?? Infinity };
  } catch {
    return undefined;
  }
}

/** Why the limit is not what it should be now; undefined when it is. */
async function setLimit({ sysctl, to }: InotifyRaise): Promise<string | undefined> {
  try {
    await writeFile(fileOf(sysctl), String(to));
    const now = Number(await readFile(fileOf(sysctl), "utf8"));
    return now >= to ? undefined : `it is ${now} after writing it`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** What all processes of a user have open, as far as /proc shows it. */
export async function countInotify(uid: number): Promise<InotifyUse> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const counts = await Promise.all(pids.map(async (pid) => countOfProcess(pid, uid)));
  return {
    instances: counts.reduce((sum, one) => sum + one.instances, 0),
    watches: counts.reduce((sum, one) => sum + one.watches, 0),
  };
}

async function countOfProcess(pid: string, uid: number): Promise<InotifyUse> {
  try {
    if ((await stat(`/proc/${pid}`)).uid !== uid) {
      return { instances: 0, watches: 0 };
    }
    const descriptors = await readdir(`/proc/${pid}/fd`);
    const watches = await Promise.all(descriptors.map(async (one) => countWatches(pid, one)));
    const open = watches.filter((count) => count !== undefined);
    return { instances: open.length, watches: open.reduce((sum, count) => sum + count, 0) };
  } catch {
    // It has ended, or is none of ours to look into.
    return { instances: 0, watches: 0 };
  }
}

/** The watches of one instance (proc(5), fdinfo); undefined for any other descriptor. */
async function countWatches(pid: string, descriptor: string): Promise<number | undefined> {
  const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => "");
  if (target !== "anon_inode:inotify") {
    return undefined;
  }
  const info = await readFile(`/proc/${pid}/fdinfo/${descriptor}`, "utf8").catch(() => "");
  return info.split("\n").filter((line) => line.startsWith("inotify ")).length;
}
