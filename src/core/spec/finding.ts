import { specCodes } from "../diagnostics/codes/spec.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Locator } from "./locate.ts";
import type { Path } from "./path.ts";

export type SpecCode = keyof typeof specCodes;

/** A problem at a place of the mesh file, before it is known which line that is. */
export interface Finding {
  readonly code: SpecCode;
  /** The value meant; what does not exist is reported at the nearest parent that does. */
  readonly path: Path;
  /** `key`: the name of the field is what is wrong, not its value. */
  readonly at?: "key";
  /** Full sentences: what is wrong and why it matters. */
  readonly detail: string;
  readonly fix: string;
}

/** The finding as a diagnostic with its place in the file. */
export function placeFinding(finding: Finding, locator: Locator): Diagnostic {
  return {
    code: finding.code,
    severity: "error",
    summary: specCodes[finding.code].summary,
    detail: finding.detail,
    fix: finding.fix,
    range: finding.at === "key" ? locator.key(finding.path) : locator.value(finding.path),
  };
}
