import { accessCodes } from "../core/diagnostics/codes/access.ts";
import { rancherCodes } from "../core/diagnostics/codes/rancher.ts";
import type { Diagnostic } from "../core/diagnostics/diagnostic.ts";

const codes = { ...accessCodes, ...rancherCodes };

export type AccessCode = keyof typeof codes;

/** An error with one of the access codes and that code's summary. */
export function accessDiagnostic(
  code: AccessCode,
  fields: Omit<Diagnostic, "code" | "severity" | "summary">,
): Diagnostic {
  return { code, severity: "error", summary: codes[code].summary, ...fields };
}
