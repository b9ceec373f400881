import { rancherCodes } from "../../core/diagnostics/codes/rancher.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";

export type RancherCode = keyof typeof rancherCodes;

/** An error (or, when said so, a warning) with one of Rancher's codes and that code's summary. */
export function rancherDiagnostic(
  code: RancherCode,
  fields: Omit<Diagnostic, "code" | "severity" | "summary"> & { readonly severity?: Diagnostic["severity"] },
): Diagnostic {
  return { severity: "error", ...fields, code, summary: rancherCodes[code].summary };
}
