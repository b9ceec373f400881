import type { Check } from "../checks/check.ts";
import type { MeshFacts } from "../checks/facts.ts";
import { checks } from "../checks/list.ts";

/** A row of a category's table: the check, what is wrong, the facts that say it, and what the check finds, each as `severity code cluster→remote`. */
export type CheckRow = readonly [id: Check["id"], what: string, facts: MeshFacts, expected: readonly string[]];

/** The checks of a category of which no row shows that they can find something. */
export function unshown(category: string, rows: readonly CheckRow[]): readonly Check["id"][] {
  const shown = new Set(rows.filter(([, , , expected]) => expected.length > 0).map(([id]) => id));
  return checks.map(({ id }) => id).filter((id) => id.startsWith(`${category}/`) && !shown.has(id));
}
