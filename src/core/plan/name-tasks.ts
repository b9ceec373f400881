import type { NamesPlan } from "../front-door/names-plan.ts";
import type { PlannedTask, TaskRef } from "./task-ref.ts";

/** Whose the tasks are that write records; no cluster can be called so. */
export const dnsSubject = "DNS";

/** The writing of one name. */
export function nameTask(name: string): TaskRef {
  return { id: `${dnsSubject}/${name}`, task: name };
}

/** Resolvers forget the addresses that a drained cluster had. */
export const forgottenTask: TaskRef = { id: `${dnsSubject}/forgotten`, task: "addresses forgotten" };

/** The tasks of a drain or an undrain: what leaves is then forgotten. */
export function planDrainNameTasks(names: NamesPlan, action: "drain" | "undrain"): readonly PlannedTask[] {
  const written = planNameTasks(names, { prune: false }, []);
  return action === "undrain"
    ? written
    : [...written, { ...forgottenTask, cluster: dnsSubject, kind: "wait", needs: written.map(({ id }) => id) }];
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
