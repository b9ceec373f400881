import { spawn } from "node:child_process";
import { closeSync, openSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Component } from "./components.ts";
import type { ComponentState } from "./node-state.ts";

export interface SuperviseOptions {
  readonly logFile: string;
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onChange: (change: Omit<ComponentState, "name" | "since">) => void;
}

const firstPauseMs = 200;
const longestPauseMs = 10_000;
/** A component that ran this long was healthy: the next pause is short again. */
const healthyMs = 30_000;

/**
 * Keeps one program running until the signal fires: starts it again whenever
 * it ends, after pauses that double from 0.2 to 10 seconds while it keeps
 * ending early. Everything that it prints goes to its log. Never rejects.
 */
export async function superviseComponent(component: Component, options: SuperviseOptions): Promise<void> {
  let restarts = 0;
  let pause = firstPauseMs;
  while (!options.signal.aborted) {
    const started = performance.now();
    const lastExit = await runOnce(component, options, (pid) => options.onChange({ state: "running", pid, restarts }));
    if (options.signal.aborted) {
      return;
    }
    pause = performance.now() - started > healthyMs ? firstPauseMs : pause;
    restarts += 1;
    options.onChange({ state: "restarting", restarts, lastExit });
    await sleep(pause, undefined, { signal: options.signal }).catch(() => undefined);
    pause = Math.min(pause * 2, longestPauseMs);
  }
}

/** Runs the program to its end and gives how it ended. */
async function runOnce(
  component: Component,
  options: SuperviseOptions,
  onStart: (pid: number) => void,
): Promise<string> {
  const log = openSync(options.logFile, "a", 0o600);
  try {
    return await new Promise((resolve) => {
      const child = spawn(component.program, component.args, {
        stdio: ["ignore", log, log],
        env: options.env,
        cwd: options.folder,
      });
      const stop = (): void => {
        child.kill("SIGKILL");
      };
      options.signal.addEventListener("abort", stop, { once: true });
      const end = (how: string): void => {
        options.signal.removeEventListener("abort", stop);
        writeSync(log, `--- ${new Date().toISOString()} ${component.name}: ${how}\n`);
        resolve(how);
      };
      child.on("spawn", () => onStart(child.pid ?? 0));
      child.on("error", (error) => end(`cannot be started: ${error.message}`));
      child.on("exit", (code, killedBy) =>
        end(killedBy === null ? `exit code ${String(code)}` : `ended by ${killedBy}`),
      );
    });
  } finally {
    closeSync(log);
  }
}
