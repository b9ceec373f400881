import type { CheckCode } from "../diagnostics/codes/check.ts";
import { checkCodes } from "../diagnostics/codes/check.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { MeshFacts, UnreadPart } from "./facts.ts";
import type { Subject } from "./subjects.ts";

/** In the order of the report: what others rest upon comes first. */
export const categories = [
  "access",
  "versions",
  "policies",
  "drift",
  "trust",
  "control-plane",
  "network",
  "gateways",
  "credentials",
  "join",
  "services",
  "routes",
  "certificates",
  "dns",
] as const;

export type Category = (typeof categories)[number];

/** What a check found: a diagnostic, and the other cluster where it is about a pair. */
export interface Finding extends Diagnostic {
  readonly remote?: string;
  /** Command lines that put it right when they are run one after the other; absent where a person has to decide, as `fix` says. */
  readonly commands?: readonly string[];
  /** What does not work because of it. */
  readonly breaks?: readonly Subject[];
  /**
   * What would be the cause of it, were that broken: a finding that breaks one
   * of these explains this one. Where several findings of one kind break and
   * need the same subject, the first of them explains the others.
   */
  readonly needs?: readonly Subject[];
  /** True for a warning that explains errors all the same: what is wrong only since something was not applied yet. */
  readonly explainsErrors?: boolean;
  /**
   * The parts of its cluster, and of the other one, that prove it: nothing that
   * any other part could hold would make it untrue, or its fix a wrong one. So
   * it stays where only others could not be read. Left out: all that its check
   * asks for. `elsewhere` are parts of any further cluster.
   */
  readonly provenBy?: {
    readonly own?: readonly UnreadPart[];
    readonly remote?: readonly UnreadPart[];
    readonly elsewhere?: readonly UnreadPart[];
  };
  /**
   * What stays as it is when a cause that breaks `of` has been put back, such as
   * pods that were made meanwhile: these commands follow those of that cause.
   */
  readonly afterwards?: { readonly of: Subject; readonly commands: readonly string[] };
  /** Said after the cause's own words, when this is folded under a finding about the same object. */
  readonly remark?: string;
}

/** One thing that must hold of a mesh. */
export interface Check {
  /** `category/name`; scripts go by it. */
  readonly id: `${Category}/${string}`;
  /** What holds when nothing is found: "east-west gateways have addresses". */
  readonly sentence: string;
  /** True for what must hold before an apply already. */
  readonly pre: boolean;
  /** True for what is asked for only: a mesh works without it. */
  readonly strict?: boolean;
  /**
   * What it could not look at in clusters that answer, and why, each a sentence
   * without a full stop: with one of these it never says that all is well.
   */
  readonly unseen?: (facts: MeshFacts) => readonly string[];
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
