import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { rm } from "node:fs/promises";
import { namespaceFile } from "../network/namespaces.ts";
import { systemEnvironment } from "../process/system-command.ts";
import type { ClusterFolder } from "./cluster-folder.ts";
import { logFile } from "./cluster-folder.ts";
import { readJsonFile, writePrivateFile } from "./private-file.ts";
import type { ProcessIdentity } from "./process-identity.ts";
import { identifyProcess, isAlive } from "./process-identity.ts";

/** Joins the node's cgroups (the arguments before `--`) and becomes the rest of the arguments. */
const joinScript = `
while [ "$1" != -- ]; do
  echo 0 > "$1/cgroup.procs" || exit 1
  shift
done
shift
exec "$@"
`;

/**
 * Process 1 of the node. It is a shell because process 1 must reap what others
 * leave behind (a containerd-shim for every pod that ended), Node.js waits only
 * for children that it started itself, and `wait` of a POSIX shell takes any
 * child. When the supervisor ends, process 1 ends, and the kernel kills
 * everything in the PID namespace and drops its mounts.
 */
const firstProcessScript = `
"$@" &
main=$!
trap 'kill -TERM "$main" 2>/dev/null' TERM INT HUP
code=0
while kill -0 "$main" 2>/dev/null; do
  wait "$main"
  code=$?
done
exit "$code"
`;

export interface NodeStart {
  readonly folder: ClusterFolder;
  /** Name of the node's network namespace. */
  readonly namespace: string;
  /** Folders whose cgroup.procs the node joins. */
  readonly cgroups: readonly string[];
  /** The program that calls `runNode` with the last argument, which is the cluster's folder. */
  readonly supervisorCommand: readonly string[];
}

/**
 * Starts a node, detached from the caller, and writes down which process it
 * is: killing that one process ends the whole node. Throws when it could not
 * be started at all; whether it stays is seen by `findNodeProcess`.
 */
export async function startNode(start: NodeStart): Promise<ProcessIdentity> {
  // What the last supervisor said is over.
  await rm(start.folder.nodeState, { force: true });
  const log = openSync(logFile(start.folder, "supervisor"), "a", 0o600);
  try {
    const enter = ["nsenter", `--net=${namespaceFile(start.namespace)}`];
    const isolate = ["unshare", "--mount", "--propagation", "slave", "--pid", "--fork", "--kill-child", "--mount-proc"];
    const first = ["/bin/sh", "-c", firstProcessScript, "isthmus-node", ...start.supervisorCommand, start.folder.dir];
    const child = spawn(
      "/bin/sh",
      ["-c", joinScript, "isthmus-node", ...start.cgroups, "--", ...enter, ...isolate, ...first],
      {
        detached: true,
        stdio: ["ignore", log, log],
        cwd: "/",
        env: systemEnvironment(),
      },
    );
    await new Promise<void>((resolve, reject) => {
      child.on("spawn", resolve);
      child.on("error", reject);
    });
    const identity = identifyProcess(child.pid ?? 0);
    if (identity === undefined) {
      throw new Error("the node's process ended at once");
    }
    await writePrivateFile(start.folder.nodeProcess, `${JSON.stringify(identity)}\n`);
    child.unref();
    return identity;
  } finally {
    closeSync(log);
  }
}

/** The node's process, if it lives. */
export async function findNodeProcess(folder: ClusterFolder): Promise<ProcessIdentity | undefined> {
  const recorded = (await readJsonFile(folder.nodeProcess)) as ProcessIdentity | undefined;
  return recorded !== undefined && isAlive(recorded) ? recorded : undefined;
}
