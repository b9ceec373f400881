import { createHash } from "node:crypto";
import type { Server } from "node:net";
import { createServer } from "node:net";
import { pause } from "../cluster/pause.ts";
import { sandboxError } from "./sandbox-diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";

/**
 * Holds a lock while the work runs. It is a name in Linux' abstract socket
 * namespace (unix(7)): only one process can have it, and the kernel frees it
 * when that process ends in whatever way, so no lock is ever stale and no
 * file is left. Nothing is ever said on the socket.
 */
async function withLock<T>(
  name: string,
  patienceMs: number,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T | "held"> {
  const deadline = Date.now() + patienceMs;
  let server = await tryLock(name);
  while (server === undefined) {
    if (Date.now() >= deadline) {
      return "held";
    }
    await pause(50, signal);
    server = await tryLock(name);
  }
  try {
    return await work();
  } finally {
    server.close();
  }
}

/** Only one command at a time works on one sandbox. UserError ISM735 (exit code 75) when another does. */
export async function withInstanceLock<T>(
  folder: string,
  instance: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const key = createHash("sha256").update(folder).digest("hex").slice(0, 16);
  // A moment of patience: a command that was just interrupted may still be on its way out.
  return requireLock(await withLock(`isthmus-sandbox-${key}`, 2000, signal, work), instance);
}

/** Only one command of the whole machine at a time chooses an address range and claims it. */
export async function withMachineLock<T>(instance: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return requireLock(await withLock("isthmus-sandboxes", 30_000, signal, work), instance);
}

function requireLock<T>(result: T | "held", instance: string): T {
  if (result === "held") {
    throw sandboxError(
      "ISM735",
      {
        detail: `Another \`isthmus sandbox\` command is at work on ${JSON.stringify(instance)} right now.`,
        fix: "Wait until it has ended, or end it, then try again.",
      },
      { exitCode: exitCodes.tryAgain },
    );
  }
  return result;
}

async function tryLock(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") {
        resolve(undefined);
      } else {
        reject(error);
      }
    });
    server.listen(`\0${name}`, () => resolve(server));
  });
}
