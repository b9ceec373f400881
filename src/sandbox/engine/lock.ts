import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { makeFolder } from "../../files/make-folder.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { engineDiagnostic } from "./engine-diagnostic.ts";
import { killGroup } from "../process/run-command.ts";

export interface LockOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Called once when somebody else has the lock, with a sentence about whom. */
  readonly onWait: (note: string) => void;
}

/** Gives the lock back. */
export type Release = () => Promise<void>;

/**
 * Takes the lock that the file stands for, waiting while another process has
 * it. The lock is the kernel's (flock), held by a child that ends when this
 * process does, however it ends: a dead holder never has to be cleared away.
 * A UserError (ISM718) when the time is over; throws the signal's reason when aborted.
 */
export async function acquireLock(file: string, options: LockOptions): Promise<Release> {
  options.signal.throwIfAborted();
  await makeFolder(path.dirname(file));
  const startedAt = Date.now();
  // The file itself is the lock; who holds it stands in a file beside it, since it is written by the holder only.
  const holderFile = `${file}.holder`;
  const held = (await tryLock(file, ["--nonblock"], options.signal, options.timeoutMs)) ?? (await waitForLock());
  await writeFile(holderFile, JSON.stringify({ pid: process.pid, since: new Date().toISOString() }));
  return held;

  async function waitForLock(): Promise<Release> {
    options.onWait(`${await describeHolder(holderFile)}; waiting until it is done`);
    const left = Math.max(1, options.timeoutMs - (Date.now() - startedAt));
    const release = await tryLock(file, [], options.signal, left);
    if (release === undefined) {
      throw new UserError(
        [
          engineDiagnostic(
            "ISM718",
            `${await describeHolder(holderFile)}, and has not finished within ${Math.round(options.timeoutMs / 60_000)} minutes.`,
            "Look at what that process does, end it, and run the same command again.",
          ),
        ],
        exitCodes.tryAgain,
      );
    }
    return release;
  }
}

/** Undefined when the lock was not to be had (in time). */
async function tryLock(
  file: string,
  flags: readonly string[],
  signal: AbortSignal,
  timeoutMs: number,
): Promise<Release | undefined> {
  signal.throwIfAborted();
  // The holder says that it has the lock, then reads from a pipe that ends with this process.
  const child = spawn("flock", ["--exclusive", ...flags, file, "sh", "-c", "echo held; exec cat"], {
    stdio: ["pipe", "pipe", "ignore"],
    detached: true,
  });
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
  });
  const kill = (): void => killGroup(child.pid);
  signal.addEventListener("abort", kill, { once: true });
  const timer = setTimeout(kill, timeoutMs);
  try {
    const held = await new Promise<boolean>((resolve, reject) => {
      child.once("error", reject);
      child.stdout.once("data", () => resolve(true));
      child.once("close", () => resolve(false));
    });
    signal.throwIfAborted();
    if (!held) {
      return undefined;
    }
    return async () => {
      child.stdin.end();
      await ended;
    };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", kill);
  }
}

const holderRecord = z.object({ pid: z.number(), since: z.string() });

async function describeHolder(file: string): Promise<string> {
  try {
    const holder = holderRecord.parse(JSON.parse(await readFile(file, "utf8")));
    return `Another run (process ${holder.pid}, since ${holder.since}) is making the sandbox engine`;
  } catch {
    // The holder has just taken the lock and not yet written who it is.
    return "Another run is making the sandbox engine";
  }
}
