import type { Check } from "../checks/check.ts";
import type { MeshFacts } from "../checks/facts.ts";
import { checks } from "../checks/list.ts";

/** What one check of the list finds, as `severity code cluster→remote`. */
export function foundBy(id: Check["id"], facts: MeshFacts): readonly string[] {
  const check = checks.find((one) => one.id === id);
  if (check === undefined) {
    throw new Error(`no check ${id}`);
  }
  return check
    .run(facts)
    .map(
      (one) => `${one.severity} ${one.code} ${one.cluster ?? ""}${one.remote === undefined ? "" : `→${one.remote}`}`,
    );
}
