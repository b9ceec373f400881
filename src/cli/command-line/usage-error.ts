import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { usageCodes } from "../../core/diagnostics/codes/usage.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";

export type UsageCode = keyof typeof usageCodes;

/** A mistake on the command line, with the catalogue's summary. */
export function usageDiagnostic(code: UsageCode, detail: string, fix?: string): Diagnostic {
  return { code, severity: "error", summary: usageCodes[code].summary, detail, ...(fix === undefined ? {} : { fix }) };
}

/** What to throw for one mistake on the command line: exit code 64. */
export function usageError(code: UsageCode, detail: string, fix?: string): UserError {
  return new UserError([usageDiagnostic(code, detail, fix)], exitCodes.usage);
}
