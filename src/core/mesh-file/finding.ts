import { certificateFileCodes } from "../diagnostics/codes/certificates.ts";
import { failoverCodes } from "../diagnostics/codes/failover.ts";
import { reachCodes } from "../diagnostics/codes/reach.ts";
import { routeCodes } from "../diagnostics/codes/routes.ts";
import { publishedNameCodes } from "../diagnostics/codes/published-names.ts";
import { specCodes } from "../diagnostics/codes/mesh-file.ts";
import type { Diagnostic, SourceRange } from "../diagnostics/diagnostic.ts";
import type { Locator } from "./locate.ts";
import type { Path } from "./path.ts";

/** Every code that a problem of the mesh file can have. */
export const meshFileCodes = {
  ...specCodes,
  ...routeCodes,
  ...failoverCodes,
  ...certificateFileCodes,
  ...reachCodes,
  ISM638: publishedNameCodes.ISM638,
};

export type SpecCode = keyof typeof meshFileCodes;

/** A problem at a place of the mesh file, before it is known which line that is. */
export interface Finding {
  readonly code: SpecCode;
  /** The value meant; what does not exist is reported at the nearest parent that does. */
  readonly path: Path;
  /** `key`: the name of the field is what is wrong, not its value. */
  readonly at?: "key";
  /** Full sentences: what is wrong and why it matters. */
  readonly detail: string;
  /** Where the value stands that this one contradicts; its line is added to the detail. */
  readonly other?: Path;
  readonly fix: string;
}

function describePlace({ file, start }: SourceRange): string {
  return `The other place is ${file}:${start.line}:${start.column}.`;
}

/** The finding as a diagnostic with its place in the file. */
export function placeFinding(finding: Finding, locator: Locator): Diagnostic {
  return {
    code: finding.code,
    severity: "error",
    summary: meshFileCodes[finding.code].summary,
    detail:
      finding.other === undefined ? finding.detail : `${finding.detail} ${describePlace(locator.value(finding.other))}`,
    fix: finding.fix,
    range: finding.at === "key" ? locator.key(finding.path) : locator.value(finding.path),
  };
}
