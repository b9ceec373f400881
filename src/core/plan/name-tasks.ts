import type { NamesPlan } from "../front-door/names-plan.ts";
import type { PlannedTask, TaskRef } from "./task-ref.ts";

/** Whose the tasks are that write records; no cluster can be called so. */
export const dnsSubject = "DNS";

/** The writing of one name. */
export function nameTask(name: string): TaskRef {
  return { id: `${dnsSubject}/${name}`, task: name };
}

/** The writing of names. In an apply it comes last, when the work on all clusters has ended, well or not. */
export function planNameTasks(
  names: NamesPlan | undefined,
  { prune }: { readonly prune: boolean },
  needs: readonly string[] = ["*/finish"],
): readonly PlannedTask[] {
  return [...(names?.names ?? []), ...(prune ? (names?.former ?? []) : [])].map(({ name }) => ({
    ...nameTask(name),
    cluster: dnsSubject,
    kind: "write",
    needs,
  }));
}
