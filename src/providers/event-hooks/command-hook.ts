import { spawn } from "node:child_process";
import { once } from "node:events";
import type { EventHook, HookLimits } from "./event-hook.ts";

/** As much of what a hook prints as a message can hold. */
const mostBytes = 2000;

/**
 * Runs the command by the shell for each event, which it gets on its standard
 * input. It is not run twice for one event; what it prints is shown where it
 * fails. One that takes too long is ended with what it has started.
 */
export function commandHook(command: string, { tryMs }: Pick<HookLimits, "tryMs">): EventHook {
  return {
    name: command,
    deliver: async (event, _id, signal) =>
      runOnce(command, event, AbortSignal.any([signal, AbortSignal.timeout(tryMs)]), tryMs),
    close: async () => {},
  };
}

async function runOnce(
  command: string,
  event: string,
  signal: AbortSignal,
  tryMs: number,
): Promise<string | undefined> {
  if (signal.aborted) {
    return "there was no more time for it";
  }
  // A group of its own, so that what it starts ends with it.
  const child = spawn("/bin/sh", ["-c", command], { stdio: "pipe", detached: true });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-mostBytes)));
  }
  // It may end without reading.
  child.stdin.on("error", () => {}).end(`${event}\n`);
  const end = (): void => {
    if (child.pid !== undefined) {
      process.kill(-child.pid, "SIGKILL");
    }
  };
  signal.addEventListener("abort", end, { once: true });
  try {
    const [code] = (await once(child, "close")) as [number | null];
    const last = said.trim().split("\n").at(-1) ?? "";
    return code === 0
      ? undefined
      : signal.aborted
        ? `it did not end within ${tryMs / 1000} s`
        : `it ended with ${code ?? "a signal"}${last === "" ? "" : `: ${last}`}`;
  } catch (error) {
    return (error as Error).message;
  } finally {
    signal.removeEventListener("abort", end);
  }
}
