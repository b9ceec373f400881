import type { ExitCode } from "../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../core/diagnostics/exit-codes.ts";
import { interruptibleBy } from "../files/interruptible.ts";
import type { CliContext, CliIo } from "./terminal/context.ts";
import { createContext } from "./create-context.ts";
import { handleError } from "./handle-error.ts";
import type { CommandLine, GlobalValues } from "./command-line/parse-command-line.ts";
import { shortLine } from "./command-line/short-line.ts";

/** Runs one command line to its end. Never rejects and never ends the process: the exit code is the answer. */
export async function runCli(argv: readonly string[], io: CliIo): Promise<ExitCode> {
  const texts = await import("./views/human/on-stderr.ts");
  let open = createContext(argv, globalsBeforeParsing(argv), io, texts);
  try {
    const line = await readLine(argv);
    open = createContext(argv, line.globals, io, texts);
    return await runLine(line, open.context);
  } catch (error) {
    open.close();
    return handleError(error, open.context);
  } finally {
    open.close();
  }
}

/** Reads a command line. Rejects with a UserError (64) for every kind of wrong usage. */
export async function readLine(argv: readonly string[]): Promise<CommandLine> {
  switch (shortLine(argv)) {
    case "help":
      return { kind: "help", path: [], globals: globalsBeforeParsing([]) };
    case "version": {
      const [{ versionCommand }, { outputOption }] = await Promise.all([
        import("./commands/version.ts"),
        import("./command-line/options.ts"),
      ]);
      const values = { output: outputOption.default };
      return { kind: "run", command: versionCommand, values, globals: globalsBeforeParsing([]) };
    }
    case undefined: {
      const [{ parseCommandLine }, { commandSections }] = await Promise.all([
        import("./command-line/parse-command-line.ts"),
        import("./command-table.ts"),
      ]);
      return parseCommandLine(
        argv,
        commandSections.flatMap((section) => section.commands),
      );
    }
  }
}

async function runLine(line: CommandLine, context: CliContext): Promise<ExitCode> {
  if (line.kind === "help") {
    const [{ showHelp }, { commandSections }] = await Promise.all([
      import("./views/human/show-help.ts"),
      import("./command-table.ts"),
    ]);
    showHelp(commandSections, line.path, context);
    return exitCodes.ok;
  }
  const announce = (): void => context.log("Stopping where it is safe to stop. Press Ctrl-C again to stop at once.");
  context.signal.addEventListener("abort", announce, { once: true });
  try {
    return await interruptibleBy(context.signal, async () => line.command.run(line.values, context));
  } finally {
    context.signal.removeEventListener("abort", announce);
  }
}

/** What is needed to report a command line that cannot be read. */
function globalsBeforeParsing(argv: readonly string[]): GlobalValues {
  const joined = argv.join("\n");
  const [, flag] = /^--color(?:=|\n)(always|never)$/m.exec(joined) ?? [];
  return {
    color: flag === "always" || flag === "never" ? flag : "auto",
    verbose: false,
    quiet: false,
    kubeconfig: undefined,
    clusterTimeout: undefined,
  };
}
