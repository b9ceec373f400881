import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";

/** The refusal with the way out for everything else, beside its own fix. */
export function withContinue(diagnostic: Diagnostic): Diagnostic {
  const way = "To leave this as it is and apply everything else: isthmus apply --continue";
  return { ...diagnostic, fix: diagnostic.fix === undefined ? way : `${diagnostic.fix}\n    ${way}` };
}
