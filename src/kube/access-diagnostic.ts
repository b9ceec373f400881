import { accessCodes } from "../core/diagnostics/codes/access.ts";
import type { Diagnostic } from "../core/diagnostics/diagnostic.ts";

export type AccessCode = keyof typeof accessCodes;

/** An error with one of the access codes and that code's summary. */
export function accessDiagnostic(
  code: AccessCode,
  fields: Omit<Diagnostic, "code" | "severity" | "summary">,
): Diagnostic {
  return { code, severity: "error", summary: accessCodes[code].summary, ...fields };
}
