import { errorOf } from "../../core/diagnostics/coded.ts";
import { interruption } from "../../files/interruptible.ts";
import { readText } from "../../files/read-text.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";

/** The text of an events file; a UserError (64, ISM483) when it cannot be read. `name` is the file as the user named it. */
export async function readEventsFile(file: string, name: string): Promise<string> {
  try {
    return await readText(file);
  } catch (error) {
    interruption().throwIfAborted();
    throw new UserError(
      [
        {
          ...errorOf("ISM483"),
          detail: `${name} cannot be read: ${(error as Error).message}.`,
          fix: "Name a file that --events-to has written, or leave --events away.",
        },
      ],
      exitCodes.usage,
      { cause: error },
    );
  }
}
