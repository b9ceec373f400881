import type { ExitCode } from "../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../core/diagnostics/exit-codes.ts";
import { interruptibleBy } from "../files/interruptible.ts";
import { commandSections } from "./command-table.ts";
import type { CliContext, CliIo } from "./terminal/context.ts";
import { createContext } from "./create-context.ts";
import { handleError } from "./handle-error.ts";
import type { CommandLine, GlobalValues } from "./command-line/parse-command-line.ts";
import { parseCommandLine } from "./command-line/parse-command-line.ts";

/** Runs one command line to its end. Never rejects and never ends the process: the exit code is the answer. */
export async function runCli(argv: readonly string[], io: CliIo): Promise<ExitCode> {
  const texts = await import("./views/human/on-stderr.ts");
  let open = createContext(argv, globalsBeforeParsing(argv), io, texts);
  try {
    const line = parseCommandLine(
      argv,
      commandSections.flatMap((section) => section.commands),
    );
    open = createContext(argv, line.globals, io, texts);
    return await runLine(line, open.context);
  } catch (error) {
    open.close();
    return handleError(error, open.context);
  } finally {
    open.close();
  }
}

async function runLine(line: CommandLine, context: CliContext): Promise<ExitCode> {
  if (line.kind === "help") {
    const { showHelp } = await import("./views/human/show-help.ts");
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
