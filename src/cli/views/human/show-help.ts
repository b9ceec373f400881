import type { Command, CommandSection } from "../../command-line/command.ts";
import type { CliContext } from "../../terminal/context.ts";
import { viewCommandHelp, viewProgramHelp } from "./help.ts";

const widest = 100;

/** Prints help for a command, or for the program when the path is empty. */
export function showHelp(sections: readonly CommandSection[], path: readonly Command[], context: CliContext): void {
  const options = { palette: context.palette, width: Math.min(widest, Math.max(40, context.stdout.columns ?? 80)) };
  context.print(path.length === 0 ? viewProgramHelp(sections, options) : viewCommandHelp(path, options));
}
