import type { ExitCode } from "../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../core/diagnostics/exit-codes.ts";
import { UserError } from "../core/diagnostics/user-error.ts";
import type { CliContext } from "./terminal/context.ts";
import { programVersion } from "./terminal/program-version.ts";
import type { Palette } from "./terminal/palette.ts";

/**
 * The one place where an error becomes text and an exit code: expected
 * problems as their diagnostics, an interruption as such, everything else as a
 * bug of this program with its causes and a request to report it.
 */
export function handleError(
  error: unknown,
  context: Pick<CliContext, "report" | "signal" | "verbose" | "errorPalette" | "stderr">,
): ExitCode {
  if (error instanceof UserError) {
    context.report(error.diagnostics);
    return error.exitCode;
  }
  if (context.signal.aborted && isAbort(error, context.signal)) {
    context.stderr.write("Interrupted.\n");
    return exitCodes.interrupted;
  }
  context.stderr.write(describeBug(error, { verbose: context.verbose, palette: context.errorPalette }));
  return exitCodes.failed;
}

/** An error that nobody expected, with its causes and a request to report it; the stack with `verbose` only. */
export function describeBug(error: unknown, options: { readonly verbose: boolean; readonly palette: Palette }): string {
  const { bad, dim } = options.palette;
  const lines = causesOf(error).map((cause, index) =>
    index === 0 ? `${bad("unexpected error:")} ${cause}` : `  caused by: ${cause}`,
  );
  if (options.verbose && error instanceof Error && error.stack !== undefined) {
    lines.push(dim(error.stack));
  }
  lines.push(
    "",
    `This is a bug in isthmus ${programVersion} (Node.js ${process.versions.node}, ${process.platform} ${process.arch}), not a mistake of yours.`,
    options.verbose
      ? "Please report it with all of the output above."
      : "Please report it with the output of the same command with --verbose.",
  );
  return `${lines.join("\n")}\n`;
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  for (
    let one: unknown = error;
    one !== undefined && one !== null;
    one = one instanceof Error ? one.cause : undefined
  ) {
    if (
      one === signal.reason ||
      (one instanceof Error && (one.name === "AbortError" || (one as NodeJS.ErrnoException).code === "ABORT_ERR"))
    ) {
      return true;
    }
  }
  return false;
}

function causesOf(error: unknown): string[] {
  const causes: string[] = [];
  for (
    let one: unknown = error;
    one !== undefined && one !== null && causes.length < 10;
    one = one instanceof Error ? one.cause : undefined
  ) {
    causes.push(one instanceof Error ? `${one.name === "Error" ? "" : `${one.name}: `}${one.message}` : String(one));
  }
  return causes;
}
