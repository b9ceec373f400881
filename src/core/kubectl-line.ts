import { quoteCommand } from "./quote-command.ts";

/**
 * kubectl with the context of its cluster, as a line that a POSIX shell reads
 * back as these words: names of contexts may have spaces and whatever else.
 * Without further words it is the beginning of a line.
 */
export function kubectlLine(context: string, ...words: readonly string[]): string {
  return quoteCommand(["kubectl", "--context", context, ...words]);
}
