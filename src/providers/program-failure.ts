/** How long a program that renders may take: seconds on a machine that has time for it. */
export const renderLimitMs = 300_000;

/** Why a program failed and what to do, for a diagnostic. */
export interface ProgramFailure {
  readonly words: string;
  readonly fix: string;
}

/**
 * Tells a program that said no from one that was ended since it took too long:
 * that one has said nothing of its input. `fix` is for the first kind. Takes
 * what `execFile` rejects with.
 */
export function programFailure(error: unknown, program: string, fix: string): ProgramFailure {
  const { killed, stderr, message } = error as { killed?: boolean; stderr?: string; message: string };
  if (killed === true) {
    return {
      words: `${program} did not end within ${renderLimitMs / 60_000} minutes, and was stopped`,
      fix: `Run the same command again when this machine is less busy. Where it happens again, run ${program} by itself: it hangs.`,
    };
  }
  const said = stderr?.trim() ?? "";
  return { words: said === "" ? message : said, fix };
}
