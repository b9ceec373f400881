import type { Code } from "./catalogue.ts";
import { summaryOf } from "./catalogue.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** What a diagnostic has by its code alone. */
type Coded = Pick<Diagnostic, "code" | "severity" | "summary">;

/** The head of an error: its code with the catalogue's summary, to be spread into a diagnostic. */
export function errorOf(code: Code): Coded {
  return coded(code, "error");
}

/** The head of a warning. */
export function warningOf(code: Code): Coded {
  return coded(code, "warning");
}

/** The head of a diagnostic whose severity depends on the case. */
export function coded(code: Code, severity: Diagnostic["severity"]): Coded {
  return { code, severity, summary: summaryOf(code) };
}
