import { fstatSync, writeSync } from "node:fs";
import { exitCodes } from "../core/diagnostics/exit-codes.ts";
import type { OutputStream } from "./terminal/context.ts";

const [major = 0, minor = 0, patch = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && (minor < 18 || (minor === 18 && patch < 1)))) {
  writeSync(2, `isthmus: Node.js ${process.versions.node} is too old. isthmus needs Node.js 20.18.1 or newer.\n`);
  process.exit(exitCodes.failed);
}

const verbose = process.argv.some((word) => word === "-v" || word === "--verbose");
// Before the program's own files are loaded: only what is loaded afterwards gets mapped positions.
if (verbose) {
  process.setSourceMapsEnabled(true);
}
const stderr = lateStderr();
const showCursor = stderr.isTTY === true ? "\u001B[?25h\n" : "";
const stop = new AbortController();
const outputClosed = new AbortController();
let outputLost = false;

void main();

async function main(): Promise<void> {
  const [{ runCli }, { describeBug }, { paletteFor }] = await Promise.all([
    import("./run-cli.ts"),
    import("./handle-error.ts"),
    import("./terminal/palette.ts"),
  ]);
  // Node and libraries call experimental what this program has tested: nobody who runs it can do anything about that.
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (warning.name !== "ExperimentalWarning") {
      writeSync(2, `${warning.name}: ${warning.message}\n`);
    }
  });
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => {
      writeSync(2, `${showCursor}${describeBug(error, { verbose, palette: paletteFor(false) })}`);
      process.exit(exitCodes.failed);
    });
  }
  listenForSignals();
  listenForLostOutput();
  const code = await runCli(process.argv.slice(2), {
    stdin: () => process.stdin,
    stdout: process.stdout,
    stderr,
    env: process.env,
    cwd: process.cwd(),
    now: () => Date.now(),
    signal: stop.signal,
    outputClosed: outputClosed.signal,
  });
  // Idle connections must not keep the process; what is written must be out, and an error of writing it must be heard.
  process.stdout.write("", () =>
    setImmediate(() => process.exit(outputLost && code === exitCodes.ok ? exitCodes.failed : code)),
  );
}

function listenForSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) {
        writeSync(2, showCursor);
        endBySignal(signal);
      }
      stop.abort(new DOMException(`interrupted by ${signal}`, "AbortError"));
    });
  }
}

/**
 * Ends at once, as a program without a handler does. `process.exit` alone would
 * first wait for the threads of Node's pool, and one of them may be waiting for
 * a file that never answers (a share whose server is gone).
 */
function endBySignal(signal: "SIGINT" | "SIGTERM" | "SIGHUP"): void {
  process.emit("exit", exitCodes.interrupted);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

/** A reader that goes away (`| head`) or a disk that fills up must not stop an apply half way: what is left to print is dropped. */
function listenForLostOutput(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && !outputLost) {
      outputLost = true;
      writeSync(2, `${showCursor}Writing the output failed: ${error.message}. The command goes on without it.\n`);
    }
    outputClosed.abort();
  });
}

/** Stderr, for which Node loads nothing before something is written there, unless it may be a terminal. */
function lateStderr(): OutputStream {
  let opened: NodeJS.WriteStream | undefined;
  const open = (): NodeJS.WriteStream => {
    // This file is read by any Node (no `??=`). With stderr gone there is nobody to tell.
    if (opened === undefined) {
      opened = process.stderr.on("error", () => {});
    }
    return opened;
  };
  return {
    isTTY: fstatSync(2).isCharacterDevice() && open().isTTY,
    // A terminal of 0 columns is one whose size nobody has told.
    get columns() {
      return open().columns || undefined;
    },
    get rows() {
      return open().rows || undefined;
    },
    write: (text) => open().write(text),
  };
}
