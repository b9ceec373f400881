import { errorOf } from "../../../core/diagnostics/coded.ts";
import { exitCodes } from "../../../core/diagnostics/exit-codes.ts";
import { suggestName } from "../../../core/diagnostics/suggest.ts";
import { UserError } from "../../../core/diagnostics/user-error.ts";
import type { ForceConflicts } from "../../../core/plan/force-conflicts.ts";
import { unknownKinds } from "../../../core/plan/force-conflicts.ts";

/** A UserError (64, ISM067) for kinds of `--force-conflicts` that none of the objects has. Without any objects, as when no cluster answers, nothing can be said of them. */
export function refuseUnknownKinds(force: ForceConflicts, wanted: ReadonlySet<string>): void {
  const kinds = [...wanted].toSorted();
  const unknown = wanted.size === 0 ? [] : unknownKinds(force, wanted);
  if (unknown.length > 0) {
    throw new UserError(
      unknown.map((kind) => {
        const near = suggestName(kind, kinds) ?? kinds.find((one) => one.toLowerCase() === kind.toLowerCase());
        return {
          ...errorOf("ISM067"),
          detail: `--force-conflicts names ${kind}, and the kinds are ${kinds.join(", ")}.`,
          fix: near === undefined ? "Name some of these kinds, or none for all of them." : `Did you mean ${near}?`,
        };
      }),
      exitCodes.usage,
    );
  }
}
