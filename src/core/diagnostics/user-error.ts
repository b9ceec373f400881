import type { Diagnostic } from "./diagnostic.ts";
import type { ExitCode } from "./exit-codes.ts";

/** An expected failure: printed as its diagnostics, never as a stack trace. The command ends with `exitCode`. */
export class UserError extends Error {
  readonly diagnostics: readonly Diagnostic[];
  readonly exitCode: ExitCode;

  constructor(diagnostics: readonly Diagnostic[], exitCode: ExitCode, options?: { cause?: unknown }) {
    super(diagnostics.map((one) => `${one.code} ${one.summary}: ${one.detail}`).join("\n"), options);
    this.name = "UserError";
    this.diagnostics = diagnostics;
    this.exitCode = exitCode;
  }
}
