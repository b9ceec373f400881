import { writeJson } from "../core/model/exact-json.ts";
import { createInterface } from "node:readline";
import { joinEqual } from "../core/diagnostics/join-equal.ts";
import { decideColor } from "./terminal/color.ts";
import type { CliContext, CliIo } from "./terminal/context.ts";
import type { GlobalValues } from "./command-line/parse-command-line.ts";
import { quoteCommand } from "../core/quote-command.ts";
import { usageError } from "./command-line/usage-error.ts";
import { paletteFor } from "./terminal/palette.ts";
import type * as onStderr from "./views/human/on-stderr.ts";
import type { LiveView } from "./views/human/progress.ts";

/** The context of one run of a command; `close` ends a progress view that a failed command left open. */
export interface OpenContext {
  readonly context: CliContext;
  readonly close: () => void;
}

/** What is written on stderr: diagnostics and progress. */
export type OnStderr = typeof onStderr;

/** Makes the context for one command line. */
export function createContext(argv: readonly string[], globals: GlobalValues, io: CliIo, texts: OnStderr): OpenContext {
  const wish = { flag: globals.color, env: io.env };
  const color = decideColor(wish, io.stdout);
  const errorColor = decideColor(wish, io.stderr);
  const errorPalette = paletteFor(errorColor);
  const interactive = io.stdin.isTTY === true && io.stderr.isTTY === true;
  let view: LiveView | undefined;
  let asking = false;

  const writeError = (text: string): void => {
    if (asking) {
      // Somebody pressed Ctrl-C instead of answering: the question's line is still open.
      asking = false;
      io.stderr.write(`\n${text}`);
    } else if (view === undefined) {
      io.stderr.write(text);
    } else {
      view.writeAbove(text);
    }
  };

  const context: CliContext = {
    ...io,
    argv,
    color,
    palette: paletteFor(color),
    errorColor,
    errorPalette,
    interactive,
    verbose: globals.verbose,
    quiet: globals.quiet,
    kubeconfig: globals.kubeconfig,
    print: (text) => {
      io.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
    },
    printJson: (document) => {
      io.stdout.write(`${writeJson(document, 2)}\n`);
    },
    log: (line) => {
      if (!globals.quiet) {
        writeError(`${line}\n`);
      }
    },
    debug: (line) => {
      if (globals.verbose) {
        writeError(`${line}\n`);
      }
    },
    report: (diagnostics) => {
      for (const diagnostic of joinEqual(diagnostics)) {
        writeError(`${texts.formatDiagnostic(diagnostic, { color: errorColor })}\n\n`);
      }
    },
    confirm: async (question, { yes }) => {
      if (yes) {
        return true;
      }
      if (!interactive) {
        throw usageError(
          "ISM007",
          "This command asks before it changes anything, and stdin or stderr is not a terminal here. Nothing was changed.",
          `Run it where it can ask, or without asking:\n\n    ${quoteCommand([io.env["ISTHMUS_COMMAND"] ?? "isthmus", ...withYes(argv)])}`,
        );
      }
      asking = true;
      return ask(question, io).finally(() => {
        asking = false;
      });
    },
    progress: () => {
      view?.stop();
      const options = { stream: io.stderr, palette: errorPalette, now: io.now };
      const live = io.stderr.isTTY === true && io.env["TERM"] !== "dumb";
      const started = globals.quiet
        ? texts.showNoProgress(io.stderr)
        : live
          ? texts.showLiveProgress(options)
          : texts.showPlainProgress(options);
      view = started;
      return {
        onProgress: started.onProgress,
        stop: () => {
          started.stop();
          view = view === started ? undefined : view;
        },
      };
    },
    engineOptions: async (own = {}) => {
      const { engineOptions } = await import("./handlers/engine-options.ts");
      return engineOptions(context, own);
    },
    operate: async (own, work) => {
      const { operate } = await import("./handlers/operate.ts");
      return operate(context, own, work);
    },
    forMesh: (place) => ({
      ...context,
      file: place.file,
      readMesh: async () => {
        const { readMesh } = await import("./handlers/read-mesh.ts");
        return readMesh(place, context.cwd);
      },
    }),
  };
  return { context, close: () => view?.stop() };
}

function withYes(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf("--");
  return end === -1 ? [...argv, "--yes"] : [...argv.slice(0, end), "--yes", ...argv.slice(end)];
}

/** Only `y` and `yes` are a yes. The end of the input is a no; an abort rejects. */
async function ask(question: string, io: CliIo): Promise<boolean> {
  const { signal } = io;
  signal.throwIfAborted();
  const reader = createInterface({ input: io.stdin });
  let onAbort = (): void => {};
  try {
    io.stderr.write(`${question} [y/N] `);
    const answer = await new Promise<string>((resolve, reject) => {
      onAbort = () => reject(signal.reason as Error);
      signal.addEventListener("abort", onAbort, { once: true });
      reader.once("line", (line) => {
        reader.removeAllListeners("close");
        resolve(line);
      });
      reader.once("close", () => {
        io.stderr.write("\n");
        resolve("");
      });
    });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    signal.removeEventListener("abort", onAbort);
    reader.removeAllListeners("close");
    reader.close();
  }
}
