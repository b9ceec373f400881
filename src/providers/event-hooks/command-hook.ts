import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { EventHook, HookLimits } from "./event-hook.ts";
import { outOfTime } from "./event-hook.ts";

/** As much of what a hook prints as a message can hold. */
const mostBytes = 2000;

/**
 * Runs the command by the shell for each event, which it gets on its standard
 * input. It is not run twice for one event; what it prints is shown where it
 * fails. One that takes too long is ended with what it has started, and so is
 * one that runs when this program ends; what it has put into a process group
 * of its own goes on, and nobody waits for that longer than for the command.
 */
export function commandHook(command: string, { tryMs }: Pick<HookLimits, "tryMs">): EventHook {
  return {
    // What is typed there may be a token.
    name: "The command of --on-event",
    deliver: async (event, _id, signal) => runOnce(command, event, signal, tryMs),
    close: async () => {},
  };
}

async function runOnce(
  command: string,
  event: string,
  ending: AbortSignal,
  tryMs: number,
): Promise<string | undefined> {
  if (ending.aborted) {
    return outOfTime;
  }
  // A group of its own, so that what it starts ends with it.
  const child = spawn("/bin/sh", ["-c", command], { stdio: "pipe", detached: true });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-mostBytes)));
  }
  // It may end without reading.
  child.stdin.on("error", () => {}).end(`${event}\n`);
  const end = (): void => endGroup(child);
  process.once("exit", end);
  const limit = AbortSignal.any([ending, AbortSignal.timeout(tryMs)]);
  try {
    await once(child, "close", { signal: limit });
  } catch (error) {
    if (!limit.aborted) {
      return (error as Error).message;
    }
    end();
  } finally {
    process.removeListener("exit", end);
  }
  const last = said.trim().split("\n").at(-1) ?? "";
  const { exitCode } = child;
  return exitCode === 0
    ? undefined
    : exitCode === null && limit.aborted
      ? ending.aborted
        ? outOfTime
        : `it did not end within ${tryMs / 1000} s`
      : `it ended with ${exitCode ?? "a signal"}${last === "" ? "" : `: ${last}`}`;
}

/** Ends all that is left of the child's group, of which nothing may be left, and hears it no more. */
function endGroup(child: ChildProcessWithoutNullStreams): void {
  try {
    if (child.pid !== undefined) {
      process.kill(-child.pid, "SIGKILL");
    }
  } catch {
    // Its pipes are held by what has left the group.
  }
  [child.stdin, child.stdout, child.stderr].forEach((stream) => stream.destroy());
}
