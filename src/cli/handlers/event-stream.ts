import { fstatSync, closeSync, readSync, writeSync } from "node:fs";
import path from "node:path";
import { openForWriting } from "../../files/open-for-writing.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { CliContext } from "../terminal/context.ts";
import type { StreamedEvent, SummaryEvent } from "../../engine/documents/event.ts";
import { eventLine } from "../../engine/documents/event.ts";

/** Where a command's events go. */
export interface EventTargets {
  /** `jsonl`: stdout is the stream and nothing else. */
  readonly output: "text" | "jsonl";
  /** `--events-to` */
  readonly eventsTo: string | undefined;
}

/** How a command ended, without what the stream finds out itself. */
export type Ending = Pick<SummaryEvent, "exitCode" | "clusters" | "diagnostics">;

export type WriteEvent = (event: StreamedEvent) => void;

/**
 * Runs a command that tells events; the last line is its summary, also when
 * `run` throws, which is passed on. A file that cannot be written is warned of
 * once, with the reason, and stops nothing.
 */
export async function streamEvents(
  targets: EventTargets,
  context: CliContext,
  run: (write: WriteEvent) => Promise<Ending>,
): Promise<ExitCode> {
  const file = targets.eventsTo === undefined ? undefined : openEventsFile(targets.eventsTo, context);
  const write: WriteEvent = (event) => {
    if (targets.output === "text" && file === undefined) {
      return;
    }
    const line = `${eventLine(event, context.now())}\n`;
    if (targets.output === "jsonl") {
      context.stdout.write(line);
    }
    file?.write(line);
  };
  try {
    const ending = await run(write);
    write({ kind: "summary", ...ending });
    return ending.exitCode;
  } catch (error) {
    write({ kind: "summary", ...endingOf(error, context) });
    throw error;
  } finally {
    file?.close();
  }
}

function endingOf(error: unknown, context: CliContext): Ending {
  if (error instanceof UserError) {
    return { exitCode: error.exitCode, clusters: [], diagnostics: error.diagnostics };
  }
  return { exitCode: context.signal.aborted ? exitCodes.interrupted : exitCodes.failed, clusters: [], diagnostics: [] };
}

interface EventsFile {
  readonly write: (line: string) => void;
  readonly close: () => void;
}

/** Written at once, line by line: what was told before a kill is in the file. */
function openEventsFile(name: string, context: CliContext): EventsFile {
  let descriptor: number | undefined;
  const close = (): void => {
    if (descriptor !== undefined) {
      closeSync(descriptor);
      descriptor = undefined;
    }
  };
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      context.report([unwritable(name, error as Error)]);
      close();
    }
  };
  attempt(() => {
    descriptor = openForWriting(path.resolve(context.cwd, name), { append: true, mode: 0o600 });
    if (endsWithinLine(descriptor)) {
      writeAll(descriptor, "\n");
    }
  });
  return {
    write: (line) => {
      const open = descriptor;
      if (open !== undefined) {
        attempt(() => writeAll(open, line));
      }
    },
    close,
  };
}

/** True for what an earlier run left when its disk was full. */
function endsWithinLine(descriptor: number): boolean {
  const stat = fstatSync(descriptor);
  const last = Buffer.alloc(1);
  return stat.isFile() && stat.size > 0 && readSync(descriptor, last, 0, 1, stat.size - 1) === 1 && last[0] !== 10;
}

function writeAll(descriptor: number, text: string): void {
  let rest: Buffer = Buffer.from(text, "utf8");
  while (rest.length > 0) {
    rest = rest.subarray(writeSync(descriptor, rest));
  }
}

function unwritable(name: string, error: Error): Diagnostic {
  return {
    code: "ISM063",
    severity: "warning",
    summary: "The events file cannot be written",
    detail: `${name}: ${error.message}. The command goes on, and its events are not written there any more.`,
    fix: "Make room or name another file with --events-to; isthmus status says what the clusters have.",
  };
}
