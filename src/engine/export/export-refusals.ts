import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";

/** For a folder that holds something and was not written by an export. */
export function refuseFolder(name: string, holds: readonly string[]): UserError {
  return new UserError(
    [
      {
        ...errorOf("ISM230"),
        detail: `${name} was not written by isthmus export and holds ${listed(holds)}. An export replaces its files each time, so nothing was written there.`,
        fix: "Name a new or empty folder, or write beside what is there with --force.",
      },
    ],
    exitCodes.usage,
  );
}

/** For files of others where files of the export have to be. `always` when --force does not help. */
export function refuseForeign(name: string, files: readonly string[], always: boolean): UserError {
  return new UserError(
    [
      {
        ...errorOf("ISM231"),
        detail: `In ${name}, the export has to write where these are, which it did not write: ${listed(files)}. Nothing was written.`,
        fix: always
          ? "Move them away, or name another folder; a link or a file that stands where a folder has to be is never replaced."
          : "Move them away, or replace them with --force.",
      },
    ],
    exitCodes.usage,
  );
}

/** For files of the last export that somebody has edited. */
export function refuseChanged(name: string, files: readonly string[]): UserError {
  return new UserError(
    [
      {
        ...errorOf("ISM232"),
        detail: `In ${name}, somebody changed what the last export wrote: ${listed(files)}. Writing again would lose that, so nothing was written.`,
        fix: "Bring the change into the mesh file, then replace the files with --force.",
      },
    ],
    exitCodes.usage,
  );
}

/** Runs file work; what the file system says no to becomes a UserError with its reason. */
export async function explainFolder<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || error instanceof UserError) {
      throw error;
    }
    throw new UserError(
      [
        {
          ...errorOf("ISM233"),
          detail: `${name}: ${code === "ENOTDIR" || code === "EEXIST" ? "there is a file of that name, not a folder" : message}. What was there before is as it was.`,
          fix: "Name a folder that you may write to, on a disk with room.",
        },
      ],
      exitCodes.failed,
      { cause: error },
    );
  }
}

/** At most five names. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length <= 5 ? shown : `${shown} and ${names.length - 5} more`;
}
