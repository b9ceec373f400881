import type { CheckCode } from "../diagnostics/codes/check.ts";
import { checkCodes } from "../diagnostics/codes/check.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { MeshFacts } from "./facts.ts";

/** In the order of the report: what others rest upon comes first. */
export const categories = [
  "access",
  "versions",
  "trust",
  "control-plane",
  "network",
  "gateways",
  "credentials",
  "join",
  "services",
  "routes",
  "policies",
  "certificates",
  "dns",
] as const;

export type Category = (typeof categories)[number];

/** What a check found: a diagnostic, and the other cluster where it is about a pair. */
export interface Finding extends Diagnostic {
  readonly remote?: string;
}

/** One thing that must hold of a mesh. */
export interface Check {
  /** `category/name`; scripts go by it. */
  readonly id: `${Category}/${string}`;
  /** What holds when nothing is found: "east-west gateways have addresses". */
  readonly sentence: string;
  /** True for what must hold before an apply already. */
  readonly pre: boolean;
  /**
   * Ids of checks whose findings about the same clusters are consequences of
   * this one's; each stands further down in the list.
   */
  readonly explains: readonly Check["id"][];
  /** Pure: the same facts give the same findings. What a cluster that does not answer has is not judged. */
  readonly run: (facts: MeshFacts) => readonly Finding[];
}

type Fields = Omit<Finding, "code" | "severity" | "summary">;

/** Something that does not hold. */
export function problem(code: CheckCode, fields: Fields): Finding {
  return { code, severity: "error", summary: checkCodes[code].summary, ...fields };
}

/** Something that holds and soon will not, or that only some meshes suffer from. */
export function warning(code: CheckCode, fields: Fields): Finding {
  return { code, severity: "warning", summary: checkCodes[code].summary, ...fields };
}
