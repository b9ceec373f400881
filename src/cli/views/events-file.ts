import { fstatSync, closeSync, readSync, writeSync } from "node:fs";
import path from "node:path";
import { openForWriting } from "../../files/open-for-writing.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { warningOf } from "../../core/diagnostics/coded.ts";
import type { CliContext } from "../terminal/context.ts";

/** Where `--events-to` writes. */
export interface EventsFile {
  readonly write: (line: string) => void;
  readonly close: () => void;
}

/**
 * Opens it for appending. Every line is written at once: what was emitted before a
 * kill is in the file. A file that cannot be written is warned of once, with the
 * reason, and stops nothing.
 */
export function openEventsFile(name: string, context: Pick<CliContext, "cwd" | "report">): EventsFile {
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
    ...warningOf("ISM063"),
    detail: `${name}: ${error.message}. The command goes on, and its events are not written there any more.`,
    fix: "Make room or name another file with --events-to; isthmus status says what the clusters have.",
  };
}
