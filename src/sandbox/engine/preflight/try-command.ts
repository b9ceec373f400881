import { CommandError, runCommand } from "../../process/run-command.ts";

/** What trials run in. */
export interface Trial {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Undefined when the command succeeds, else the last thing that it said. */
export async function tryCommand(
  file: string,
  args: readonly string[],
  { env, signal }: Trial,
): Promise<string | undefined> {
  try {
    await runCommand(file, args, { signal, timeoutMs: 20_000, env });
    return undefined;
  } catch (error) {
    if (error instanceof CommandError) {
      // mount adds a hint to its reason.
      return error.lastLines.findLast((line) => !line.includes("dmesg(1)"))?.trim() ?? error.message;
    }
    throw error;
  }
}
