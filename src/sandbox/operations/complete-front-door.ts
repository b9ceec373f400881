import { readFile } from "node:fs/promises";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { OnProgress } from "../../core/progress.ts";
import { clusterFolder, logFile } from "../cluster/cluster-folder.ts";
import { pause } from "../cluster/pause.ts";
import type { EngineParts } from "../engine/parts.ts";
import { tolerateListeners } from "../../kube/tolerate-listeners.ts";
import { completeCluster, type CompleteClusterOptions } from "../front-door/complete-cluster.ts";
import { acmeDirectory, frontDoorFolder } from "../front-door/front-door-folder.ts";
import type { FrontDoorParts } from "../front-door/front-door-parts.ts";
import { inspectFrontDoor } from "../front-door/inspect-front-door.ts";
import type { InstanceRecord, RecordedCluster, RecordedFrontDoor } from "./instance-record.ts";
import { zoneOf } from "./plan-nodes.ts";
import { hasForgotten, rememberAccounts } from "./acme-memory.ts";
import { CommandError } from "../process/run-command.ts";
import { readLastLines } from "./log-lines.ts";
import { sandboxDiagnostic } from "./sandbox-diagnostic.ts";
import { clusterDirectory } from "./state-folder.ts";
import { kubectlLine } from "../../core/kubectl-line.ts";

export interface CompleteFrontDoorOptions {
  /** The sandbox's folder. */
  readonly folder: string;
  readonly record: InstanceRecord;
  readonly frontDoor: RecordedFrontDoor;
  readonly engine: EngineParts;
  readonly parts: FrontDoorParts;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

const pollMs = 100;

/**
 * Waits until a front door's servers serve, and makes every cluster take part
 * in it. A UserError (ISM748) with what does not get ready, and the last lines
 * of the log that should tell why.
 */
export async function completeFrontDoor(options: CompleteFrontDoorOptions): Promise<void> {
  const { record, frontDoor, onProgress } = options;
  const task = "waiting for DNS, ACME, cert-manager and external-dns";
  const began = performance.now();
  // Many objects are applied at the same time.
  tolerateListeners(options.signal);
  onProgress({ kind: "task.started", subject: frontDoor.name, task, expectedSeconds: 15 });
  try {
    await waitForServers(options);
    const problems = await Promise.all(record.clusters.map(async (cluster) => completeOne(cluster, options)));
    const found = problems.filter((problem) => problem !== undefined);
    if (found.length > 0) {
      throw new UserError(found, exitCodes.failed);
    }
    await rememberAccounts(options.folder);
  } catch (error) {
    const [diagnostic] = error instanceof UserError ? error.diagnostics : [];
    if (diagnostic !== undefined) {
      onProgress({ kind: "task.failed", subject: frontDoor.name, task, diagnostic });
    }
    throw error;
  }
  onProgress({ kind: "task.done", subject: frontDoor.name, task, seconds: (performance.now() - began) / 1000 });
}

async function waitForServers(options: CompleteFrontDoorOptions): Promise<void> {
  const { folder, frontDoor, signal, record } = options;
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    const lacks = await inspectFrontDoor(folder, frontDoor.nodeAddress, signal);
    const [first] = lacks;
    if (first === undefined) {
      return;
    }
    if (performance.now() > deadline) {
      const lines = await readLastLines(
        logFile(clusterFolder(clusterDirectory(folder, frontDoor.name)), first.component),
        8,
      );
      throw new UserError(
        [
          sandboxDiagnostic("ISM748", {
            detail: `${lacks.map(({ text }) => text).join("; ")}. The last lines of ${first.component}:\n${lines.map((line) => `    ${line}`).join("\n")}`,
            fix: `See \`isthmus sandbox logs ${frontDoor.name} ${first.component} --instance ${record.instance}\`; \`isthmus sandbox up --instance ${record.instance}\` goes on.`,
          }),
        ],
        exitCodes.failed,
      );
    }
    await pause(pollMs, signal);
  }
}

async function completeOne(
  cluster: RecordedCluster,
  options: CompleteFrontDoorOptions,
): Promise<ReturnType<typeof sandboxDiagnostic> | undefined> {
  const { timeoutMs, record, signal } = options;
  const again = `\`isthmus sandbox up --instance ${record.instance}\` goes on.`;
  try {
    const lacking = await completeCluster(await clusterOptions(cluster, options), timeoutMs);
    return lacking === undefined
      ? undefined
      : sandboxDiagnostic("ISM748", {
          cluster: cluster.name,
          detail: `After ${Math.round(timeoutMs / 1000)} s in ${cluster.name}: ${lacking}.`,
          fix: `See why: ${kubectlLine(cluster.context)} get pods -A; ${again}`,
        });
  } catch (error) {
    signal.throwIfAborted();
    const said = error instanceof CommandError ? error.explain() : (error as Error).message;
    return sandboxDiagnostic("ISM748", {
      cluster: cluster.name,
      detail: `cert-manager and external-dns could not be put into ${cluster.name}: ${said}.`,
      fix: `See \`isthmus sandbox status --instance ${record.instance}\`; ${again}`,
    });
  }
}

async function clusterOptions(
  cluster: RecordedCluster,
  { folder, frontDoor, engine, parts, signal }: CompleteFrontDoorOptions,
): Promise<CompleteClusterOptions> {
  return {
    dir: clusterDirectory(folder, cluster.name),
    nodeAddress: cluster.nodeAddress,
    engine,
    parts,
    dns: zoneOf(frontDoor),
    secret: (await readFile(frontDoorFolder(folder).tsigFile, "utf8")).trim(),
    ...((await hasForgotten(folder)) ? { forgets: acmeDirectory(frontDoor.nodeAddress) } : {}),
    signal,
  };
}
