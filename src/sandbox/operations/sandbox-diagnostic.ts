import { sandboxClusterCodes } from "../../core/diagnostics/codes/sandbox-cluster.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";

export type SandboxClusterCode = keyof typeof sandboxClusterCodes;

/** An error with the catalogue's summary. */
export function sandboxDiagnostic(
  code: SandboxClusterCode,
  rest: Pick<Diagnostic, "detail" | "fix" | "cluster">,
): Diagnostic {
  return { code, severity: "error", summary: sandboxClusterCodes[code].summary, ...rest };
}

/** The same, ready to be thrown. Exit code 1 unless another is given. */
export function sandboxError(
  code: SandboxClusterCode,
  rest: Pick<Diagnostic, "detail" | "fix" | "cluster">,
  options: { readonly exitCode?: ExitCode; readonly cause?: unknown } = {},
): UserError {
  const cause = options.cause === undefined ? {} : { cause: options.cause };
  return new UserError([sandboxDiagnostic(code, rest)], options.exitCode ?? exitCodes.failed, cause);
}
