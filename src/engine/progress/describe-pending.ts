import type { Pending } from "../../kube/readiness/wait.ts";

/** What is waited for, as a note of a task: the first object with its reason, and how many more. */
export function describePending(pending: readonly Pending[]): string {
  const [first] = pending;
  if (first === undefined) {
    return "";
  }
  const more = pending.length > 1 ? ` (and ${pending.length - 1} more)` : "";
  return `waiting for ${first.id.kind} ${first.id.name}: ${first.reason}${more}`;
}
