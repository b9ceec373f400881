import { suggestName } from "../../core/diagnostics/suggest.ts";
import type { Command } from "./command.ts";

/** Where words lead in the command table. */
export interface FoundCommand {
  readonly path: readonly Command[];
  /** The first word that is no command although one has to be there. */
  readonly unknown?: string;
  /** The command that it may have been meant to be. */
  readonly near?: string | undefined;
}

/** Follows words down the command table, as far as there are commands below; words behind a command are its arguments. */
export function findCommand(words: readonly string[], commands: readonly Command[]): FoundCommand {
  let below = commands;
  const path: Command[] = [];
  for (const word of words) {
    if (below.length === 0) {
      break;
    }
    const found = below.find((command) => command.name === word);
    if (found === undefined) {
      const shown = below.filter((command) => command.hidden !== true).map((command) => command.name);
      return { path, unknown: word, near: suggestName(word, shown) };
    }
    path.push(found);
    below = found.kind === "group" ? found.commands : [];
  }
  return { path };
}
