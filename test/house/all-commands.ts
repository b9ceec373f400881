import type { Command, LeafCommand } from "../../src/cli/command-line/command.ts";
import { commandSections } from "../../src/cli/command-table.ts";

/** Every command by its words: `apply`, `sandbox`, `sandbox up`. */
export const allCommands: readonly (readonly [string, Command])[] = commandSections
  .flatMap((section) => section.commands)
  .flatMap((command) => [
    [command.name, command] as const,
    ...(command.kind === "group" ? command.commands.map((one) => [`${command.name} ${one.name}`, one] as const) : []),
  ]);

/** Those that do something. */
export const leafCommands = allCommands.filter((one): one is readonly [string, LeafCommand] => one[1].kind === "leaf");

/** The file that declares a command. */
export function commandFile(name: string): string {
  return `src/cli/commands/${name.replace(" ", "-")}.ts`;
}
