import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";

/** What is said of a change that was sent and not answered. */
export const notKnown = " Whether the change was done is not known.";

/** True for a reason after which a change may have been done. */
export function leavesOpen({ detail }: Pick<Diagnostic, "detail">): boolean {
  return detail.includes(notKnown);
}

/** The same reason, of a change that may have been done before. */
export function leftOpen(why: Diagnostic): Diagnostic {
  return leavesOpen(why) ? why : { ...why, detail: `${why.detail}${notKnown}` };
}
