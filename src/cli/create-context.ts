import { writeJson } from "../core/model/exact-json.ts";
import { joinEqual } from "../core/diagnostics/join-equal.ts";
import { decideColor } from "./terminal/color.ts";
import type { CliContext, CliIo, MeshPlace } from "./terminal/context.ts";
import type { LiveView, SharedStderr } from "./terminal/share-stderr.ts";
import { shareStderr } from "./terminal/share-stderr.ts";
import { withGivenOptions } from "./command-line/given-options.ts";
import type { GlobalValues } from "./command-line/parse-command-line.ts";
import { quoteCommand } from "../core/quote-command.ts";
import { usageError } from "./command-line/usage-error.ts";
import { paletteFor } from "./terminal/palette.ts";
import type * as onStderr from "./views/human/on-stderr.ts";

/** The context of one run of a command; `close` ends a progress view that a failed command left open. */
export interface OpenContext {
  readonly context: CliContext;
  readonly close: () => void;
}

/** What is written on stderr: diagnostics and progress. */
export type OnStderr = typeof onStderr;

/** What the context's functions are made of: the command line, the process's streams, and how stderr is written to. */
type Base = Omit<CliContext, keyof Printing | keyof Interaction | keyof EngineAccess>;
type Printing = Pick<CliContext, "print" | "printJson" | "log" | "debug" | "report">;
type Interaction = Pick<CliContext, "confirm" | "offer" | "progress">;
type EngineAccess = Pick<CliContext, "engineOptions" | "operate" | "forMesh">;

/** Makes the context for one command line. */
export function createContext(argv: readonly string[], globals: GlobalValues, io: CliIo, texts: OnStderr): OpenContext {
  const wish = { flag: globals.color, env: io.env };
  const color = decideColor(wish, io.stdout);
  const errorColor = decideColor(wish, io.stderr);
  const base: Base = {
    ...io,
    argv,
    color,
    palette: paletteFor(color),
    errorColor,
    errorPalette: paletteFor(errorColor),
    interactive: () => io.stderr.isTTY === true && io.stdin().isTTY === true,
    verbose: globals.verbose,
    quiet: globals.quiet,
    kubeconfig: globals.kubeconfig,
    clusterTimeoutMs: globals.clusterTimeout,
  };
  const stderr = shareStderr(io);
  // What a command is about is known once it asks for its mesh, and told by errors after it has ended.
  let file: string | undefined;
  const complete = (text: string): string => withGivenOptions(text, { file, kubeconfig: globals.kubeconfig });
  const context: CliContext = {
    ...base,
    ...printing(base, stderr, texts, complete),
    ...interaction(base, stderr, texts),
    ...engineAccess(
      () => context,
      (place) => (file = place.file),
    ),
  };
  return { context, close: stderr.close };
}

/** Data to stdout, everything else to stderr. */
function printing(
  { stdout, quiet, verbose, errorColor }: Base,
  stderr: SharedStderr,
  texts: OnStderr,
  complete: (text: string) => string,
): Printing {
  return {
    print: (text) => {
      stdout.write(text.endsWith("\n") ? text : `${text}\n`);
    },
    printJson: (document) => {
      stdout.write(`${writeJson(document, 2)}\n`);
    },
    log: (line) => {
      if (!quiet) {
        stderr.write(`${line}\n`);
      }
    },
    debug: (line) => {
      if (verbose) {
        stderr.write(`${line}\n`);
      }
    },
    report: (diagnostics) => {
      for (const { fix, ...rest } of joinEqual(diagnostics)) {
        const diagnostic = fix === undefined ? rest : { ...rest, fix: complete(fix) };
        stderr.write(`${texts.formatDiagnostic(diagnostic, { color: errorColor })}\n\n`);
      }
    },
  };
}

function interaction(base: Base, stderr: SharedStderr, texts: OnStderr): Interaction {
  return {
    confirm: async (question, { yes }) => {
      if (yes) {
        return true;
      }
      if (!base.interactive()) {
        throw usageError(
          "ISM007",
          "This command asks before it changes anything, and stdin or stderr is not a terminal here. Nothing was changed.",
          `Run it where it can ask, or without asking:\n\n    ${quoteCommand([base.env["ISTHMUS_COMMAND"] ?? "isthmus", ...withYes(base.argv)])}`,
        );
      }
      return stderr.ask(question);
    },
    // A second Ctrl-C ends the process, as everywhere.
    offer: async (question) => base.interactive() && stderr.ask(question, new AbortController().signal),
    progress: () => stderr.show(() => startProgress(base, texts)),
  };
}

function startProgress({ stderr, errorPalette, now, quiet, env }: Base, texts: OnStderr): LiveView {
  if (quiet) {
    return texts.showNoProgress(stderr);
  }
  const options = { stream: stderr, palette: errorPalette, now };
  const live = stderr.isTTY === true && env["TERM"] !== "dumb";
  return live ? texts.showLiveProgress(options) : texts.showPlainProgress(options);
}

/** Everything of the engine is imported when a command first asks for it. */
function engineAccess(context: () => CliContext, onMesh: (place: MeshPlace) => void): EngineAccess {
  return {
    engineOptions: async (own = {}) => {
      const { engineOptions } = await import("./handlers/engine-options.ts");
      return engineOptions(context(), own);
    },
    operate: async (own, work) => {
      const { operate } = await import("./handlers/operate.ts");
      return operate(context(), own, work);
    },
    forMesh: (place) => {
      onMesh(place);
      return {
        ...context(),
        file: place.file,
        readMesh: async () => {
          const { readMesh } = await import("./handlers/read-mesh.ts");
          return readMesh(place, context().cwd);
        },
      };
    },
  };
}

function withYes(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf("--");
  return end === -1 ? [...argv, "--yes"] : [...argv.slice(0, end), "--yes", ...argv.slice(end)];
}
