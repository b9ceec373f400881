import { suggestName } from "../../diagnostics/suggest.ts";
import type { Finding } from "../finding.ts";
import type { Path } from "../path.ts";
import { showValue } from "../show-value.ts";

/** A field that says something by the names of the other clusters, `others`, names one that is none of them. */
export function unknownReader(field: string, name: string, others: readonly string[], path: Path): Finding {
  const near = suggestName(name, others);
  return {
    code: "ISM126",
    path,
    at: "key",
    detail: `${field} names ${showValue(name)}, and spec.clusters has no other cluster of that name.`,
    fix:
      near !== undefined
        ? `Did you mean ${near}?`
        : others.length === 0
          ? "Delete the entry: there is no other cluster."
          : `Name one of ${others.join(", ")}, or delete the entry.`,
  };
}
