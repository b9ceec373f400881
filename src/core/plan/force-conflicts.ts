/** Whether fields that other field managers own are taken over: never, always, or in objects of these kinds (`Deployment`). */
export type ForceConflicts = boolean | readonly string[];

/** True when an object of that kind is applied with server-side apply's `force`. */
export function forcesConflicts(force: ForceConflicts, kind: string): boolean {
  return typeof force === "boolean" ? force : force.includes(kind);
}

/** The kinds that are asked for and that no object has, each once, in the order in which they were named. */
export function unknownKinds(force: ForceConflicts, kinds: ReadonlySet<string>): readonly string[] {
  return typeof force === "boolean" ? [] : [...new Set(force)].filter((kind) => !kinds.has(kind));
}
