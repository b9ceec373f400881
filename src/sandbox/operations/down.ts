import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { OnProgress } from "../../core/progress.ts";
import { findOtherOwner } from "../network/remove-network.ts";
import { checkInstanceName } from "./check-names.ts";
import type { InstanceRecord } from "./instance-record.ts";
import { namesOfNodes, readRecord } from "./instance-record.ts";
import { withInstanceLock } from "./lock.ts";
import { checkRoot } from "./preflight.ts";
import type { RemainsScope } from "./remains.ts";
import { describeRemains, findRemains, isNothing, removeFiles, removeRunningParts } from "./remains.ts";
import { sandboxDiagnostic, sandboxError } from "./sandbox-diagnostic.ts";
import type { Environment } from "./state-folder.ts";
import { instanceFolder } from "./state-folder.ts";
import { removeFromUserKubeconfig } from "./user-kubeconfig.ts";

export interface SandboxDownOptions {
  readonly instance: string;
  readonly env: Environment;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** For processes to end and cgroups to become free. Default 10000. */
  readonly timeoutMs?: number;
}

/**
 * Takes a sandbox down and leaves nothing of it: processes, mounts, network
 * namespaces, links, routes, cgroups, merged kubeconfig entries, files. Works
 * by what is on record and by what is found under the sandbox's names, so also
 * after anything was killed, after a reboot, and half way through an `up`.
 *
 * Gives `removed: false` when there was nothing. UserError ISM739 names
 * whatever could not be removed; the files then stay, so that it can be tried again.
 */
export async function sandboxDown(options: SandboxDownOptions): Promise<{ readonly removed: boolean }> {
  const problems = [...checkInstanceName(options.instance), ...checkRoot()];
  if (problems.length > 0) {
    throw new UserError(problems, exitCodes.failed);
  }
  const folder = instanceFolder(options.env, options.instance);
  return withInstanceLock(folder, options.instance, options.signal, async () => takeDown(folder, options));
}

async function takeDown(folder: string, options: SandboxDownOptions): Promise<{ readonly removed: boolean }> {
  const record = await readRecordLeniently(options);
  const other = await findOtherOwner(options.instance, folder);
  if (other !== undefined) {
    return dropFiles(record, folder, other, options);
  }
  const scope: RemainsScope = {
    instance: options.instance,
    folder,
    clusters: namesOfNodes(record),
    index: record?.index,
  };
  const remains = await findRemains(scope);
  if (isNothing(remains)) {
    return { removed: false };
  }
  const subject = options.instance;
  const task = "taking the sandbox down";
  const began = performance.now();
  options.onProgress({ kind: "task.started", subject, task, expectedSeconds: 1 });
  options.signal.throwIfAborted();
  if (record?.merged !== undefined) {
    await removeFromUserKubeconfig(record.merged, options.instance, options.signal);
  }
  const timeoutMs = options.timeoutMs ?? 10_000;
  const resisted = await removeRunningParts(remains, timeoutMs);
  const left = await findRemains(scope);
  const stayed = describeRemains({ ...left, files: false });
  if (stayed.length > 0) {
    const diagnostic = sandboxDiagnostic("ISM739", {
      detail: `Left of the sandbox ${JSON.stringify(options.instance)}: ${stayed.join(", ")}.${resisted.length === 0 ? "" : ` ${resisted.join("; ")}.`}`,
      fix: `End what holds them (a shell inside the sandbox, perhaps) and run \`isthmus sandbox down --instance ${options.instance}\` again.`,
    });
    options.onProgress({ kind: "task.failed", subject, task, diagnostic });
    throw new UserError([diagnostic], exitCodes.failed);
  }
  await removeFiles(folder);
  options.onProgress({ kind: "task.done", subject, task, seconds: (performance.now() - began) / 1000 });
  return { removed: true };
}

/** A sandbox without a readable record must still go. */
async function readRecordLeniently(options: SandboxDownOptions): Promise<InstanceRecord | undefined> {
  try {
    return await readRecord(options.env, options.instance);
  } catch (error) {
    if (error instanceof UserError) {
      options.onProgress({
        kind: "task.note",
        subject: options.instance,
        task: "taking the sandbox down",
        note: "its record cannot be read; looking for its parts by their names",
      });
      return undefined;
    }
    throw error;
  }
}

/**
 * Names alone do not say from which state folder a sandbox comes; the mark on
 * its link does. Everything that runs under this name is another's: what is
 * here is at most the files of a sandbox that does not run.
 */
async function dropFiles(
  record: InstanceRecord | undefined,
  folder: string,
  other: string,
  options: SandboxDownOptions,
): Promise<{ readonly removed: boolean }> {
  if (record === undefined) {
    throw sandboxError("ISM736", {
      detail: `The sandbox ${JSON.stringify(options.instance)} that runs here is kept in ${other}, not in ${folder}.`,
      fix: "Point ISTHMUS_STATE_DIR to where it is kept, or name another sandbox with `--instance`.",
    });
  }
  if (record.merged !== undefined) {
    await removeFromUserKubeconfig(record.merged, options.instance, options.signal);
  }
  await removeFiles(folder);
  return { removed: true };
}
