import type { Check, Finding } from "../checks/check.ts";
import type { MeshFacts } from "../checks/facts.ts";
import { checks } from "../checks/list.ts";

/** What one check of the list finds. */
export function findingsOf(id: Check["id"], facts: MeshFacts): readonly Finding[] {
  const check = checks.find((one) => one.id === id);
  if (check === undefined) {
    throw new Error(`no check ${id}`);
  }
  return check.run(facts);
}

/** The same as `severity code cluster→remote`. */
export function foundBy(id: Check["id"], facts: MeshFacts): readonly string[] {
  return findingsOf(id, facts).map(
    (one) => `${one.severity} ${one.code} ${one.cluster ?? ""}${one.remote === undefined ? "" : `→${one.remote}`}`,
  );
}
